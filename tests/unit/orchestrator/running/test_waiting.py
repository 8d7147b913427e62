"""A cycle chooses and renders while others may write, and takes over no task whose worker is alive after all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from agents.agent import Agent, Capacity
from agents.teams import TEAMS
from orchestrator.checking import rendering
from orchestrator.running import cycle as running
from orchestrator.running.cycle import Ending, run_cycle
from orchestrator.running.workers import first_lease
from orchestrator.services import Services
from store import commands as c
from store.board import Board
from store.log.memory import MemoryLog
from tasks.handler import Blocked

from .conftest import ServicesOf


@pytest.fixture
def services(services_of: ServicesOf) -> Services:
    """Of a machine on which no task can be done."""
    return services_of(lambda _: lambda *_: Blocked("nothing works here", "another machine"))


def is_free(log: MemoryLog) -> bool:
    """Whether another thread can have the write lock."""
    found: list[bool] = []

    def ask() -> None:
        found.append(log._lock.acquire(blocking=False))
        if found[0]:
            log._lock.release()

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return found[0]


def test_nobody_waits_for_the_lock_while_agents_choose_and_reports_are_rendered(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, free = services.ledger.log, {}

    def watched(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def watch(*arguments: object) -> object:
            free.setdefault(name, []).append(is_free(log))
            return work(*arguments)

        return watch

    teams = {
        team: [Agent(each.name, watched(each.name, each.choose)) for each in agents] for team, agents in TEAMS.items()
    }
    monkeypatch.setattr(rendering, "rendered", watched("rendering", rendering.rendered))
    monkeypatch.setattr(running, "reason_to_open", watched("opening", running.reason_to_open))
    assert run_cycle(replace(services, teams=teams)) in (Ending.CLOSED, Ending.WAITS)
    agents = {agent.name for team in TEAMS.values() for agent in team}
    assert set(free) >= {*agents, "rendering", "opening"}
    assert {name: all(times) for name, times in free.items()} == dict.fromkeys(free, True)


def test_a_claim_that_is_renewed_while_another_worker_chooses_is_not_taken_over(services: Services, clock) -> None:
    ledger, log = services.ledger, services.ledger.log
    ledger.submit(c.OpenCycle("x"), actor="system")
    running._ask(services, running._planning(services, "planner"))
    task = running._claim(services)
    assert task is not None
    log.hold(first_lease(task.task_id, task.fence, "elsewhere/1/1", clock, lease_s=30))
    clock.turn(31)

    def renews_before(choose: Callable[[Board, Capacity], Sequence[c.Command]]) -> Any:
        def chosen(board: Board, capacity: Capacity) -> Sequence[c.Command]:
            assert capacity.lapsed == {task.task_id}
            log.renew(task.task_id, task.fence, clock() + timedelta(seconds=30))
            return choose(board, capacity)

        return chosen

    late = {**TEAMS, "executive": [Agent(each.name, renews_before(each.choose)) for each in TEAMS["executive"]]}
    before = log.position()
    assert running._claim(replace(services, teams=late)) is None
    assert log.position() == before
    clock.turn(31)
    taken = running._claim(services)
    assert taken is not None
    assert (taken.task_id, taken.fence) == (task.task_id, 2)
