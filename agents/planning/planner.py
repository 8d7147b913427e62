"""The planner: asks every rule what it would have done, and orders the answers."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import RANK, Agent, Capacity
from agents.planning.rules import RULES
from store.board import Board
from store.commands import Command, PlanTask
from store.kinds import KINDS
from store.task.identity import task_id


def propose(board: Board) -> tuple[PlanTask, ...]:
    """What the open cycle's board still lacks: most urgent first, what others depend on before them."""
    cycle = board.open_cycle
    if cycle is None:
        return ()
    asked = [rule for rule in RULES if cycle.begins(KINDS[rule.kind].phase)]
    proposals = [proposal for rule in asked for proposal in rule.plan(board)]
    lacking = [proposal for proposal in proposals if not _planned(board, proposal)]
    return tuple(sorted(lacking, key=lambda proposal: (len(proposal.depends_on) > 0, RANK[proposal.priority])))


def choose(board: Board, capacity: Capacity) -> Sequence[Command]:
    """Plan whatever is lacking."""
    return propose(board)


def _planned(board: Board, proposal: PlanTask) -> bool:
    cycle = board.open_cycle
    assert cycle is not None
    if proposal.supersedes is not None:
        return board.tasks_by_id[proposal.supersedes].status == "superseded"
    return task_id(cycle.number, proposal.spec) in board.tasks_by_id


PLANNER = Agent(name="planner", choose=choose)
