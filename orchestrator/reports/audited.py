"""What the audit of the reports of the cycle before found: a fault of theirs is told by the next. Pure."""

from __future__ import annotations

from agents.planning.acceptance import how_it_ended
from orchestrator.reports.book import FigureBook
from orchestrator.reports.parts import AuditRow, AuditView
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Absent, Cell, Code, Label, Prose, Said, Strong, counted
from store.kinds.audit import AuditSpec
from store.queries.audits import audits, contradictions, contradictions_told
from store.task.state import Task

WHERE: Prose = (
    "Every finding, with its computation, is in ", Code("audit.json"), ", a file of the task; ",
    Code("gonogo audit FILE"), " prints those that are not consistent.",
)  # fmt: skip


def audit_view(past: Past, book: FigureBook) -> AuditView | None:
    """The audit of the cycle before; None where there was none, as in logs from before reports were audited.

    Of them nothing is said, so that reports that were rendered without this section stay as they are.
    """
    tasks = _audits_before(past)
    if not tasks:
        return None
    return AuditView(note=_note(past, book), where=WHERE, rows=tuple(_row(task, book) for task in tasks))


def faults(past: Past, book: FigureBook) -> list[Prose]:
    """For the summary: that reports of the cycle before contradict themselves, if any do."""
    return [_note(past, book)] if any(contradictions(task) for task in _audits_before(past)) else []


def _audits_before(past: Past) -> tuple[Task, ...]:
    return audits(past.board, past.cycle.number - 1)


def _note(past: Past, book: FigureBook) -> Prose:
    before, tasks = past.cycle.number - 1, _audits_before(past)
    of, base = Label(f"cycle {before}"), f"cycle/{before}/audits"
    accepted = [task for task in tasks if task.status == "accepted"]
    if not accepted:
        return ("No report of ", of, " could be audited.")
    done = counted(book.derived(f"{base}/done"), "report", "reports")
    others = " The rest could not be audited." if len(accepted) < len(tasks) else ""
    if not any(contradictions(task) for task in accepted):
        return ("The audit of ", *done, " of ", of, f" found nothing inconsistent.{others}")
    faulty = book.derived(f"{base}/faulty")
    contradict = "contradicts itself" if faulty.value == 1 else "contradict themselves"
    return (
        "Of ", *done, " of ", of, " that were audited, ", faulty, " ", Strong(contradict),
        ". A contradiction is a fault of the report, and no reason to change the verdict, which rests on the evidence.",
        others,
    )  # fmt: skip


def _row(task: Task, book: FigureBook) -> AuditRow:
    accepted = task.status == "accepted"

    def count(verdict: str) -> Cell:
        found = task.value(f"count/{verdict}") if accepted else None
        return Absent("–") if found is None else book.evidence(found)

    assert isinstance(task.spec, AuditSpec)
    return AuditRow(
        report=Code(task.spec.report),
        inconsistent=count("inconsistent"),
        depends_on_reading=count("depends_on_reading"),
        not_checkable=count("not_checkable"),
        consistent=count("consistent"),
        task=Code(task.task_id),
        undone=None if accepted else Said(how_it_ended(task).rstrip(". ") or task.status, task.status_position),
        contradictions=tuple(
            (Said(f"Inconsistent {each.number}, {each.where}", task.status_position),)
            for each in contradictions_told(task)
        ),
    )
