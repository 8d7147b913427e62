"""What takes long is worked out outside the write lock, and anew where the log has moved meanwhile."""

from __future__ import annotations

from pathlib import Path

import pytest

from store import commands as c
from store.board import Board, imagined
from store.errors import LogLocked
from store.events import CycleClosed, CycleOpened
from store.log.ledger import ATTEMPTS, Ledger
from store.log.protocol import Clock
from store.log.sql.sqlite import SqliteLog
from store.study.protocol import Study


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gonogo.db"


@pytest.fixture
def ledger(path: Path, clock: Clock, study_data) -> Ledger:
    ledger = Ledger(SqliteLog(path, clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), actor="system")
    return ledger


class Other:
    """Another process: it appends where it can have the lock."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self.ledger = Ledger(SqliteLog(path, clock, lock_timeout_s=0.01))

    def appends(self) -> None:
        self.ledger.refresh()
        cycle = self.ledger.board.open_cycle
        command = c.OpenCycle("x") if cycle is None else c.CloseCycle(cycle.number)
        self.ledger.submit(command, actor="other")


def test_others_append_while_it_is_worked_out_and_then_it_is_worked_out_anew(
    ledger: Ledger, path: Path, clock: Clock
) -> None:
    other, seen = Other(path, clock), []

    def choose(board: Board) -> int:
        seen.append(board.position)
        if len(seen) == 1:
            other.appends()
        return board.position

    with ledger.settled(choose) as chosen:
        assert chosen == ledger.board.position == ledger.log.position() == 2
    assert seen == [1, 2]


def test_nobody_appends_once_it_is_settled(ledger: Ledger, path: Path, clock: Clock) -> None:
    with ledger.settled(lambda board: c.OpenCycle("mine")) as command:
        with pytest.raises(LogLocked):
            Other(path, clock).appends()
        ledger.submit(command, actor="a")
    assert ledger.board.open_cycle is not None


def test_it_comes_to_an_end_however_often_others_append(ledger: Ledger, path: Path, clock: Clock) -> None:
    other, held = Other(path, clock), []

    def choose(board: Board) -> int:
        try:
            other.appends()
        except LogLocked:
            held.append(board.position)
        return board.position

    with ledger.settled(choose) as chosen:
        assert chosen == ledger.log.position()
    assert held == [1 + ATTEMPTS], "in the end it was worked out under the lock, on the newest board"


def test_an_error_while_it_is_worked_out_leaves_the_log_free(ledger: Ledger, path: Path, clock: Clock) -> None:
    def fails(_: Board) -> None:
        raise KeyError("x")

    with pytest.raises(KeyError), ledger.settled(fails):
        pytest.fail("nothing was chosen")
    Other(path, clock).appends()


def test_events_that_are_imagined_one_after_the_other_have_positions_without_gaps(ledger: Ledger) -> None:
    once = imagined(ledger.board, CycleOpened(cycle=1, because="x"))
    twice = imagined(once, CycleClosed(cycle=1))
    at = ledger.board.position
    assert (once.position, twice.position, ledger.board.position) == (at + 1, at + 2, at)
    assert once.cycles[1].position == at + 1
