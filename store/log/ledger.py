"""A log and the board that follows from it: the place where commands are submitted."""

from __future__ import annotations

from datetime import UTC, datetime

from store.board import EMPTY, Board, evolve, fold
from store.collector import paused_collector
from store.commands import Command
from store.gate import decide
from store.log.protocol import EventLog
from store.record import Recorded

_DAWN = datetime(1, 1, 1, tzinfo=UTC)


class Ledger:
    """Keeps a board in step with its log, and changes it only by deciding and appending in one turn."""

    def __init__(self, log: EventLog) -> None:
        self.log = log
        self._board = EMPTY

    @property
    def board(self) -> Board:
        """The board as of the last refresh or submission."""
        return self._board

    def refresh(self) -> tuple[Recorded, ...]:
        """Take in what others have appended; returns the new entries."""
        with paused_collector():
            entries = tuple(self.log.read(after=self._board.position))
            self._board = fold(entries, self._board)
        return entries

    def submit(self, *commands: Command, actor: str, cause: int | None = None) -> tuple[Recorded, ...]:
        """Decide the commands in order, each on the board that the ones before it lead to, and append all or nothing.

        Raises what `decide` raises; then nothing was appended.
        """
        with self.log.exclusive():
            self.refresh()
            provisional, events = self._board, []
            for command in commands:
                for event in decide(command, provisional):
                    events.append(event)
                    at = provisional.at or _DAWN
                    provisional = evolve(provisional, Recorded(provisional.position + 1, at, actor, cause, event, ""))
            if events:
                self.log.append(events, expected=self._board.position, actor=actor, cause=cause)
            return self.refresh()
