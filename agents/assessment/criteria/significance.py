"""Criterion: the data say something about the threshold, beyond chance, at this look's level."""

from __future__ import annotations

from agents.reading import compared_models, newest_comparison
from store.board import Board
from store.events import Finding
from store.evidence import Evidence

GOAL = "Statistical evidence about the threshold"


def significance(board: Board) -> Finding:
    """Met when the mean of at least one model differs from the threshold, in either direction, after Holm."""
    comparison = newest_comparison(board)
    level = comparison.value("alpha/look") if comparison else None
    if comparison is None or level is None:
        return _finding("unknown", "no comparison was accepted", ())
    tests = [
        test
        for model in sorted(compared_models(comparison))
        for direction in ("collapse", "clear")
        if (test := comparison.value(f"model/{model}/p_{direction}_holm")) is not None
    ]
    if not tests:
        return _finding("unknown", "no model could be tested", (level,))
    smallest = min(tests, key=lambda test: test.value)
    below = smallest.value <= level.value
    because = f"{smallest.metric} is {'within' if below else 'above'} this look's level"
    return _finding("met" if below else "unmet", because, (smallest, level))


def _finding(status: str, because: str, evidence: tuple[Evidence, ...]) -> Finding:
    return Finding.model_validate(
        {
            "criterion": "significance",
            "goal": GOAL,
            "target": "the smallest adjusted p is within this look's level",
            "status": status,
            "because": because,
            "evidence": evidence,
        }
    )
