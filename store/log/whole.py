"""A whole log, walked once: whether its chain holds, its head at every event, and the board that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.board import EMPTY, Board, evolve
from store.collector import paused_collector
from store.errors import UndecodableEvent
from store.log.chain import ChainCheck, EventRow
from store.log.codec import recorded
from store.log.protocol import EventLog
from store.log.reading import newer


@dataclass(frozen=True, slots=True)
class WholeLog:
    """What one walk found."""

    check: ChainCheck
    heads: Mapping[int, str]
    """Hash of every event whose link holds, by position."""
    folded: Board
    """The board of the events whose links hold, as far as they can be folded."""
    trouble: Exception | None
    """Why not all of them could be folded: written by another version, or by nobody."""

    @property
    def board(self) -> Board:
        """The board; raises what hinders it: NewerSchema, IntegrityFailure."""
        if self.trouble is not None:
            raise self.trouble
        return self.folded


def walked(log: EventLog) -> WholeLog:
    """Check and fold a log in one reading. A row that cannot be folded does not end the check."""
    walk = _Walk()
    with paused_collector():
        check = log.check(walk.see)
    return WholeLog(check, walk.heads, walk.board, walk.trouble)


class _Walk:
    """Takes in one row after the other."""

    def __init__(self) -> None:
        self.heads: dict[int, str] = {}
        self.board = EMPTY
        self.trouble: Exception | None = None

    def see(self, row: EventRow) -> None:
        """A row whose link holds, as do those of all before it."""
        self.heads[row.position] = row.hash
        if self.trouble is not None:
            return
        try:
            self.board = evolve(self.board, recorded(row))
        except UndecodableEvent as error:
            self.trouble = newer(row, error)
        except Exception as error:  # rows that somebody linked anew need not be a history; heads elsewhere tell
            self.trouble = error
