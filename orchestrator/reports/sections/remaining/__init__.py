"""What is left to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Remaining:
    """A sentence for each piece of work that is left."""

    lines: tuple[Prose, ...]

    def data(self) -> Mapping[str, object]:
        """By its key in JSON."""
        return {"remaining": self.lines}
