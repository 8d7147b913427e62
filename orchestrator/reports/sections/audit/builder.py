"""What the audit of the reports of the cycle before found. Pure."""

from __future__ import annotations

from agents.planning.acceptance import how_it_ended
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.audits import audit_note, audits_before
from orchestrator.reports.parts.estimates import NOT
from orchestrator.reports.prose import Cell, Code, Prose, Said
from orchestrator.reports.sections.audit import AuditRow, AuditView
from store.kinds.audit import CONSISTENT, DEPENDS_ON_READING, INCONSISTENT, NOT_CHECKABLE, AuditSpec
from store.metrics import Metric
from store.queries.audits import contradictions_told
from store.task.state import Task

WHERE: Prose = (
    "Every finding, with its computation, is in ", Code("audit.json"), ", a file of the task; ",
    Code("gonogo audit FILE"), " prints those that are not consistent.",
)  # fmt: skip


def build(history: History, book: FigureBook) -> AuditView | None:
    """The audit of the cycle before; None where there was none, as in logs from before reports were audited.

    Of them nothing is said, so that reports that were rendered without this section stay as they are.
    """
    tasks = audits_before(history)
    if not tasks:
        return None
    return AuditView(note=audit_note(history, book), where=WHERE, rows=tuple(_row(task, book) for task in tasks))


def _row(task: Task, book: FigureBook) -> AuditRow:
    accepted = task.status == "accepted"

    def count(metric: Metric) -> Cell:
        found = task.value(metric) if accepted else None
        return NOT if found is None else book.evidence(found)

    assert isinstance(task.spec, AuditSpec)
    return AuditRow(
        report=Code(task.spec.report),
        inconsistent=count(INCONSISTENT),
        depends_on_reading=count(DEPENDS_ON_READING),
        not_checkable=count(NOT_CHECKABLE),
        consistent=count(CONSISTENT),
        task=Code(task.task_id),
        undone=None if accepted else Said(how_it_ended(task).rstrip(". ") or task.status, task.status_position),
        contradictions=tuple(
            (Said(f"Inconsistent {each.number}, {each.where}", task.status_position),)
            for each in contradictions_told(task)
        ),
    )
