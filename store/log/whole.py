"""A whole log, walked once: whether its chain holds, its head at every event, and the board that it leads to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from store.board import EMPTY, Board, evolve
from store.collector import paused_collector
from store.errors import IntegrityFailure, UndecodableEvent
from store.log.chain import ChainCheck, EventRow
from store.log.codec import recorded
from store.log.protocol import EventLog
from store.log.reading import newer
from store.record import Recorded


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
    with paused_collector(aged=True):
        check = log.check(walk.see)
        walk.fold()
    return WholeLog(check, walk.heads, walk.board, walk.trouble)


class _Walk:
    """Takes in one row after the other, and folds so many at a time, which is quicker than each between two reads."""

    BATCH = 1000

    def __init__(self) -> None:
        self.heads: dict[int, str] = {}
        self.board = EMPTY
        self.trouble: Exception | None = None
        self._rows: list[EventRow] = []

    def see(self, row: EventRow) -> None:
        """A row whose link holds, as do those of all before it."""
        self.heads[row.position] = row.hash
        if self.trouble is None:
            self._rows.append(row)
            if len(self._rows) == self.BATCH:
                self.fold()

    def fold(self) -> None:
        """Fold the rows that were seen since, as far as they can be folded."""
        try:
            for entry in self._decoded():
                self.board = evolve(self.board, entry)
        except Exception as error:  # rows that somebody linked anew need not be a history; heads elsewhere tell
            self.trouble = self.trouble or error
        self._rows.clear()

    def _decoded(self) -> list[Recorded]:
        """The entries up to the first that cannot be decoded."""
        entries = []
        for row in self._rows:
            try:
                entries.append(recorded(row))
            except UndecodableEvent as error:
                self.trouble = newer(row, error)
                break
            except IntegrityFailure as error:
                self.trouble = error
                break
        return entries
