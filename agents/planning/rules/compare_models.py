"""Rule: once every measurement of the look is in, the models are tested and compared."""

from __future__ import annotations

from collections.abc import Sequence

from agents.reading import (
    active_models,
    answer,
    attempts,
    current_cycle,
    current_look,
    measured,
    of_looks,
    replaceable,
    settled,
    study_of,
    untried,
)
from store.acceptance import MetricReported
from store.board import Board, Task
from store.commands import PlanTask
from store.errors import IntegrityFailure
from store.specs import Source, Statistics
from store.study import StudyModel

SUBJECT = "statistics"
SAMPLES = "samples.npz"


def compare_models(board: Board) -> Sequence[PlanTask]:
    """Plan the statistics task when nothing more is coming and enough models have results."""
    study, look = study_of(board), current_look(board)
    if answer(board, "disputed_task", SUBJECT) == "go-on-without":
        return []
    models = active_models(board)
    if any(_coming(board, model) for model in models):
        return []
    results = [tasks for model in models if (tasks := measured(board, model, look)) is not None]
    if len(results) < min(2, len(models)) or not results:
        return []
    spec = Statistics(
        sources=tuple(_source(task) for tasks in results for task in tasks),
        metric=study.decision.metric,
        null=study.decision.null,
        threshold=study.decision.threshold,
        alpha=study.decision.alpha,
        at_least=tuple(k for k in study.decision.at_least if k <= len(results)) or (len(results),),
        look=look,
        looks=study.decision.looks,
        test=study.decision.test,
        boundary=study.decision.boundary,
        effect=study.decision.effect,
        seed=study.seed,
    )
    if any(task.spec == spec and task.status == "accepted" for task in board.tasks):
        return []
    return [
        PlanTask(
            title=f"Test and compare {len(results)} models at look {look} {of_looks(board)}",
            spec=spec,
            subject=SUBJECT,
            priority="medium",
            rule="compare_models",
            because=f"{len(results)} of {len(models)} models have results, and no other measurement is coming",
            acceptance=(MetricReported(metric="count/collapsed"), MetricReported(metric="count/cleared")),
            depends_on=tuple(task.task_id for tasks in results for task in tasks),
        )
    ]


def _coming(board: Board, model: StudyModel) -> bool:
    """True while this cycle may still bring a measurement of the model or of a substitute for it."""
    now = [task for task, _ in attempts(board, model) if task.cycle == current_cycle(board)]
    substitutes = untried(board, model) is not None
    return any(not settled(board, task) or (replaceable(task) and substitutes) for task in now)


def _source(task: Task) -> Source:
    digest = next((artifact.digest for artifact in task.artifacts if artifact.name == SAMPLES), None)
    if digest is None or task.run_id is None:
        raise IntegrityFailure(f"task {task.task_id} was accepted without {SAMPLES}; run gonogo verify")
    assert task.spec.kind == "diagnostic"
    return Source(model_id=task.spec.model.id, task_id=task.task_id, run_id=task.run_id, digest=digest)
