"""Summarises the audits of a cycle's own reports: counts, contradictions, and audits that failed. Pure."""

from __future__ import annotations

from agents.planning.acceptance import how_it_ended
from store.board import Board
from store.kinds.audit import COUNTS, AuditSpec
from store.metrics import Metric
from store.queries.audits import audits, contradictions_told
from store.queries.audits import contradictions as count_contradictions
from store.queries.progress import settled
from store.task.state import Task
from tasks.audit.finding import VERDICTS


def summary(board: Board, cycle: int) -> str:
    """One line on the audits of a cycle's reports; empty until audits are planned."""
    planned, current = audits(board, cycle), board.cycles[cycle]
    if not planned:
        return "its reports were not audited" if current.report is not None and current.closed_at is not None else ""
    done = [task for task in planned if task.status == "accepted"]
    of = f"{len(planned)}" if len(done) == len(planned) else f"{len(done)} of {len(planned)}"
    counts = ", ".join(f"{_count(done, count)} {verdict}" for count, verdict in zip(COUNTS, VERDICTS, strict=True))
    return f"audit of {of} reports: {counts}"


def contradictions(board: Board, cycle: int) -> dict[str, list[str]]:
    """The contradictions that were found in each report, by its name; reports without any are left out."""
    return {
        _report(task): [f"{each.where}: {each.computation}" for each in contradictions_told(task)]
        for task in audits(board, cycle)
        if count_contradictions(task)
    }


def failures(board: Board, cycle: int) -> dict[str, str]:
    """The reason why an audit did not succeed, by the name of its report."""
    return {
        _report(task): how_it_ended(task)
        for task in audits(board, cycle)
        if settled(board, task) and task.status != "accepted"
    }


def _count(done: list[Task], count: Metric) -> int:
    found = (task.value(count) for task in done)
    return sum(int(item.value) for item in found if item is not None)


def _report(task: Task) -> str:
    assert isinstance(task.spec, AuditSpec)
    return task.spec.report
