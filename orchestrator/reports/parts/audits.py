"""The audit of the reports of the cycle before, in a sentence. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Label, Prose, Strong, counted
from store.queries.audits import audits, contradictions
from store.task.state import Task


def audits_before(history: History) -> tuple[Task, ...]:
    """The audits of the reports of the cycle before; none in logs from before reports were audited."""
    return audits(history.board, history.cycle.number - 1)


def contradictory(history: History, book: FigureBook) -> list[Prose]:
    """For the summary: that reports of the cycle before contradict themselves, if any do."""
    return [audit_note(history, book)] if any(contradictions(task) for task in audits_before(history)) else []


def audit_note(history: History, book: FigureBook) -> Prose:
    """How many reports of the cycle before were audited, and how many of them contradict themselves."""
    before, tasks = history.cycle.number - 1, audits_before(history)
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
