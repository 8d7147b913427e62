"""What would change a verdict: the smallest change of the evidence, and the fewest further images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from agents.assessment.evidence import DecisionRule, Determined
from store.cycle.verdicts import Change, Direction, Flip, MoreImages, Verdict

Cost = Callable[[Determined, int], float]
"""What it takes a model to come within alpha/j, for that j; infinite when nothing does."""


def within(p: float, j: int, alpha: float) -> bool:
    """Is p at most alpha/j? In the form that partial conjunction has, so that rounding is the same everywhere."""
    return j * p <= alpha


def nearest_break(models: Sequence[Determined], rule: DecisionRule, direction: Direction, needed: int) -> Flip | None:
    """The smallest change after which `needed` models are no longer shown. None when there are none to change.

    They are shown while for every v ≤ `needed` at least v models are within alpha/(m − v + 1). It breaks for one v when
    all but v − 1 of those have moved out; the cheapest v is taken.
    """
    flips = []
    for v in range(1, needed + 1):
        j = rule.models - v + 1
        inside = [one for one in models if within(one.side(direction).p, j, rule.alpha)]
        ranked = sorted(inside, key=lambda one: (-one.side(direction).shifts[j - 1], one.model))
        flips.append(_flip("INCONCLUSIVE", [(one, j) for one in ranked[: len(inside) - v + 1]], rule, direction))
    return min((flip for flip in flips if flip is not None), key=_order, default=None)


def nearest_flip(models: Sequence[Determined], rule: DecisionRule) -> Flip | None:
    """The smallest change that decides an open verdict. None when no change of the tested models does."""
    flips = [
        _flip(to, moved, rule, direction)
        for to, direction, needed in _decisions(rule)
        if (moved := _cheapest(models, rule, direction, needed, _shift(direction))) is not None
    ]
    return min((flip for flip in flips if flip is not None), key=_order, default=None)


def fewest_images(models: Sequence[Determined], rule: DecisionRule) -> MoreImages | None:
    """The fewest further images that decide an open verdict. None when the observed effects lead to none."""
    found = []
    for to, direction, needed in _decisions(rule):
        cost = _images(direction)
        moved = _cheapest(models, rule, direction, needed, cost)
        if moved is not None:
            extra = max((int(cost(one, j)) for one, j in moved), default=0)
            found.append(MoreImages(to=to, images=extra, models=tuple(sorted(one.model for one, _ in moved))))
    return min(found, key=lambda more: (more.images, more.to), default=None)


def _decisions(rule: DecisionRule) -> tuple[tuple[Verdict, Direction, int], ...]:
    return ("GO", "collapse", rule.at_least), ("NO_GO", "clear", rule.against)


def _cheapest(
    models: Sequence[Determined], rule: DecisionRule, direction: Direction, needed: int, cost: Cost
) -> list[tuple[Determined, int]] | None:
    """Models that have to come within alpha/j, each with its j, so that `needed` are shown at the least cost.

    The strictest level goes to the model that is nearest to it, and so on: what is near a strict level is nearer to a
    looser one, so that no other assignment has a smaller largest cost.
    """
    left, moved = sorted(models, key=lambda one: one.model), []
    for v in range(1, needed + 1):
        j = rule.models - v + 1

        def price(one: Determined, j: int = j) -> float:
            return 0.0 if within(one.side(direction).p, j, rule.alpha) else cost(one, j)

        best = min(left, key=price, default=None)
        if best is None or not math.isfinite(price(best)):
            return None
        left.remove(best)
        if not within(best.side(direction).p, j, rule.alpha):
            moved.append((best, j))
    return moved


def _shift(direction: Direction) -> Cost:
    return lambda one, j: max(0.0, one.side(direction).shifts[j - 1])


def _images(direction: Direction) -> Cost:
    def further(one: Determined, j: int) -> float:
        images = one.side(direction).images[j - 1]
        return math.inf if images is None else max(1, images - one.n)

    return further


def _flip(to: Verdict, moved: list[tuple[Determined, int]], rule: DecisionRule, direction: Direction) -> Flip | None:
    """The change that moves these models to their levels; None where one of them cannot be moved so."""
    if not all(math.isfinite(one.side(direction).shifts[j - 1]) for one, j in moved):
        return None
    changes = tuple(
        Change(
            model=one.model,
            direction=direction,
            p=one.side(direction).p,
            bound=rule.alpha / j,
            standard_errors=one.side(direction).shifts[j - 1],
        )
        for one, j in sorted(moved, key=lambda pair: pair[0].model)
    )
    farthest = max((abs(change.standard_errors) for change in changes), default=0.0)
    return Flip(to=to, standard_errors=farthest, changes=changes)


def _order(flip: Flip) -> tuple[float, int, str, tuple[str, ...]]:
    return flip.standard_errors, len(flip.changes), flip.to, tuple(change.model for change in flip.changes)
