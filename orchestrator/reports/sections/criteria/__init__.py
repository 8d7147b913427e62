"""The acceptance criteria of the cycle's tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.deliveries import CriterionRow
from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Criteria:
    """Each criterion, after how many of them are met."""

    note: Prose
    rows: tuple[CriterionRow, ...]

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON."""
        return {"criteria_note": self.note, "criteria": self.rows}
