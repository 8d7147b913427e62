"""The cycle's tasks, one by one. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.tasks import task_views
from orchestrator.reports.sections.tasks import Tasks


def build(history: History, book: FigureBook) -> Tasks:
    """In the order of planning."""
    return Tasks(task_views(history, book))
