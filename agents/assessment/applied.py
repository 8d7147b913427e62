"""The rule of a study applied to its newest comparison: from a board to what the gate is asked, and its answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from agents.assessment.evidence import DecisionRule, Determined, ModelEvidence, Side, Untested
from agents.assessment.gate import GateResult, apply_rule
from store.board import Board
from store.cycle.verdicts import DIRECTIONS, Direction
from store.kinds.statistics import StatisticsFacts, StatisticsSpec
from store.kinds.statistics_metrics import IMAGES_NEEDED, MEAN, P_LOOKS, SHIFT
from store.queries.comparison import compared_models, newest_comparison
from store.queries.memo import per_board
from store.queries.models import counted_models, stand_in
from store.queries.protocol import study_of
from store.task.state import Task


def applied(board: Board, k: int) -> GateResult | None:
    """The gate's answer to the claim of collapse in at least `k` of the models that count; None before a comparison."""
    comparison = newest_comparison(board)
    return None if comparison is None else _ruled(board, k, _evidence(board), comparison)


def applied_to(board: Board, k: int, models: Sequence[str], comparison: Task) -> GateResult | None:
    """The gate's answer were the study about these compared models alone; None where they are fewer than `k`."""
    return None if k > len(models) else _ruled(board, k, evidence_on(models, comparison), comparison)


def _ruled(board: Board, k: int, evidence: Sequence[ModelEvidence], comparison: Task) -> GateResult:
    assert isinstance(comparison.spec, StatisticsSpec)
    spec = comparison.spec
    rule = DecisionRule(
        at_least=k,
        models=len(evidence),
        alpha=study_of(board).decision.alpha,
        looks="open" if spec.looks == "open" else spec.boundary,
        planned=1 if spec.looks == "open" else spec.looks,
    )
    return apply_rule(rule, evidence, spec.look)


@per_board
def _evidence(board: Board) -> list[ModelEvidence]:
    """On each model that counts, or what stands in for it; the same for every claim."""
    models = [stand_in(board, model).id for model in counted_models(board)]
    comparison = newest_comparison(board)
    return [] if comparison is None else evidence_on(models, comparison)


def evidence_on(models: Sequence[str], comparison: Task) -> list[ModelEvidence]:
    """What a comparison says of each of these models; Untested where it says nothing."""
    compared, prospects = compared_models(comparison), _prospects(comparison)
    return [
        _evidence_on(model, comparison, prospects, len(models))
        if model in compared
        else Untested(model, "it was not compared")
        for model in models
    ]


Prospects = Mapping[tuple[str, str, int], Mapping[str, float]]
"""By model, direction and number j of models that share alpha: `shift` and `images`, where a comparison has them."""


def _prospects(comparison: Task) -> Prospects:
    found: dict[tuple[str, str, int], dict[str, float]] = {}
    for name, metric in (("shift", SHIFT), ("images", IMAGES_NEEDED)):
        for fields, item in comparison.values(metric):
            found.setdefault((fields["model"], fields["direction"], int(fields["j"])), {})[name] = item.value
    return found


def _evidence_on(model: str, comparison: Task, prospects: Prospects, models: int) -> ModelEvidence:
    """What a comparison says of a model that it compared, among `models`; Untested where it gives no p-value."""
    mean = comparison.value(MEAN, model=model)
    sides = [_side(model, direction, comparison, prospects, models) for direction in DIRECTIONS]
    if mean is None or mean.n is None or sides[0] is None or sides[1] is None:
        why = StatisticsFacts.read(comparison.facts).undetermined.get(model)
        return Untested(model, why or "the comparison gives no p-value for it")
    return Determined(model, mean.n, sides[0], sides[1])


def _side(model: str, direction: Direction, comparison: Task, prospects: Prospects, models: int) -> Side | None:
    p = comparison.value(P_LOOKS, model=model, direction=direction)
    if p is None:
        return None
    told = [prospects.get((model, direction, j), {}) for j in range(1, models + 1)]
    shifts = tuple(each.get("shift", math.inf) for each in told)
    images = tuple(int(each["images"]) if "images" in each else None for each in told)
    return Side(p.value, shifts, images)
