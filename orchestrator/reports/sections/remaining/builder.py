"""What is left to do. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.remaining import remaining_work
from orchestrator.reports.sections.remaining import Remaining


def build(history: History, book: FigureBook) -> Remaining:
    """What the study still needs, as far as the board knows."""
    return Remaining(remaining_work(history, book))
