"""Rule: a model that cannot be had or measured is replaced by the next of its substitutes."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.acceptance import how_it_ended
from agents.planning.rules.cover_models import diagnostic
from agents.planning.rules.rule import PlanningRule
from agents.planning.weights import doubts_about, known_of, was_blocked
from store.board import Board
from store.commands import PlanTask
from store.kinds.diagnostics import KIND
from store.queries.models import active_models, attempts_this_cycle, untried
from store.queries.progress import replaceable


def replace_blocked(board: Board) -> Sequence[PlanTask]:
    """Plan the same measurement with a substitute, and mark the task that cannot be done as superseded by it."""
    planned = []
    for model in active_models(board):
        substitute = untried(board, model)
        if substitute is None:
            continue
        for task, spec in attempts_this_cycle(board, model):
            if replaceable(task):
                known = known_of(board, spec.model) if was_blocked(task) else ""
                because = f"{spec.model.locator} cannot be measured: {how_it_ended(task)}"
                told = (because, known, doubts_about(board, substitute))
                planned.append(
                    diagnostic(
                        board,
                        model,
                        substitute,
                        spec.data,
                        rule="replace_blocked",
                        because="; ".join(filter(None, told)),
                        supersedes=task.task_id,
                    )
                )
    return planned


RULE = PlanningRule(KIND.name, replace_blocked)
