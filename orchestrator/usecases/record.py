"""Reads the record: the board and its questions, now or after any past event, and the events themselves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from orchestrator.usecases.session import Session, beyond

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from store.board import Board
    from store.record import Recorded


def read_board(settings: Settings, at: int | None = None) -> Board:
    """The board now, or after the event `at`; BadArgument when the log does not reach so far."""
    with Session.read(settings) as session:
        return session.board(at)


def read_events(settings: Settings, after: int = 0, at: int | None = None) -> Iterator[Recorded]:
    """The events with `after < position <= at`, one after the other as they are read.

    BadArgument when the log does not reach `at`.
    """
    with Session.read(settings) as session:
        if at is not None and at > session.log.position():
            raise beyond(at, session.log.position())
        yield from session.log.read(after=after, until=at)
