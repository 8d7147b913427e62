"""Which handler does which kind of task, and what it needs. Handlers are imported when they are asked for."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any, cast

from store.kinds import ROOMS
from store.kinds.kind import Spec
from tasks.handler import TaskHandler


def handler_of(kind: str) -> TaskHandler[Any]:
    """The handler of a kind of task: HANDLER in the `handler.py` of its room."""
    return cast(TaskHandler[Any], import_module(f"tasks.{ROOMS[kind]}.handler").HANDLER)


def require_fit(spec: Spec, workspace: Path) -> None:
    """Raise Unfit where this machine lacks what the work of `spec` needs: NEEDS in the `handler.py` of its room."""
    import_module(f"tasks.{ROOMS[spec.kind]}.handler").NEEDS(spec, workspace)
