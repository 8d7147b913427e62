"""What comes next, in one list. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.advice import advice
from orchestrator.reports.parts.questions import decision_views
from orchestrator.reports.parts.remaining import remaining_work
from orchestrator.reports.sections.next_steps import NextSteps


def build(history: History, book: FigureBook) -> NextSteps:
    """Work that is left, the strategist's advice, and open questions."""
    return NextSteps(remaining_work(history, book), advice(history), decision_views(history, book, "open"))
