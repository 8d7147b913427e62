"""How an executive agent chooses work: what it is capable of, what can start, what the budget still allows."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import RANK, Agent, Allowance, Team
from store.board import Board, Task
from store.commands import ClaimTask, Command

EXECUTIVE: Team = "executive"

OVERHEAD = ("environment", "audit")
"""What every cycle needs whatever its budget: else a small one would measure nothing, and audit no report."""


def executive(name: str, *kinds: str) -> Agent:
    """An executive agent that works on these kinds of task."""
    capabilities = frozenset(kinds)

    def choose(board: Board, allowance: Allowance) -> Sequence[Command]:
        ready = [task for task in can_start(board, allowance) if task.kind in capabilities]
        return [
            ClaimTask(task.task_id, agent=name, takeover=task.status == "claimed") for task in ready[: allowance.slots]
        ]

    return Agent(name=name, team=EXECUTIVE, capabilities=capabilities, choose=choose)


def can_start(board: Board, allowance: Allowance) -> list[Task]:
    """Tasks of the open cycle that could be worked on now, the most urgent first."""
    cycle = board.open_cycle
    if cycle is None:
        return []
    tasks = board.tasks_in(cycle.number)
    lapsed = [task for task in tasks if task.status == "claimed" and task.task_id in allowance.lapsed]
    fresh = [task for task in tasks if task.claimable and board.dependencies_met(task)]
    if spent(board):
        fresh = [task for task in fresh if task.fence > 0 or task.kind in OVERHEAD]
    if cycle.assessment is not None:
        fresh = [task for task in fresh if task.fence > 0 or task.kind == "audit"]
    return sorted([*lapsed, *fresh], key=lambda task: (RANK[task.priority], task.position))


def spent(board: Board) -> bool:
    """True when the open cycle may start no further task, but for overhead, which is not counted either."""
    cycle = board.open_cycle
    if cycle is None or board.study is None:
        return False
    budget = board.study.budget
    started = [task for task in board.tasks_in(cycle.number) if task.fence > 0 and task.kind not in OVERHEAD]
    seconds = sum(task.duration_s or 0.0 for task in started)
    return (budget.tasks is not None and len(started) >= budget.tasks) or (
        budget.seconds is not None and seconds >= budget.seconds
    )
