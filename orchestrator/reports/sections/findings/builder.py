"""The findings of the assessment, goal by goal. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.goals import progress
from orchestrator.reports.sections.findings import Findings


def build(history: History, book: FigureBook) -> Findings:
    """What the assessment found."""
    return Findings(progress(history, book))
