"""The rule of a study applied to its newest comparison: from a board to what the gate is asked, and its answer."""

from __future__ import annotations

import math

from agents.assessment.evidence import Determined, ModelEvidence, Rule, Side, Undetermined
from agents.assessment.gate import GateResult, decide
from agents.reading import active_models, compared_models, newest_comparison, stand_in, study_of
from store.board import Board, Task
from store.specs import Statistics
from store.verdicts import DIRECTIONS, Direction


def applied(board: Board, k: int) -> GateResult | None:
    """The gate's answer to the claim of collapse in at least `k` of the active models; None before a comparison."""
    comparison = newest_comparison(board)
    if comparison is None:
        return None
    assert isinstance(comparison.spec, Statistics)
    spec, models = comparison.spec, [stand_in(board, model).id for model in active_models(board)]
    rule = Rule(
        at_least=k,
        models=len(models),
        alpha=study_of(board).decision.alpha,
        looks="open" if spec.looks == "open" else spec.boundary,
        planned=1 if spec.looks == "open" else spec.looks,
    )
    return decide(rule, [evidence_on(model, comparison, len(models)) for model in models], spec.look)


def evidence_on(model: str, comparison: Task, models: int) -> ModelEvidence:
    """What a comparison says of a model, among `models`; Undetermined where it says nothing."""
    if model not in compared_models(comparison):
        return Undetermined(model, "it was not compared")
    mean = comparison.value(f"model/{model}/mean")
    sides = [_side(model, direction, comparison, models) for direction in DIRECTIONS]
    if mean is None or mean.n is None or sides[0] is None or sides[1] is None:
        return Undetermined(
            model, comparison.facts.get(f"Undetermined {model}", "the comparison gives no p-value for it")
        )
    return Determined(model, mean.n, sides[0], sides[1])


def _side(model: str, direction: Direction, comparison: Task, models: int) -> Side | None:
    key = f"model/{model}/{direction}"
    p = comparison.value(f"{key}/p_looks")
    if p is None:
        return None
    shifts, images = [], []
    for j in range(1, models + 1):
        shift, needed = (comparison.value(f"{key}/{what}/alpha_over_{j}") for what in ("shift", "images"))
        shifts.append(math.inf if shift is None else shift.value)
        images.append(None if needed is None else int(needed.value))
    return Side(p.value, tuple(shifts), tuple(images))
