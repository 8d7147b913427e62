"""Rule: a model that cannot be had is replaced by the next of its substitutes."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.rules.cover_models import diagnostic
from agents.reading import active_models, attempts, current_cycle, untried
from store.board import Board
from store.commands import PlanTask


def replace_blocked(board: Board) -> Sequence[PlanTask]:
    """Plan the same measurement with a substitute, and mark the blocked task as superseded by it."""
    planned = []
    for model in active_models(board):
        substitute = untried(board, model)
        if substitute is None:
            continue
        for task, spec in attempts(board, model):
            if task.status == "blocked" and task.cycle == current_cycle(board):
                because = f"{spec.model.locator} is blocked: {task.reason}"
                planned.append(
                    diagnostic(
                        board,
                        model,
                        substitute,
                        spec.data,
                        rule="replace_blocked",
                        because=because,
                        supersedes=task.task_id,
                    )
                )
    return planned
