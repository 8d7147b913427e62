"""The acceptance criteria of the cycle's tasks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.deliveries import CriterionRow
from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Criteria:
    """Every criterion, and a sentence that counts those that are met."""

    note: Prose
    rows: tuple[CriterionRow, ...]

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON."""
        return {"criteria_note": self.note, "criteria": self.rows}
