"""The acceptance criteria of the cycle's tasks. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.deliveries import criterion_rows
from orchestrator.reports.prose import Prose
from orchestrator.reports.sections.criteria import Criteria


def build(history: History, book: FigureBook) -> Criteria:
    """Task by task, in the order of planning."""
    rows = tuple(row for task in history.tasks for row in criterion_rows(task, history, book))
    return Criteria(_note(history, book), rows)


def _note(history: History, book: FigureBook) -> Prose:
    base = f"cycle/{history.cycle.number}/criteria"
    if not any(task.acceptance for task in history.tasks):
        return ("No task of this cycle was planned with acceptance criteria.",)
    return (
        book.derived(f"{base}/met"), " of ", book.derived(base), " acceptance criteria are met, ",
        book.derived(f"{base}/unmet"), " are unmet, and the others have not been checked.",
    )  # fmt: skip
