"""Logged metrics as they are shown: in a cell, in a row by key, or as why there is none. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Absent, Cell, Code, Estimate
from store.evidence import Evidence
from store.figures import Figure

NOT = Absent("–")
"""The place of a number that was not reported."""


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric by its key."""

    metric: Code
    value: Figure | Estimate


def cell(item: Evidence | None, book: FigureBook, absent: Absent = NOT) -> Cell:
    """A logged metric with its interval, or why there is none."""
    return absent if item is None else Estimate(book.evidence(item))


def metric_row(item: Evidence, book: FigureBook, quoted_at: int = 0) -> MetricRow:
    """A logged metric by its key. `quoted_at` is the event that cites it, for evidence nobody recorded."""
    return MetricRow(Code(item.metric), Estimate(book.evidence(item, quoted_at)))
