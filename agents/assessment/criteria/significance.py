"""Criterion: the data say something about the threshold, beyond chance, over all looks and models."""

from __future__ import annotations

from agents.assessment.criteria.criterion import Criterion, Judged
from store.board import Board
from store.cycle.verdicts import DIRECTIONS
from store.queries.comparison import adjusted_p, compared_models, newest_comparison, significance_level

TARGET = "the smallest p, adjusted for looks and models, is within alpha"


def significance(board: Board) -> Judged:
    """Met when the mean of at least one model differs from the threshold, in either direction, once all is adjusted."""
    comparison = newest_comparison(board)
    alpha = significance_level(comparison) if comparison else None
    if comparison is None or alpha is None:
        return Judged("unknown", TARGET, "no comparison was accepted")
    tests = [
        test
        for model in sorted(compared_models(comparison))
        for direction in DIRECTIONS
        if (test := adjusted_p(comparison, model, direction)) is not None
    ]
    if not tests:
        return Judged("unknown", TARGET, "no model could be tested", (alpha,))
    smallest = min(tests, key=lambda test: test.value)
    below = smallest.value <= alpha.value
    because = f"{smallest.metric} is {'within' if below else 'above'} alpha"
    return Judged("met" if below else "unmet", TARGET, because, (smallest, alpha))


CRITERION = Criterion("Statistical evidence about the threshold", significance)
