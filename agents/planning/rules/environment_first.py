"""Rule: know the machine before measuring anything on it."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.kinds.environment import BEST_BATCH_SIZE, BEST_THROUGHPUT, KIND, EnvironmentSpec
from store.queries.answers import GO_ON_WITHOUT, answer
from store.queries.models import active_models, missing_parts
from store.queries.protocol import current_cycle, study_of
from store.task.acceptance import MetricReported
from store.task.identity import task_id

SUBJECT = KIND.name


def environment_first(board: Board) -> Sequence[PlanTask]:
    """Plan the environment task, once in every cycle that measures models."""
    models = active_models(board)
    if waived(board) or not any(missing_parts(board, model) for model in models):
        return []
    return [
        PlanTask(
            title="Describe the machine and find its best batch size",
            spec=environment_spec(board),
            subject=SUBJECT,
            priority="high",
            rule="environment_first",
            because="a measurement is worth what is known of the machine that made it",
            acceptance=(MetricReported(metric=BEST_THROUGHPUT.key()), MetricReported(metric=BEST_BATCH_SIZE.key())),
        )
    ]


def environment_spec(board: Board) -> EnvironmentSpec:
    """What is asked about the machine: the throughput of the study's first model."""
    return EnvironmentSpec(model=active_models(board)[0].ref, seed=study_of(board).seed)


def environment_task(board: Board) -> str:
    """Id of this cycle's environment task."""
    return task_id(current_cycle(board), environment_spec(board))


def waived(board: Board) -> bool:
    """True when a human decided to go on without it."""
    return answer(board, "disputed_task", SUBJECT) == GO_ON_WITHOUT


RULE = PlanningRule(KIND.name, environment_first)
