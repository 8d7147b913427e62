"""One cycle, as a story: plan, work, review, assess, ask, report, audit, close."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING

from agents.agent import Agent, Capacity
from agents.planning.leftover import left_to_do
from orchestrator.dispatch import dispatch
from orchestrator.house import House
from orchestrator.publishing import publish
from orchestrator.workers import first_lease, lapsed_claims
from store.board import Board
from store.commands import ClaimTask, CloseCycle, ExpireDecisions, OpenCycle
from store.cycle.state import Cycle
from store.events import TaskClaimed
from store.task.state import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.record import Recorded

SYSTEM = "system"

_POLL_S = 0.2


class Ending(Enum):
    """How a run ended."""

    CLOSED = "the cycle is closed"
    WAITS = "a human has to decide"
    NOTHING_LEFT = "the study needs nothing more"


def run_cycle(house: House) -> Ending:
    """Bring the study one cycle further: finish the open cycle, or open the next one and finish that."""
    house.ledger.submit(ExpireDecisions(house.clock()), actor=SYSTEM)
    ending = _open(house)
    if ending is not None:
        return ending
    number = len(house.ledger.board.cycles)
    house.display.say(f"Cycle {number}")
    while not _assessed(house, number):
        _advance(house)
    publish(house, number)
    while not _closed(house, number):
        _advance(house)
    return Ending.WAITS if house.ledger.board.open_decisions else Ending.CLOSED


def _open(house: House) -> Ending | None:
    """Open the next cycle unless one is open; says why there is none to run."""
    with house.ledger.log.exclusive():
        house.ledger.refresh()
        board = house.ledger.board
        if board.open_cycle is not None:
            return None
        if board.open_decisions:
            return Ending.WAITS
        because = reason_to_open(board)
        if because is None:
            return Ending.NOTHING_LEFT
        house.ledger.submit(OpenCycle(because), actor=SYSTEM)
        return None


def reason_to_open(board: Board) -> str | None:
    """Why another cycle is due; None when the study needs nothing more."""
    if not board.cycles:
        return "the study begins"
    left = left_to_do(board)
    return "; ".join(f"{item.action}: {item.because}" for item in left) or None


def _advance(house: House) -> None:
    """One step: plan what is lacking, do one task, review. Waits a moment when only others have work."""
    planned = _ask(house, _planning(house, "planner"))
    task = _claim(house)
    if task is not None:
        dispatch(house, task)
    reviewed = _ask(house, _planning(house, "reviewer"))
    if not (planned or task or reviewed):
        time.sleep(_POLL_S)


def _assessed(house: House, number: int) -> bool:
    """Assess and ask, if the cycle's work is over; True when that is done, here or by another worker.

    Whether it is over and what follows is settled in one turn of the writers' queue, so that no result slips between.
    """
    with house.ledger.log.exclusive():
        cycle = _if_open(house, number)
        if cycle is None or cycle.report is not None:
            return True
        if not _over(house, number):
            return False
        for agent in (*house.teams["assessment"], _planning(house, "strategist")):
            _ask(house, agent)
        return True


def _closed(house: House, number: int) -> bool:
    """Close the cycle, if its reports are audited; True when that is done, here or by another worker."""
    with house.ledger.log.exclusive():
        if _if_open(house, number) is None:
            return True
        if not _over(house, number):
            return False
        house.ledger.submit(CloseCycle(number), actor=SYSTEM)
        return True


def _if_open(house: House, number: int) -> Cycle | None:
    """The cycle as it stands now; None once it is closed."""
    house.ledger.refresh()
    cycle = house.ledger.board.open_cycle
    return cycle if cycle is not None and cycle.number == number else None


def _over(house: House, number: int) -> bool:
    """True when nothing is being worked on, and no agent has anything to plan, to start or to review."""
    board = house.ledger.board
    if any(task.status == "claimed" for task in board.tasks_in(number)):
        return False
    agents = (_planning(house, "planner"), _planning(house, "reviewer"), *house.teams["executive"])
    return not any(agent.choose(board, Capacity()) for agent in agents)


def _ask(house: House, agent: Agent) -> Sequence[Recorded]:
    """Let an agent choose on the newest board and submit what it chose, in one turn of the writers' queue."""
    with house.ledger.log.exclusive():
        house.ledger.refresh()
        commands = agent.choose(house.ledger.board, Capacity())
        return house.ledger.submit(*commands, actor=agent.actor)


def _claim(house: House) -> Task | None:
    """Let the executive agents choose in turn; the first that finds work gets it, with a lease."""
    log = house.ledger.log
    with log.exclusive():
        house.ledger.refresh()
        capacity = Capacity(lapsed=lapsed_claims(house.ledger.board, log, house.clock))
        for agent in house.teams["executive"]:
            for command in agent.choose(house.ledger.board, capacity):
                assert isinstance(command, ClaimTask)
                claim = ClaimTask(command.task_id, command.agent, house.worker, command.takeover)
                (entry,) = house.ledger.submit(claim, actor=agent.actor)
                assert isinstance(entry.event, TaskClaimed)
                log.hold(first_lease(claim.task_id, entry.event.fence, house.worker, house.clock, house.lease_s))
                return house.ledger.board.tasks_by_id[claim.task_id]
    return None


def _planning(house: House, name: str) -> Agent:
    return next(agent for agent in house.teams["planning"] if agent.name == name)
