"""What the gate is asked: the locked rule, and what the images say of each model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, get_args

from store.cycle.verdicts import Direction
from store.errors import BadInput

Looks = Literal["bonferroni", "pocock", "obrien-fleming", "open"]
"""How p-values were adjusted for looks: for a fixed number of them, or for any number."""


@dataclass(frozen=True, slots=True)
class DecisionRule:
    """The locked rule: GO when collapse is shown in at least k of the m models, at level alpha."""

    at_least: int
    """k."""
    models: int
    """m."""
    alpha: float
    looks: Looks = "bonferroni"
    planned: int = 1
    """Looks that were planned. Without meaning when `looks` is open."""

    def __post_init__(self) -> None:
        for name, count in (("at_least", self.at_least), ("models", self.models), ("planned", self.planned)):
            if not isinstance(count, int) or isinstance(count, bool):
                raise BadInput(f"{name}: {count!r} is no whole number")
        if not 1 <= self.at_least <= self.models:
            raise BadInput(
                f"at_least: {self.at_least} of {self.models} models cannot be shown; give 1 to {self.models}"
            )
        if self.looks not in get_args(Looks):
            raise BadInput(f"looks: {self.looks!r} is none of {', '.join(get_args(Looks))}")
        if not 0 < self.alpha < 1:
            raise BadInput(f"alpha: {self.alpha} is no level; give a number strictly between 0 and 1")
        if self.planned < 1:
            raise BadInput(f"planned: {self.planned} looks are none; give 1 or more")

    @property
    def against(self) -> int:
        """Models that must be shown not to collapse, so that k no longer can: m − k + 1."""
        return self.models - self.at_least + 1


@dataclass(frozen=True, slots=True)
class Side:
    """One direction of a model's test. `shifts` and `images` are by level: alpha/1, alpha/2 … alpha/m."""

    p: float
    """Adjusted for looks, not for models."""
    shifts: tuple[float, ...]
    """Standard errors by which the mean would have to move in this direction for p to be the level; negative where p is
    below it already, infinite where no move suffices."""
    images: tuple[int | None, ...]
    """Images in all at which p reaches the level with power 0.8, were the observed effect the true one; None where no
    number does."""


@dataclass(frozen=True, slots=True)
class Determined:
    """A model that was tested in both directions on `n` images."""

    model: str
    n: int
    collapse: Side
    clear: Side

    def side(self, direction: Direction) -> Side:
        """That direction of the test."""
        return self.collapse if direction == "collapse" else self.clear


@dataclass(frozen=True, slots=True)
class Untested:
    """A model whose data bear no test, or that was not measured; it counts as p = 1 in both directions."""

    model: str
    reason: str


ModelEvidence = Determined | Untested


def check(rule: DecisionRule, evidence: tuple[ModelEvidence, ...], look: int) -> None:
    """Refuse evidence that does not belong to the rule. Raises BadInput with the name of what is wrong."""
    names = [one.model for one in evidence]
    if len(names) != rule.models or len(set(names)) != len(names):
        raise BadInput(f"evidence: the rule is about {rule.models} models, not {', '.join(names) or 'none'}")
    if look < 1 or (rule.looks != "open" and look > rule.planned):
        raise BadInput(f"look: {look} of {rule.planned}; the number of looks was fixed")
    for one in evidence:
        for side in (one.collapse, one.clear) if isinstance(one, Determined) else ():
            if not 0 <= side.p <= 1:
                raise BadInput(f"p of model {one.model}: {side.p} is no probability")
            if len(side.shifts) != rule.models or len(side.images) != rule.models:
                raise BadInput(f"shifts and images of model {one.model}: give one for each of {rule.models} levels")
            if any(math.isnan(shift) for shift in side.shifts):
                raise BadInput(f"shifts of model {one.model}: one is no number")
