"""What a planned study can find: power, images and effect, after its looks, its comparisons and its claim."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.statistics.claims import RejectionProbability, holm_count_at_least, holm_count_floor
from tasks.statistics.location import Alternative
from tasks.statistics.power import TARGET_POWER, Design, power, smallest_effect, smallest_sample

_SMALLEST_LEVEL = 1e-100
"""Far below it scipy's quantiles of t are infinite."""

Dependence = Literal["independent", "any"]
"""Of the models of a claim: as if they shared no images, or the worst that sharing them can do."""


@dataclass(frozen=True, slots=True)
class PowerPlan:
    """How a study tests, apart from its size. Raises ValueError, naming the field, for what makes no sense."""

    design: Design = "paired"
    alternative: Alternative = "two-sided"
    alpha: float = 0.05
    """Of the whole study."""
    looks: int = 1
    """At growing data; power is that of the last one, at which all images are there."""
    look_level: float | None = None
    """Nominal level of the last look, as a group-sequential boundary gives it; None: alpha/looks, by Bonferroni."""
    comparisons: int = 1
    """Tests that share the level by Bonferroni, such as pairs of models."""
    claim: tuple[int, int] | None = None
    """(k, m): to find k or more of m models that all have the effect, by Holm's correction; None: one test."""
    dependence: Dependence = "independent"

    def __post_init__(self) -> None:
        if not 0 < self.alpha < 1:
            raise ValueError(f"alpha: it must lie strictly between 0 and 1, not {self.alpha}")
        if self.look_level is not None and not 0 < self.look_level <= self.alpha:
            raise ValueError(
                f"look_level: it must lie above 0 and not above alpha, {self.alpha}, not {self.look_level}"
            )
        for name, count in (("looks", self.looks), ("comparisons", self.comparisons)):
            if count < 1:
                raise ValueError(f"{name}: at least one is needed, not {count}")
        if self.claim is not None and not 1 <= self.claim[0] <= self.claim[1]:
            raise ValueError("claim: {} of {} models cannot be found".format(*self.claim))

        if self.level < _SMALLEST_LEVEL:
            raise ValueError(
                f"alpha: it leaves less than {_SMALLEST_LEVEL:g} for one test, which no quantile of t bears"
            )

    @property
    def level(self) -> float:
        """Of one test, or of one family of Holm's, in the last look."""
        return (self.alpha / self.looks if self.look_level is None else self.look_level) / self.comparisons


def planned_power(plan: PowerPlan, n: float, effect: float) -> float:
    """Probability that `n` images find the standardised `effect`, or the claim when all its models have it.

    Raises ValueError when n < 2.
    """

    def rejection(level: float) -> float:
        return power(n, effect, level, plan.design, plan.alternative)

    return _claimed(plan, rejection)


def planned_images(plan: PowerPlan, effect: float, target: float = TARGET_POWER) -> float:
    """The images, not rounded and at least 2, that find `effect` with power `target`.

    Of two independent groups each needs so many. Raises ValueError when a billion images do not.
    """
    return smallest_sample(lambda n: planned_power(plan, n, effect), target)


def planned_effect(plan: PowerPlan, n: float, target: float = TARGET_POWER) -> float:
    """The smallest standardised effect, in absolute value, that `n` images find with power `target`.

    Raises ValueError when n < 2 or `target` is not strictly between the level of a test and 1.
    """
    if not plan.level < target < 1:
        raise ValueError(f"power: it must lie strictly between the level, {plan.level:.4g}, and 1, not {target}")
    sign = -1.0 if plan.alternative == "less" else 1.0
    return smallest_effect(lambda effect: planned_power(plan, n, sign * effect), target)


def _claimed(plan: PowerPlan, rejection: RejectionProbability) -> float:
    if plan.claim is None:
        return rejection(plan.level)
    k, m = plan.claim
    count = holm_count_at_least if plan.dependence == "independent" else holm_count_floor
    return count(k, m, plan.level, rejection)
