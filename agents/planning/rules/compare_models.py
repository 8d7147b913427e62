"""Rule: once every measurement of the look is in, the models are tested and compared."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.errors import IntegrityFailure
from store.kinds.diagnostics import KIND as MEASUREMENT
from store.kinds.diagnostics import SAMPLES, DiagnosticSpec
from store.kinds.statistics import KIND, Source, StatisticsSpec
from store.kinds.statistics_metrics import COLLAPSED, EXCLUDED
from store.queries.answers import GO_ON_WITHOUT, answer
from store.queries.looks import current_look, of_looks
from store.queries.models import active_models, attempts_this_cycle, counted_models, measured_ids, untried
from store.queries.progress import replaceable, settled
from store.queries.protocol import current_cycle, study_of
from store.study.protocol import StudyModel
from store.task.acceptance import MetricReported
from store.task.state import NOT_ENDED, Task

SUBJECT = KIND.name


def compare_models(board: Board) -> Sequence[PlanTask]:
    """Plan the statistics task when nothing more is coming and enough models have results."""
    if answer(board, "disputed_task", SUBJECT) == GO_ON_WITHOUT:
        return []
    look, models = current_look(board), counted_models(board)
    if _under_way(board) and any(_coming(board, model) for model in active_models(board)):
        return []
    results = [ids for model in models if (ids := measured_ids(board, model, look)) is not None]
    if len(results) < min(2, len(models)) or not results:
        return []
    wanted = tuple(chain.from_iterable(results))
    if _made(board, look, wanted, len(results)):
        return []
    measurements = [board.tasks_by_id[task_id] for task_id in wanted]
    spec = _spec(board, look, tuple(map(_source, measurements)), len(results))
    return [
        PlanTask(
            title=f"Test and compare {len(results)} models at look {look} {of_looks(board)}",
            spec=spec,
            subject=SUBJECT,
            priority="medium",
            rule="compare_models",
            because=f"{len(results)} of {len(models)} models have results, and no other measurement is coming",
            acceptance=(MetricReported(metric=COLLAPSED.key()), MetricReported(metric=EXCLUDED.key())),
            depends_on=wanted,
        )
    ]


def _made(board: Board, look: int, wanted: tuple[str, ...], models: int) -> bool:
    """Whether this very comparison, of the measurements with these ids, was accepted, or is planned in this cycle.

    Compares ids before it builds a spec: a look of many models and parts has thousands of sources.
    """
    for task in board.tasks.newest_of_kind(KIND.name):
        assert isinstance(task.spec, StatisticsSpec)
        counts = task.status == "accepted" or task.cycle == current_cycle(board)
        if counts and task.spec.source_ids == wanted and task.spec == _spec(board, look, task.spec.sources, models):
            return True
    return False


def _spec(board: Board, look: int, sources: tuple[Source, ...], models: int) -> StatisticsSpec:
    study = study_of(board)
    return StatisticsSpec(
        sources=sources,
        metric=study.decision.metric,
        null=study.decision.null,
        threshold=study.decision.threshold,
        alpha=study.decision.alpha,
        at_least=tuple(k for k in study.decision.at_least if k <= models) or (models,),
        look=look,
        looks=study.decision.looks,
        test=study.decision.test,
        boundary=study.decision.boundary,
        effect=study.decision.effect,
        seed=study.seed,
    )


def _under_way(board: Board) -> bool:
    """Whether any measurement of this cycle has not come to an end; a wide study has thousands that have."""
    return bool(board.tasks.with_status(current_cycle(board), *NOT_ENDED, kind=MEASUREMENT.name))


def _coming(board: Board, model: StudyModel) -> bool:
    """True while this cycle may still bring a measurement of the model or of a substitute for it."""
    now = [task for task, _ in attempts_this_cycle(board, model)]
    return any(not settled(board, task) or (replaceable(task) and untried(board, model) is not None) for task in now)


def _source(task: Task) -> Source:
    digest = next((artifact.digest for artifact in task.artifacts if artifact.name == SAMPLES), None)
    if digest is None or task.run_id is None:
        raise IntegrityFailure(f"task {task.task_id} was accepted without {SAMPLES}; run gonogo verify")
    assert isinstance(task.spec, DiagnosticSpec)
    return Source(model_id=task.spec.model.id, task_id=task.task_id, run_id=task.run_id, digest=digest)


RULE = PlanningRule(KIND.name, compare_models)
