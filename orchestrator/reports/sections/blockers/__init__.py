"""What could not be done as planned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Link, ModelName, Prose, Said
from store.task.state import Status


@dataclass(frozen=True, slots=True)
class Blocker:
    """What could not be done as planned, and what was done about it."""

    task: Link
    model: ModelName | None
    status: Status
    status_words: str
    issue: Said
    mitigation: Prose


@dataclass(frozen=True, slots=True)
class Blockers:
    """In the order of planning."""

    rows: tuple[Blocker, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"blockers": self.rows}
