"""What is worked out once, as boards are immutable, and agents ask the same of them again and again."""

from __future__ import annotations

from collections.abc import Callable
from operator import is_
from typing import Generic, TypeVar

from store.board import Board

T = TypeVar("T")


def per_board(make: Callable[[Board], T]) -> Callable[[Board], T]:
    """Remember the result for the board that was asked about last."""
    last: list[tuple[Board, T]] = []

    def remembered(board: Board) -> T:
        for known, found in last:  # one look at the list, which another thread may change
            if known is board:
                return found
        value = make(board)
        last[:] = [(board, value)]
        return value

    return remembered


MOST = 10_000
"""Results that are remembered at most by one `Remembered`; a study of more models is worked out more often."""


class Remembered(Generic[T]):
    """Results by key, each for as long as it is asked of the very same objects, as most of a board outlives a change.

    What is asked must be immutable, and all that the result rests on.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[tuple[object, ...], T]] = {}

    def of(self, key: str, asked: tuple[object, ...], make: Callable[[], T]) -> T:
        """The result for a key, made anew where one of the objects is another than before."""
        known = self._found.get(key)
        if known is not None and all(map(is_, known[0], asked)):
            return known[1]
        found = make()
        if len(self._found) >= MOST:
            self._found.clear()
        self._found[key] = (asked, found)
        return found
