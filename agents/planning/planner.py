"""The planner: asks every rule what it would have done, and orders the answers."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import RANK, Agent, Allowance
from agents.planning.rules import CLOSING_RULES, RULES
from store.board import Board
from store.commands import Command, PlanTask
from store.decide import task_id


def propose(board: Board) -> tuple[PlanTask, ...]:
    """What the open cycle's board still lacks: most urgent first, what others depend on before them."""
    cycle = board.open_cycle
    if cycle is None:
        return ()
    rules = RULES if cycle.assessment is None else CLOSING_RULES
    proposals = [proposal for rule in rules for proposal in rule(board)]
    lacking = [proposal for proposal in proposals if not _planned(board, proposal)]
    return tuple(sorted(lacking, key=lambda proposal: (len(proposal.depends_on) > 0, RANK[proposal.priority])))


def choose(board: Board, allowance: Allowance) -> Sequence[Command]:
    """Plan whatever is lacking."""
    return propose(board)


def _planned(board: Board, proposal: PlanTask) -> bool:
    cycle = board.open_cycle
    assert cycle is not None
    if proposal.supersedes is not None:
        return board.tasks_by_id[proposal.supersedes].status == "superseded"
    return task_id(cycle.number, proposal.spec) in board.tasks_by_id


PLANNER = Agent(name="planner", team="planning", capabilities=frozenset(), choose=choose)
