"""A log and the board that follows from it: the place where commands are submitted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TypeVar

from store.board import EMPTY, Board, fold, imagined
from store.collector import paused_collector
from store.commands import Command
from store.events import Event
from store.gate import decide
from store.log.protocol import EventLog
from store.record import Recorded

T = TypeVar("T")

ATTEMPTS = 3
"""How often something is worked out outside the write lock before the lock is held meanwhile."""


class Ledger:
    """Keeps a board in step with its log, and changes it only by deciding and appending in one turn."""

    def __init__(self, log: EventLog, board: Board = EMPTY) -> None:
        """Start from a board of this log, where there is one already."""
        self.log = log
        self._board = board

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

    @contextmanager
    def settled(self, choose: Callable[[Board], T]) -> Iterator[T]:
        """Work something out on the newest board, and hold the write lock while that is the newest still.

        Others may append while it is worked out; where they did, it is worked out anew, and in the end under the lock.
        """
        for _ in range(ATTEMPTS):
            self.refresh()
            board = self._board
            chosen = choose(board)
            with self.log.exclusive():
                self.refresh()
                if self._board is board:
                    yield chosen
                    return
        with self.log.exclusive():
            self.refresh()
            yield choose(self._board)

    def submit(self, *commands: Command, actor: str, cause: int | None = None) -> tuple[Recorded, ...]:
        """Decide the commands in order, each on the board that the ones before it lead to, and append all or nothing.

        Raises what `decide` raises; then nothing was appended.
        """
        self.refresh()  # what others appended while we were at work is decoded before anybody has to wait for us
        with self.log.exclusive():
            self.refresh()
            events, _ = decided(commands, self._board, actor, cause)
            if events:
                self.log.append(events, expected=self._board.position, actor=actor, cause=cause)
            return self.refresh()


def decided(
    commands: Sequence[Command], board: Board, actor: str, cause: int | None = None
) -> tuple[list[Event], Board]:
    """The events that commands lead to, and the board as it will be; its head and time are not known before appending.

    Raises what `decide` raises.
    """
    events = []
    for command in commands:
        for event in decide(command, board):
            events.append(event)
            board = imagined(board, event, actor, cause)
    return events, board
