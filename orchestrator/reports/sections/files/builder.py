"""The files that the cycle's tasks left behind. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.deliveries import file_rows
from orchestrator.reports.prose import Code, Prose
from orchestrator.reports.sections.files import Files

OWN_FILES: Prose = (
    "The files of the report itself, its drawings included, are not listed: they do not exist until it is written. "
    "Their names and digests are recorded by the event that follows, ", Code("ReportWritten"), ".",
)  # fmt: skip


def build(history: History, book: FigureBook) -> Files:
    """Task by task, in the order of planning."""
    return Files(tuple(row for task in history.tasks for row in file_rows(task, book)), OWN_FILES)
