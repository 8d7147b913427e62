"""Which handler does which kind of task: lazy import strings, so that listing them imports nothing."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any, cast

from tasks.handler import TaskHandler

HANDLERS: Mapping[str, str] = {
    "environment": "tasks.environment.handler:measure_environment",
    "diagnostic": "tasks.diagnostics.handler:measure_attention",
    "statistics": "tasks.statistics.handler:compare_models",
    "audit": "tasks.audit.handler:audit_report",
}


def handler_of(kind: str) -> TaskHandler[Any]:
    """Import the handler of a kind of task."""
    module, _, name = HANDLERS[kind].partition(":")
    return cast(TaskHandler[Any], getattr(import_module(module), name))
