"""The contract of every event log."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from store.errors import Conflict
from store.events import CycleClosed, CycleOpened
from store.log.chain import link
from store.log.protocol import EventLog, Lease
from store.record import GENESIS


def opened(number: int) -> CycleOpened:
    return CycleOpened(cycle=number, because="a test needs it — naïve “quotes” included")


def test_an_empty_log_stands_at_zero_and_checks_out(log: EventLog) -> None:
    assert log.position() == 0
    assert list(log.read()) == []
    check = log.check()
    assert (check.ok, check.events, check.head) == (True, 0, GENESIS)


def test_what_is_appended_is_read_back_in_order_with_its_envelope(log: EventLog, clock) -> None:
    assert log.append([opened(1), CycleClosed(cycle=1)], expected=0, actor="agent:planner") == 2
    clock.turn(5)
    assert log.append([opened(2)], expected=2, actor="human:Ada", cause=1) == 3
    entries = list(log.read())
    assert [entry.position for entry in entries] == [1, 2, 3]
    assert [entry.event for entry in entries] == [opened(1), CycleClosed(cycle=1), opened(2)]
    assert [entry.actor for entry in entries] == ["agent:planner", "agent:planner", "human:Ada"]
    assert [entry.cause for entry in entries] == [None, None, 1]
    assert entries[2].at - entries[0].at == timedelta(seconds=5)


def test_reading_starts_after_a_position_and_ends_at_another(log: EventLog) -> None:
    log.append([opened(n) for n in range(1, 6)], expected=0, actor="a")
    assert [entry.position for entry in log.read(after=2)] == [3, 4, 5]
    assert [entry.position for entry in log.read(until=2)] == [1, 2]
    assert [entry.position for entry in log.read(after=1, until=3)] == [2, 3]
    assert list(log.read(after=9)) == []


def test_an_append_at_another_position_is_a_conflict_and_leaves_nothing(log: EventLog) -> None:
    log.append([opened(1)], expected=0, actor="a")
    for expected in (0, 2):
        with pytest.raises(Conflict):
            log.append([opened(2)], expected=expected, actor="a")
    assert log.position() == 1


def test_appending_nothing_changes_nothing(log: EventLog) -> None:
    assert log.append([], expected=0, actor="a") == 0
    assert log.position() == 0


def test_every_row_is_linked_to_the_one_before_it(log: EventLog) -> None:
    log.append([opened(1), opened(2)], expected=0, actor="a")
    log.append([opened(3)], expected=2, actor="a")
    head = GENESIS
    for row in log.rows():
        assert row.hash == link(head, row)
        head = row.hash
    assert log.check().head == head
    assert [entry.hash for entry in log.read()][-1] == head


def test_time_does_not_run_backwards_when_the_clock_does(log: EventLog, clock) -> None:
    log.append([opened(1)], expected=0, actor="a")
    clock.turn(-3600)
    log.append([opened(2)], expected=1, actor="a")
    first, second = log.read()
    assert second.at == first.at


def test_of_many_writers_at_once_each_gets_its_turn_and_no_event_is_lost(log: EventLog) -> None:
    def write(name: str) -> None:
        for n in range(10):
            with log.exclusive():
                log.append([opened(n)], expected=log.position(), actor=name)

    threads = [threading.Thread(target=write, args=(f"writer-{i}",)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = list(log.read())
    assert [entry.position for entry in entries] == list(range(1, 61))
    assert all(sum(entry.actor == f"writer-{i}" for entry in entries) == 10 for i in range(6))
    assert log.check().ok


def test_a_lease_is_renewed_only_under_its_own_fence(log: EventLog, clock) -> None:
    soon, later = clock() + timedelta(seconds=10), clock() + timedelta(seconds=60)
    assert log.lease("t") is None
    log.hold(Lease("t", 1, "w1", soon))
    assert log.renew("t", 1, later)
    assert log.lease("t") == Lease("t", 1, "w1", later)
    log.hold(Lease("t", 2, "w2", soon))
    assert not log.renew("t", 1, later), "the fence has moved on"
    assert log.lease("t") == Lease("t", 2, "w2", soon)


def test_an_older_claim_does_not_take_a_lease_back(log: EventLog, clock) -> None:
    log.hold(Lease("t", 2, "w2", clock()))
    log.hold(Lease("t", 1, "w1", clock()))
    lease = log.lease("t")
    assert lease is not None
    assert lease.worker == "w2"


def test_heads_that_were_signed_are_remembered_once_and_beside_the_log(log: EventLog) -> None:
    assert log.signed() == frozenset()
    log.note_signed([3, 1])
    log.note_signed([3])
    log.note_signed([])
    assert log.signed() == {1, 3}
    assert log.position() == 0
    assert log.check().ok
