"""Rule: every model of the study is measured on every part of the data that the look rests on."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.rules.environment_first import environment_task, waived
from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.kinds.diagnostics import KIND, DiagnosticSpec
from store.models import DataRef, ModelRef
from store.queries.looks import current_look, parts_until
from store.queries.models import active_models, missing_parts, stand_in
from store.queries.protocol import study_of
from store.study.protocol import StudyModel
from store.task.acceptance import AcceptanceCriterion, IntervalReported, NAtLeast, SitesComplete


def cover_models(board: Board) -> Sequence[PlanTask]:
    """Plan a diagnostic for each model and part of the data that nobody has measured or is measuring."""
    return [
        diagnostic(
            board, model, stand_in(board, model), part, rule="cover_models", because=_because(board, model, part)
        )
        for model in active_models(board)
        for part in missing_parts(board, model)
    ]


def diagnostic(
    board: Board,
    model: StudyModel,
    ref: ModelRef,
    part: DataRef,
    *,
    rule: str,
    because: str,
    supersedes: str | None = None,
) -> PlanTask:
    """The command that plans one diagnostic, with what it must deliver."""
    study = study_of(board)
    metric = study.decision.metric
    acceptance: tuple[AcceptanceCriterion, ...] = (
        NAtLeast(metric=metric, n=part.n),
        IntervalReported(metric=metric),
        SitesComplete(),
    )
    return PlanTask(
        title=f"Measure attention in {ref.locator}, images {part.first + 1} to {part.first + part.n}",
        spec=DiagnosticSpec(
            model=ref,
            data=part,
            metric=metric,
            seed=study.seed,
            method=study.diagnostics,
            references=model.references if ref == model.ref else (),
        ),
        subject=model.id,
        priority="high",
        rule=rule,
        because=because,
        acceptance=acceptance,
        depends_on=() if waived(board) else (environment_task(board),),
        supersedes=supersedes,
    )


def _because(board: Board, model: StudyModel, part: DataRef) -> str:
    ref = stand_in(board, model)
    name = model.id if ref == model.ref else f"{ref.locator}, which stands in for {model.id},"
    if current_look(board) > 1 and part == parts_until(board, current_look(board))[-1]:
        return f"look {current_look(board)} adds fresh images, and {name} has not been measured on them"
    return f"{name} has no accepted measurement on these images"


RULE = PlanningRule(KIND.name, cover_models)
