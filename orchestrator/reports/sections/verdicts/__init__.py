"""The verdicts of every cycle so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrator.reports.prose import Label, Said
from store.cycle.verdicts import Verdict


@dataclass(frozen=True, slots=True)
class CycleVerdict:
    """The verdict of one cycle's assessment."""

    cycle: Label
    at: datetime
    verdict: Verdict
    reason: Said


@dataclass(frozen=True, slots=True)
class Verdicts:
    """In the order of the cycles."""

    rows: tuple[CycleVerdict, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"verdicts": self.rows}
