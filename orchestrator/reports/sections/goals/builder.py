"""Goals and claims, as the planning of the next cycle has to know them. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.goals import progress
from orchestrator.reports.sections.goals import Goals


def build(history: History, book: FigureBook) -> Goals:
    """What the assessment found."""
    return Goals(progress(history, book))
