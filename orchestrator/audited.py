"""What the audits of a cycle's own reports came to, in words for a terminal. Pure."""

from __future__ import annotations

from agents.planning.acceptance import how_it_ended
from store.board import Board
from store.kinds.audit import COUNTS, AuditSpec
from store.metrics import Metric
from store.queries.audits import audits, contradictions, contradictions_told
from store.queries.progress import settled
from store.task.state import Task
from tasks.audit.finding import VERDICTS


def in_short(board: Board, cycle: int) -> str:
    """One line on the audits of a cycle's reports; empty as long as there is nothing to tell."""
    planned, told = audits(board, cycle), board.cycles[cycle]
    if not planned:
        return "its reports were not audited" if told.report is not None and told.closed_at is not None else ""
    done = [task for task in planned if task.status == "accepted"]
    of = f"{len(planned)}" if len(done) == len(planned) else f"{len(done)} of {len(planned)}"
    counts = ", ".join(f"{_count(done, metric)} {verdict}" for verdict, metric in zip(VERDICTS, COUNTS, strict=True))
    return f"audit of {of} reports: {counts}"


def faults(board: Board, cycle: int) -> dict[str, list[str]]:
    """By name of the report, the contradictions that were found in it."""
    return {
        _report(task): [f"{each.where}: {each.computation}" for each in contradictions_told(task)]
        for task in audits(board, cycle)
        if contradictions(task)
    }


def unaudited(board: Board, cycle: int) -> dict[str, str]:
    """By name of the report, why its audit came to nothing."""
    return {
        _report(task): how_it_ended(task)
        for task in audits(board, cycle)
        if settled(board, task) and task.status != "accepted"
    }


def _count(done: list[Task], metric: Metric) -> int:
    found = (task.value(metric) for task in done)
    return sum(int(item.value) for item in found if item is not None)


def _report(task: Task) -> str:
    assert isinstance(task.spec, AuditSpec)
    return task.spec.report
