"""How long it took, and what the machine could do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Cell, Prose


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled number with a remark."""

    label: Prose
    value: Cell
    remark: Prose


@dataclass(frozen=True, slots=True)
class Performance:
    """Times first, then throughput, latency and memory."""

    rows: tuple[Labelled, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"performance": self.rows}
