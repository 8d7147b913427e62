"""The cycle's tasks, in a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.tasks import TaskView


@dataclass(frozen=True, slots=True)
class TaskTable:
    """In the order of planning."""

    tasks: tuple[TaskView, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"tasks": self.tasks}
