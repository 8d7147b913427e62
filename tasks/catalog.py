"""Which handler does which kind of task. Handlers are imported when they are asked for, and not before."""

from __future__ import annotations

from importlib import import_module
from typing import Any, cast

from store.kinds import ROOMS
from tasks.handler import TaskHandler


def handler_of(kind: str) -> TaskHandler[Any]:
    """The handler of a kind of task: HANDLER in the `handler.py` of its room."""
    return cast(TaskHandler[Any], import_module(f"tasks.{ROOMS[kind]}.handler").HANDLER)
