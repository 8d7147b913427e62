"""Leases: who is alive, whose claim has lapsed, what the heartbeat keeps."""

from __future__ import annotations

import time
from datetime import datetime, timedelta

import pytest

from orchestrator.running.identity import this_worker
from orchestrator.running.workers import Heartbeat, first_lease, lapsed_claims
from store import commands as c
from store.kinds.environment import EnvironmentSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.log.protocol import Lease
from store.models import ModelRef
from store.study.protocol import Study


@pytest.fixture
def claimed(clock, study_data) -> tuple[Ledger, str]:
    ledger = Ledger(MemoryLog(clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), c.OpenCycle("x"), actor="system")
    spec = EnvironmentSpec(model=ModelRef(id="a", family="clip", name="tiny", weights="random"))
    ledger.submit(c.PlanTask("t", spec, "environment", "high", "r", "b"), actor="p")
    task = ledger.board.tasks[0].task_id
    ledger.submit(c.ClaimTask(task, "operations", "w"), actor="a")
    return ledger, task


def test_a_claim_lapses_when_its_lease_runs_out(claimed, clock) -> None:
    ledger, task = claimed
    ledger.log.hold(first_lease(task, 1, "elsewhere/1/1", clock, lease_s=30))
    assert lapsed_claims(ledger.board, ledger.log, clock) == frozenset()
    clock.turn(29.9)
    assert lapsed_claims(ledger.board, ledger.log, clock) == frozenset()
    clock.turn(0.2)
    assert lapsed_claims(ledger.board, ledger.log, clock) == {task}


def test_a_claim_lapses_at_once_when_its_worker_is_known_to_be_dead(claimed, clock) -> None:
    ledger, task = claimed
    host, _, *rest = this_worker().split("/")
    ledger.log.hold(first_lease(task, 1, "/".join((host, "999999999", *rest)), clock, lease_s=30))
    assert lapsed_claims(ledger.board, ledger.log, clock) == {task}


def test_a_claim_without_a_lease_of_its_own_fence_has_lapsed(claimed, clock) -> None:
    ledger, task = claimed
    assert lapsed_claims(ledger.board, ledger.log, clock) == {task}
    ledger.submit(c.ClaimTask(task, "operations", "w2", takeover=True), actor="a")
    ledger.log.hold(Lease(task, 1, "elsewhere/1/1", clock() + timedelta(hours=1)))
    assert lapsed_claims(ledger.board, ledger.log, clock) == {task}


def test_the_heartbeat_keeps_a_lease_alive_until_it_stops(clock) -> None:
    log = MemoryLog(clock)
    log.hold(first_lease("t", 1, "w", clock, lease_s=0.01))
    with Heartbeat(log, clock, "t", 1, lease_s=0.01) as heartbeat:
        for _ in range(3):
            clock.turn(3600)
            while until(log) < clock():
                assert heartbeat._thread.is_alive()
                time.sleep(0.001)
    assert not heartbeat._thread.is_alive()
    assert until(log) == clock() + timedelta(seconds=0.01)


def test_the_heartbeat_ends_when_another_claim_has_the_fence(clock) -> None:
    log = MemoryLog(clock)
    log.hold(first_lease("t", 1, "w", clock, lease_s=0.01))
    with Heartbeat(log, clock, "t", 1, lease_s=0.01) as heartbeat:
        taken = first_lease("t", 2, "w2", clock, lease_s=60)
        log.hold(taken)
        heartbeat._thread.join()
    assert log.lease("t") == taken


def until(log: MemoryLog) -> datetime:
    lease = log.lease("t")
    assert lease is not None
    return lease.until


def test_a_claim_that_was_leased_under_a_clock_years_ahead_has_lapsed(claimed, clock) -> None:
    ledger, task = claimed
    ledger.log.hold(Lease(task, 1, "elsewhere/1/1", clock() + timedelta(days=1)))
    assert lapsed_claims(ledger.board, ledger.log, clock) == frozenset(), "as long as a lease may be"
    ledger.log.hold(Lease(task, 1, "elsewhere/1/1", clock() + timedelta(days=1826)))
    assert lapsed_claims(ledger.board, ledger.log, clock) == {task}
