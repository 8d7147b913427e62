"""The strategist's recommendations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.advice import Advice


@dataclass(frozen=True, slots=True)
class Recommendations:
    """In the order in which they were recorded."""

    rows: tuple[Advice, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"recommendations": self.rows}
