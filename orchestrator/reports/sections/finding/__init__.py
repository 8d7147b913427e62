"""The critical finding."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class FindingView:
    """The most extreme test, and all that is needed to weigh it."""

    lines: tuple[Prose, ...]

    def data(self) -> Mapping[str, object]:
        """By its key in JSON."""
        return {"finding": self.lines}
