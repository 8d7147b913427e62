"""The protocol in force, and when it was amended. Pure."""

from __future__ import annotations

from store.board import Board
from store.kinds.statistics import KIND as STATISTICS
from store.study.amendments import WEIGHS
from store.study.protocol import Study
from store.study.state import Amendment


def study_of(board: Board) -> Study:
    """The registered protocol; LookupError before registration."""
    if board.study is None:
        raise LookupError("no study is registered")
    return board.study


def current_cycle(board: Board) -> int:
    """Number of the open cycle, or of the newest."""
    return len(board.cycles)


def amended_late(board: Board) -> tuple[Amendment, ...]:
    """Amendments of what a verdict rests on that came after a comparison had been accepted."""
    accepted = (task.status_position for task in board.tasks.of_kind(STATISTICS.name) if task.status == "accepted")
    first = min(accepted, default=board.position + 1)
    return tuple(
        amendment
        for amendment in board.amendments
        if amendment.position > first and any(key.startswith(WEIGHS) for key in amendment.event.changed)
    )
