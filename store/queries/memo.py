"""What is worked out once per board, as boards are immutable and agents ask the same of one again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

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
