"""How often "at least k of m models collapse" is claimed, when it is false and when it is true."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from typing import Literal

import numpy as np

from tasks.statistics.intervals import Floats

Rule = Literal["holm", "uncorrected"]
"""`holm` counts the models rejected after Holm's correction at `alpha`; `uncorrected` counts p ≤ `alpha` as it is."""

RULES: tuple[Rule, ...] = ("holm", "uncorrected")

RejectionProbability = Callable[[float], float]
"""P(p ≤ level) of one model, as a function of the level; the identity for a model that sits on its threshold."""


@dataclass(frozen=True, slots=True)
class OperatingCharacteristics:
    """Error and power of claiming "at least k of m" when the rule counts k models or more."""

    k: int
    m: int
    rule: Rule
    alpha: float
    error_bound: float
    """P(claim) when it is false, at most, however the models depend on one another."""
    error_independent: float
    """P(claim) when k − 1 models collapse, so plainly that they are always counted, and models are independent."""
    error_none: float
    """P(claim) when no model collapses, all sit on the threshold, and models are independent."""
    power: float
    """P(claim) when every model collapses with the power that was assumed, and models are independent."""


def claim(k: int, m: int, alpha: float, power: RejectionProbability, rule: Rule = "holm") -> OperatingCharacteristics:
    """The claim "at least k of m models collapse" when every model is tested at `alpha` and has the given `power`.

    A false claim is most likely when exactly k − 1 models collapse. Without correction the m − k + 1 others then each
    have a chance of alpha to be counted, which adds up to (m − k + 1)·alpha at most; Holm's correction keeps the sum at
    alpha for every k. Raises ValueError unless 1 ≤ k ≤ m and 0 < alpha < 1.
    Source: Benjamini and Heller (2008), "Screening for partial conjunction hypotheses", Biometrics 64; Holm (1979).
    """
    if not 1 <= k <= m or not 0 < alpha < 1:
        raise ValueError(f"no claim of at least {k} of {m} at alpha = {alpha}")
    probability = holm_count_at_least if rule == "holm" else _count_at_least
    return OperatingCharacteristics(
        k=k,
        m=m,
        rule=rule,
        alpha=alpha,
        error_bound=alpha if rule == "holm" else false_claim_bound(k, m, alpha, collapsed=k - 1),
        error_independent=probability(k, m, alpha, on_threshold, k - 1),
        error_none=probability(k, m, alpha, on_threshold, 0),
        power=probability(k, m, alpha, power, 0),
    )


def at_least(k: int, probabilities: Sequence[float]) -> float:
    """P(k or more of independent events happen) given the probability of each: a Poisson-binomial tail.

    Source: Wang (1993), "On the number of successes in independent trials", Statistica Sinica 3.
    """
    counts = reduce(np.convolve, ([1 - p, p] for p in probabilities), np.ones(1))
    return float(counts[max(k, 0) :].sum())


def false_claim_bound(k: int, m: int, alpha: float, collapsed: int) -> float:
    """Largest P(at least k of m have p ≤ alpha) under any dependence, when only `collapsed` < k models truly collapse.

    Markov's inequality on the count of the m − collapsed others, of which k − collapsed are needed. It is attained.
    Source: Rüger (1978), "Das maximale Signifikanzniveau des Tests", Metrika 25.
    """
    if not 0 <= collapsed < k <= m:
        raise ValueError(f"no false claim of at least {k} of {m} when {collapsed} collapse")
    return min(1.0, (m - collapsed) * alpha / (k - collapsed))


def holm_count_at_least(k: int, m: int, alpha: float, rejection: RejectionProbability, certain: int = 0) -> float:
    """P(Holm's correction at `alpha` rejects k or more of m) when models are independent.

    `certain` models have p = 0; each other has P(p ≤ level) = `rejection(level)`.
    """
    return holm_at_least(k, alpha, (certain, _always), (m - certain, rejection))


def holm_at_least(
    k: int, alpha: float, some: tuple[int, RejectionProbability], others: tuple[int, RejectionProbability]
) -> float:
    """P(Holm's correction at `alpha` rejects k or more) of two kinds of models: each a number and its P(p ≤ level).

    Holm rejects k or more when, for every v up to k, v or more p-values are at most alpha/(m − v + 1): the count of
    each kind is followed from level to level.
    """
    m = some[0] + others[0]
    counts = np.zeros((some[0] + 1, others[0] + 1))
    counts[0, 0] = 1.0
    total = np.add.outer(np.arange(some[0] + 1), np.arange(others[0] + 1))
    passed = [0.0, 0.0]
    for v in range(1, k + 1):
        steps = []
        for kind, (number, rejection) in enumerate((some, others)):
            reached = rejection(alpha / (m - v + 1))
            steps.append(_passing(number, passed[kind], reached))
            passed[kind] = max(passed[kind], reached)
        counts = steps[0].T @ counts @ steps[1]
        counts[total < v] = 0.0
    return float(counts.sum())


def holm_count_floor(k: int, m: int, alpha: float, rejection: RejectionProbability) -> float:
    """A probability that Holm's correction at `alpha` rejects k or more of m reaches, however the models depend.

    It does so wherever k p-values are at most alpha/m. Fewer than k are when m − k + 1 models or more fail at that
    level, which by Markov's inequality has a probability of m·P(one fails)/(m − k + 1) at most.
    """
    return max(0.0, 1 - m * (1 - rejection(alpha / m)) / (m - k + 1))


def _count_at_least(k: int, m: int, alpha: float, rejection: RejectionProbability, certain: int) -> float:
    return at_least(k - certain, [rejection(alpha)] * (m - certain))


def on_threshold(level: float) -> float:
    """P(p ≤ level) of a model that sits on its threshold."""
    return level


def _always(_: float) -> float:
    return 1.0


def _passing(number: int, passed: float, reached: float) -> Floats:
    """[have, then]: how many of `number` models pass the next level, when P(p ≤ level) grows to `reached`.

    Of those that have not passed, a binomial number does.
    """
    from scipy.special import xlog1py, xlogy

    step = (reached - passed) / (1 - passed) if passed < reached else 0.0
    more, fewer, ways = _ways(number)
    chances: Floats = np.exp(ways + xlogy(more, step) + xlog1py(fewer, -step))
    return np.triu(chances)


@cache
def _ways(number: int) -> tuple[Floats, Floats, Floats]:
    """[have, then]: models that pass, models that still do not, and the logarithm of the ways to choose them."""
    from scipy.special import gammaln

    have = np.arange(number + 1)
    more = np.maximum(have[None, :] - have[:, None], 0.0)
    left = number - have[:, None] + 0.0
    fewer = np.maximum(left - more, 0.0)
    return more, fewer, gammaln(left + 1) - gammaln(more + 1) - gammaln(fewer + 1)
