"""A log is walked once for its chain, its heads and its board, and what cannot be folded does not end the check."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from store import commands as c
from store.board import fold
from store.errors import NewerSchema
from store.log.chain import EventRow, link
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.log.protocol import EventLog
from store.log.whole import _Walk, walked
from store.record import GENESIS
from store.study.protocol import Study


@pytest.fixture(params=[1000, 4, 1])
def log(clock, study_data, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> MemoryLog:
    """A log of seven events, of which so many are folded at a time."""
    monkeypatch.setattr(_Walk, "BATCH", request.param)
    ledger = Ledger(MemoryLog(clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), actor="system")
    for _ in range(3):
        ledger.submit(c.OpenCycle("x"), actor="system")
        ledger.submit(c.CloseCycle(len(ledger.board.cycles)), actor="system")
    return ledger.log


def linked(log: MemoryLog, rows: Sequence[EventRow]) -> MemoryLog:
    """The log with these rows, linked anew."""
    head, log._rows = GENESIS, []
    for position, row in enumerate(rows, 1):
        bare = replace(row, position=position, hash="")
        head = link(head, bare)
        log._rows.append(replace(bare, hash=head))
    return log


def test_one_walk_finds_what_three_would(log: EventLog) -> None:
    whole = walked(log)
    assert whole.check == log.check()
    assert whole.heads == {row.position: row.hash for row in log.rows()}
    assert whole.board == fold(log.read())


def test_an_empty_log_is_whole(clock) -> None:
    whole = walked(MemoryLog(clock))
    assert whole.check.ok
    assert (whole.heads, whole.board.position) == ({}, 0)


def test_an_event_of_another_version_is_in_an_intact_chain_and_on_no_board(log: MemoryLog) -> None:
    rows = list(log.rows())
    rows[2] = replace(rows[2], version=99)
    whole = walked(linked(log, rows))
    assert whole.check.ok
    assert len(whole.heads) == len(rows)
    with pytest.raises(NewerSchema, match="event 3 is intact"):
        _ = whole.board


def test_a_chain_that_breaks_after_such_an_event_is_broken(log: MemoryLog) -> None:
    rows = list(log.rows())
    rows[2] = replace(rows[2], version=99)
    linked(log, rows)._rows[4] = replace(log._rows[4], actor="human:Eve")
    assert walked(log).check.first_bad == 5


def test_rows_that_are_no_history_are_walked_to_their_end(log: MemoryLog) -> None:
    rows = list(log.rows())
    whole = walked(linked(log, [*rows[:1], *rows[2:], *rows[:1]]))  # a cycle closes that never opened
    assert whole.check.ok
    assert whole.check.events == len(rows)
    with pytest.raises(LookupError):
        _ = whole.board
