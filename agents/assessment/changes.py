"""What would change a verdict: the smallest change of the evidence, and the fewest further images."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agents.assessment.evidence import Determined, Direction, Rule
from store.events import Verdict

Cost = Callable[[Determined, int], float]
"""What it takes a model to come within alpha/j, for that j; infinite when nothing does."""


@dataclass(frozen=True, slots=True)
class Change:
    """One model that has to change."""

    model: str
    direction: Direction
    p: float
    """As it is."""
    bound: float
    """alpha/j: the p that has to be passed, from the side it is on."""
    standard_errors: float
    """Move of the mean that brings p to the bound: positive in this direction, negative against it."""

    def __str__(self) -> str:
        way = "below" if self.p > self.bound else "above"
        return f"{self.model} {self.standard_errors:+.2f} (p of {self.direction} {way} {self.bound:.3g})"


@dataclass(frozen=True, slots=True)
class Flip:
    """The smallest change of the models' means that gives another verdict: no mean has to move further than this."""

    to: Verdict
    standard_errors: float
    """The largest of the moves, in standard errors of each model's mean, without its sign."""
    changes: tuple[Change, ...]
    """All that have to change, together."""

    def __str__(self) -> str:
        return f"{self.to} if means moved by standard errors: {', '.join(map(str, self.changes))}"


@dataclass(frozen=True, slots=True)
class MoreImages:
    """The fewest further images that would decide, prospectively: were the observed effects the true ones."""

    to: Verdict
    images: int
    """Beyond those at hand. Each model then reaches its level with power 0.8."""
    models: tuple[str, ...]
    """Models that need them."""

    def __str__(self) -> str:
        return f"{self.to} with {self.images} more images, if {', '.join(self.models)} went on as observed"


def within(p: float, j: int, alpha: float) -> bool:
    """Is p at most alpha/j? In the form that partial conjunction has, so that rounding is the same everywhere."""
    return j * p <= alpha


def nearest_break(models: Sequence[Determined], rule: Rule, direction: Direction, needed: int) -> Flip | None:
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
    return min((flip for flip in flips if math.isfinite(flip.standard_errors)), key=_order, default=None)


def nearest_flip(models: Sequence[Determined], rule: Rule) -> Flip | None:
    """The smallest change that decides an open verdict. None when no change of the tested models does."""
    flips = [
        _flip(to, moved, rule, direction)
        for to, direction, needed in _decisions(rule)
        if (moved := _cheapest(models, rule, direction, needed, _shift(direction))) is not None
    ]
    return min(flips, key=_order, default=None)


def fewest_images(models: Sequence[Determined], rule: Rule) -> MoreImages | None:
    """The fewest further images that decide an open verdict. None when the observed effects lead to none."""
    found = []
    for to, direction, needed in _decisions(rule):
        cost = _images(direction)
        moved = _cheapest(models, rule, direction, needed, cost)
        if moved is not None:
            extra = max((int(cost(one, j)) for one, j in moved), default=0)
            found.append(MoreImages(to, extra, tuple(sorted(one.model for one, _ in moved))))
    return min(found, key=lambda more: (more.images, more.to), default=None)


def _decisions(rule: Rule) -> tuple[tuple[Verdict, Direction, int], ...]:
    return ("GO", "collapse", rule.at_least), ("NO_GO", "clear", rule.against)


def _cheapest(
    models: Sequence[Determined], rule: Rule, direction: Direction, needed: int, cost: Cost
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


def _flip(to: Verdict, moved: list[tuple[Determined, int]], rule: Rule, direction: Direction) -> Flip:
    changes = tuple(
        Change(one.model, direction, one.side(direction).p, rule.alpha / j, one.side(direction).shifts[j - 1])
        for one, j in sorted(moved, key=lambda pair: pair[0].model)
    )
    return Flip(to, max((abs(change.standard_errors) for change in changes), default=0.0), changes)


def _order(flip: Flip) -> tuple[float, int, str, tuple[str, ...]]:
    return flip.standard_errors, len(flip.changes), flip.to, tuple(change.model for change in flip.changes)
