"""How far a task has come: whether a substitute may take its place, and whether anything more comes of it. Pure."""

from __future__ import annotations

from store.board import Board
from store.task.state import Task


def replaceable(task: Task) -> bool:
    """True when a substitute may take a task's place: it is blocked, or was returned and did no better."""
    return task.status == "blocked" or task.disputed


def settled(board: Board, task: Task) -> bool:
    """True when nothing more comes of a task in its cycle."""
    if task.disputed or task.status in ("accepted", "blocked", "superseded", "cancelled"):
        return True
    return task.claimable and any(_never(board, task_id) for task_id in task.depends_on)


def _never(board: Board, task_id: str) -> bool:
    task = board.tasks.delivered(task_id)
    return task is not None and task.status != "accepted" and settled(board, task)
