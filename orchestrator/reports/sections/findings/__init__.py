"""The findings of the assessment, goal by goal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.goals import Progress


@dataclass(frozen=True, slots=True)
class Findings:
    """What the assessment found."""

    progress: Progress

    def data(self) -> Mapping[str, object]:
        """By its key in JSON."""
        return {"progress": self.progress}
