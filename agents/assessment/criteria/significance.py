"""Criterion: the data say something about the threshold, beyond chance, over all looks and models."""

from __future__ import annotations

from agents.assessment.criteria.criterion import Criterion
from store.board import Board
from store.cycle.verdicts import DIRECTIONS, CriterionResult
from store.evidence import Evidence
from store.queries.comparison import adjusted_p, compared_models, newest_comparison, significance_level

GOAL = "Statistical evidence about the threshold"


def significance(board: Board) -> CriterionResult:
    """Met when the mean of at least one model differs from the threshold, in either direction, once all is adjusted."""
    comparison = newest_comparison(board)
    alpha = significance_level(comparison) if comparison else None
    if comparison is None or alpha is None:
        return _finding("unknown", "no comparison was accepted", ())
    tests = [
        test
        for model in sorted(compared_models(comparison))
        for direction in DIRECTIONS
        if (test := adjusted_p(comparison, model, direction)) is not None
    ]
    if not tests:
        return _finding("unknown", "no model could be tested", (alpha,))
    smallest = min(tests, key=lambda test: test.value)
    below = smallest.value <= alpha.value
    because = f"{smallest.metric} is {'within' if below else 'above'} alpha"
    return _finding("met" if below else "unmet", because, (smallest, alpha))


def _finding(status: str, because: str, evidence: tuple[Evidence, ...]) -> CriterionResult:
    return CriterionResult.model_validate(
        {
            "criterion": "significance",
            "required": False,
            "goal": GOAL,
            "target": "the smallest p, adjusted for looks and models, is within alpha",
            "status": status,
            "because": because,
            "evidence": evidence,
        }
    )


CRITERION = Criterion(significance)
