"""The fold: it pauses the garbage collector, and indexes of tasks say what a search of all of them would."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from store.board import evolve, fold
from store.collector import paused_collector
from store.events import CycleOpened
from store.log.memory import MemoryLog
from store.record import Recorded
from store.series import Series

ENTRIES = [
    Recorded(number, datetime(2026, 1, 1, tzinfo=UTC), "a", None, CycleOpened(cycle=number, because="x"), "0" * 64)
    for number in range(1, 4)
]


@pytest.fixture(params=[True, False], ids=["the collector is on", "the collector is off"])
def was_on(request: pytest.FixtureRequest) -> Iterator[bool]:
    before = gc.isenabled()
    on: bool = request.param
    (gc.enable if on else gc.disable)()
    yield on
    (gc.enable if before else gc.disable)()


def test_the_collector_rests_during_a_fold_and_is_as_it_was_afterwards(was_on: bool) -> None:
    during: list[bool] = []

    def watched() -> Iterator[Recorded]:
        for entry in ENTRIES:
            during.append(gc.isenabled())
            yield entry

    assert len(fold(watched()).cycles) == 3
    assert during == [False] * 3
    assert gc.isenabled() is was_on


def test_the_collector_is_as_it_was_after_a_fold_that_fails(was_on: bool) -> None:
    with pytest.raises(RuntimeError), paused_collector():
        raise RuntimeError
    assert gc.isenabled() is was_on


def test_a_board_that_was_folded_further_stays_what_it_was() -> None:
    first = fold(ENTRIES[:1])
    second = evolve(first, ENTRIES[1])
    other = evolve(first, ENTRIES[1])
    assert (len(first.cycles), len(second.cycles)) == (1, 2)
    assert second == other


def test_appending_to_one_version_of_a_series_leaves_the_others_alone() -> None:
    first: Series[int] = Series().append(1)
    left, right = first.append(2), first.append(3)
    assert (list(first), list(left), list(right)) == ([1], [1, 2], [1, 3])
    assert list(reversed(left)) == [2, 1]
    assert (left[-1], left[0], left[0:2]) == (2, 1, (1, 2))
    with pytest.raises(IndexError):
        left[2]


def test_a_log_says_where_it_is() -> None:
    assert MemoryLog(lambda: datetime.now(UTC)).address == "memory:"
