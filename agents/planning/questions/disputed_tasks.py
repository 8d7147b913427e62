"""Question: whether work that the study needs, and that was not accepted, is tried again or left out."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.acceptance import how_it_ended
from store.board import Board
from store.commands import RequestDecision
from store.events import Option
from store.queries.answers import GO_ON_WITHOUT, RETRY
from store.queries.progress import replaceable, settled
from store.queries.protocol import current_cycle
from store.task.state import Task


def disputed_tasks(board: Board) -> Sequence[RequestDecision]:
    """Ask about each task of the newest cycle that came to nothing; optional work, and models, are not asked about."""
    return [
        _question(board, task)
        for task in board.tasks_in(current_cycle(board))
        if task.traits.required and not task.traits.replaceable and replaceable(task) and settled(board, task)
    ]


def _question(board: Board, task: Task) -> RequestDecision:
    return RequestDecision(
        decision_id=f"c{current_cycle(board)}-{task.subject}",
        kind="disputed_task",
        subject=task.subject,
        question=f"The {task.subject} task was not accepted. Try it again, or go on without it?",
        options=(
            Option(
                key=RETRY,
                label="Try it again in the next cycle",
                trade_off="Worth it once the cause is removed; what depends on it waits.",
            ),
            Option(key=GO_ON_WITHOUT, label="Go on without it", trade_off=task.traits.wording.without),
        ),
        recommended=RETRY,
        because=f"it ended so: {how_it_ended(task)}",
        if_silent=RETRY,
    )
