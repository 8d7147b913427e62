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
        if last and last[0][0] is board:
            return last[0][1]
        value = make(board)
        last[:] = [(board, value)]
        return value

    return remembered
