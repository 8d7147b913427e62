"""The strategist's recommendations. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.advice import advice
from orchestrator.reports.sections.recommendations import Recommendations


def build(history: History, book: FigureBook) -> Recommendations:
    """The advice of this cycle."""
    return Recommendations(advice(history))
