"""How far the assessment finds the study. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.goals import Progress, progress


def build(history: History, book: FigureBook) -> Progress:
    """The findings of the assessment, and the verdict for each strength of the claim."""
    return progress(history, book)
