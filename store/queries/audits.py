"""The audits of a cycle's reports, and the contradictions that they found. Pure."""

from __future__ import annotations

from store.board import Board
from store.kinds.audit import INCONSISTENT, AuditFacts, Contradiction
from store.kinds.audit import KIND as AUDIT
from store.task.state import Task


def audits(board: Board, cycle: int) -> tuple[Task, ...]:
    """The audits of the reports of a cycle, in the order of planning."""
    return tuple(task for task in board.tasks_in(cycle) if task.kind == AUDIT.name)


def contradictions(audit: Task) -> int:
    """How many findings of an accepted audit are inconsistent."""
    found = audit.value(INCONSISTENT) if audit.status == "accepted" else None
    return int(found.value) if found is not None else 0


def contradictions_told(audit: Task) -> tuple[Contradiction, ...]:
    """The inconsistent findings that an audit told as facts, in its order; it may have found more."""
    return AuditFacts.read(audit.facts).contradictions
