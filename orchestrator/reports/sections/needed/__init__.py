"""What would settle each claim."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Needed:
    """A sentence or a few for each claim, then for the comparison."""

    lines: tuple[Prose, ...]

    def data(self) -> Mapping[str, object]:
        """By its key in JSON."""
        return {"needed": self.lines}
