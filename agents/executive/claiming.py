"""How an executive agent chooses work: what can start, in this phase of the cycle and within the budget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import fsum

from agents.agent import RANK, Agent, Capacity
from store.board import Board
from store.commands import Block, ClaimTask, Command
from store.cycle.state import Cycle
from store.kinds.kind import Kind
from store.task.state import MAX_LAPSES, Task

LAPSED = f"{MAX_LAPSES} claims of it have lapsed: each time the worker died, or did not renew its lease in time"
TRY_AGAIN = (
    "look for what ends the process, such as a limit of memory or time, or raise GONOGO_LEASE_SECONDS; then retry"
)


def executive(kind: Kind) -> Agent:
    """The executive agent that works on tasks of this kind. It takes the most urgent that can start, one at a time.

    It blocks one whose claims have lapsed too often.
    """

    def choose(board: Board, capacity: Capacity) -> Sequence[Command]:
        task = next(can_start(board, capacity, kind), None)
        if task is None:
            return []
        if task.on_last_claim:
            return [Block(task.task_id, task.fence, LAPSED, TRY_AGAIN)]
        return [ClaimTask(task.task_id, agent=kind.agent, takeover=task.status == "claimed")]

    return Agent(name=kind.agent, choose=choose)


def can_start(board: Board, capacity: Capacity, kind: Kind) -> Iterator[Task]:
    """Tasks of this kind in the open cycle that could be worked on now, the most urgent first."""
    cycle = board.open_cycle
    if cycle is None:
        return
    waiting = board.tasks.with_status(cycle.number, "planned", "returned", kind=kind.name)
    if not (cycle.begins(kind.phase) and _affordable(board, cycle, kind)):
        waiting = [task for task in waiting if task.fence > 0]  # what was begun goes on
    claimed = board.tasks.with_status(cycle.number, "claimed", kind=kind.name)
    lapsed = [task for task in claimed if task.task_id in capacity.lapsed]
    for task in sorted([*lapsed, *waiting], key=lambda task: (RANK[task.priority], task.position)):
        if task.status == "claimed" or board.dependencies_met(task):
            yield task


def _affordable(board: Board, cycle: Cycle, kind: Kind) -> bool:
    """Whether the budget lets a further task of this kind begin."""
    return not kind.charged or not spent(board, cycle)


def spent(board: Board, cycle: Cycle) -> bool:
    """True when a cycle's budget is used up by the tasks that are charged to it."""
    budget = board.study.budget if board.study is not None else None
    if budget is None or (budget.tasks is None and budget.seconds is None):
        return False
    started = [task for task in board.tasks_in(cycle.number) if task.fence > 0 and task.traits.charged]
    seconds = fsum(task.duration_s or 0.0 for task in started)  # the same on every Python, unlike sum
    return (budget.tasks is not None and len(started) >= budget.tasks) or (
        budget.seconds is not None and seconds >= budget.seconds
    )
