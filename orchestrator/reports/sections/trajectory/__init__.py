"""How far it is to the day on which a decision is wanted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Trajectory:
    """The distance, the pace so far, and what is still to come."""

    lines: tuple[Prose, ...]

    def data(self) -> Mapping[str, object]:
        """By its key in JSON."""
        return {"trajectory": self.lines}
