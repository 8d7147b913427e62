"""The cycle's tasks, in a table. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.tasks import task_views
from orchestrator.reports.sections.task_table import TaskTable


def build(history: History, book: FigureBook) -> TaskTable:
    """In the order of planning."""
    return TaskTable(task_views(history, book))
