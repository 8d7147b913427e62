"""One cycle, as a story: plan, work, review, assess, ask, report, audit, close."""

from __future__ import annotations

import time
from enum import Enum
from typing import TYPE_CHECKING

from agents.agent import Agent, Capacity
from agents.planning.leftover import left_to_do
from orchestrator.running.dispatch import dispatch
from orchestrator.running.publishing import publish
from orchestrator.running.workers import first_lease, lapsed_claims
from orchestrator.services import Services
from store.board import Board
from store.commands import Block, ClaimTask, CloseCycle, ExpireDecisions, OpenCycle
from store.cycle.state import Cycle
from store.errors import Unfit
from store.events import TaskClaimed
from store.log.ledger import decided
from store.task.state import Task

if TYPE_CHECKING:
    from collections.abc import Sequence

    from store.commands import Command
    from store.record import Recorded

SYSTEM = "system"

_POLL_S = 0.2


class Ending(Enum):
    """How a run ended."""

    CLOSED = "the cycle is closed"
    WAITS = "a human has to decide"
    NOTHING_LEFT = "the study needs nothing more"


def run_cycle(services: Services) -> Ending:
    """Bring the study one cycle further: finish the open cycle, or open the next one and finish that."""
    services.ledger.submit(ExpireDecisions(services.clock()), actor=SYSTEM)
    ending = _open(services)
    if ending is not None:
        return ending
    number = len(services.ledger.board.cycles)
    services.display.say(f"Cycle {number}")
    while not _assessed(services, number):
        _advance(services)
    while not _ready_to_report(services, number):
        _advance(services)
    publish(services, number)
    while not _closed(services, number):
        _advance(services)
    return Ending.WAITS if services.ledger.board.open_decisions else Ending.CLOSED


def _open(services: Services) -> Ending | None:
    """Open the next cycle unless one is open; says why there is none to run."""
    with services.ledger.settled(_opening) as opening:
        if isinstance(opening, OpenCycle):
            services.ledger.submit(opening, actor=SYSTEM)
            return None
        return opening


def _opening(board: Board) -> OpenCycle | Ending | None:
    """What opens the next cycle, or why none is to be opened; None while one is open."""
    if board.open_cycle is not None:
        return None
    if board.open_decisions:
        return Ending.WAITS
    because = reason_to_open(board)
    return Ending.NOTHING_LEFT if because is None else OpenCycle(because)


def reason_to_open(board: Board) -> str | None:
    """Why another cycle is due; None when the study needs nothing more."""
    if not board.cycles:
        return "the study begins"
    left = left_to_do(board)
    return "; ".join(f"{item.action}: {item.because}" for item in left) or None


def _advance(services: Services) -> None:
    """One step: plan what is lacking, do one task, review. Waits a moment when only others have work."""
    planned = _ask(services, _planning(services, "planner"))
    task = _claim(services)
    if task is not None:
        dispatch(services, task)
    reviewed = _ask(services, _planning(services, "reviewer"))
    if not (planned or task or reviewed):
        time.sleep(_POLL_S)


def _assessed(services: Services, number: int) -> bool:
    """Assess and ask, if the cycle's work is over; True when that is done, here or by another worker.

    Whether it is over and what follows is settled under one write lock, so that no result is appended in between.
    """
    agents = (*services.teams["assessment"], _planning(services, "strategist"))

    def assessment(board: Board) -> Sequence[tuple[Agent, Sequence[Command]]] | None:
        cycle = _if_open(board, number)
        if cycle is None or cycle.report is not None:
            return ()
        return _in_turn(agents, board) if _over(services, board, number) else None

    with services.ledger.settled(assessment) as chosen:
        for agent, commands in chosen or ():
            services.ledger.submit(*commands, actor=agent.actor)
        return chosen is not None


def _ready_to_report(services: Services, number: int) -> bool:
    """True once the work that waited for the assessment is over, or the report is written by another worker."""
    services.ledger.refresh()
    board = services.ledger.board
    cycle = _if_open(board, number)
    return cycle is None or cycle.report is not None or _over(services, board, number)


def _closed(services: Services, number: int) -> bool:
    """Close the cycle, if its reports are audited; True when that is done, here or by another worker."""

    def closing(board: Board) -> Sequence[Command] | None:
        if _if_open(board, number) is None:
            return ()
        return (CloseCycle(number),) if _over(services, board, number) else None

    with services.ledger.settled(closing) as commands:
        services.ledger.submit(*(commands or ()), actor=SYSTEM)
        return commands is not None


def _if_open(board: Board, number: int) -> Cycle | None:
    """The cycle; None once it is closed."""
    cycle = board.open_cycle
    return cycle if cycle is not None and cycle.number == number else None


def _over(services: Services, board: Board, number: int) -> bool:
    """True when nothing is being worked on, and no agent has anything to plan, to start or to review."""
    if any(task.status == "claimed" for task in board.tasks_in(number)):
        return False
    agents = (_planning(services, "planner"), _planning(services, "reviewer"), *services.teams["executive"])
    return not any(agent.choose(board, Capacity()) for agent in agents)


def _in_turn(agents: Sequence[Agent], board: Board) -> Sequence[tuple[Agent, Sequence[Command]]]:
    """What agents choose, each on the board that the choices before it lead to."""
    chosen = []
    for agent in agents:
        commands = agent.choose(board, Capacity())
        _, board = decided(commands, board, agent.actor)
        chosen.append((agent, commands))
    return chosen


def _ask(services: Services, agent: Agent) -> Sequence[Recorded]:
    """Let an agent choose on the newest board, and submit what it chose while that is the newest."""
    with services.ledger.settled(lambda board: agent.choose(board, Capacity())) as commands:
        return services.ledger.submit(*commands, actor=agent.actor)


def _claim(services: Services) -> Task | None:
    """Let the executive agents choose in turn; the first that finds work gets it, with a lease.

    A task whose claims have lapsed too often is blocked on the way. Raises Unfit, and claims nothing, where this
    machine lacks what the study needs next. That is found out while the write lock is not held, as it may take seconds.
    """
    ledger, log, clock, fit = services.ledger, services.ledger.log, services.clock, set[str]()

    while True:
        with ledger.settled(lambda board: _chosen(services, board)) as found:
            if found is None:
                return None
            agent, command = found
            task = ledger.board.tasks_by_id[command.task_id]
            if task.status == "claimed" and task.task_id not in lapsed_claims(ledger.board, log, clock):
                return None  # its worker has given a sign of life since
            if isinstance(command, Block):
                services.ledger.submit(command, actor=agent.actor)
                services.display.finish(ledger.board.tasks_by_id[command.task_id])
                continue
            if task.task_id in fit or not task.traits.required:
                claim = ClaimTask(command.task_id, command.agent, services.worker, command.takeover)
                (entry,) = services.ledger.submit(claim, actor=agent.actor)
                assert isinstance(entry.event, TaskClaimed)
                log.hold(first_lease(claim.task_id, entry.event.fence, services.worker, clock, services.lease_s))
                return ledger.board.tasks_by_id[claim.task_id]
        try:
            services.require_fit(task.spec)
        except Unfit as error:
            raise Unfit(f"this machine cannot do what is next, {task.title}: {error}") from error
        fit.add(task.task_id)


def _chosen(services: Services, board: Board) -> tuple[Agent, ClaimTask | Block] | None:
    """The first task that an executive agent would claim, or block, and the agent."""
    capacity = Capacity(lapsed=lapsed_claims(board, services.ledger.log, services.clock))
    for agent in services.teams["executive"]:
        for command in agent.choose(board, capacity):
            assert isinstance(command, ClaimTask | Block)
            return agent, command
    return None


def _planning(services: Services, name: str) -> Agent:
    return next(agent for agent in services.teams["planning"] if agent.name == name)
