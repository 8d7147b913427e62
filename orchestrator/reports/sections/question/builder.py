"""The questions that wait for a human. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.questions import decision_views
from orchestrator.reports.sections.question import Questions


def build(history: History, book: FigureBook) -> Questions:
    """Open questions of this cycle and the earlier ones."""
    return Questions(decision_views(history, book, "open"))
