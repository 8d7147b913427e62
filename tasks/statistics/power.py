"""Prospective power of t tests: of a sample size, the sample size for a power, and the smallest effect within reach."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Literal

from tasks.statistics.location import Alternative
from tasks.statistics.noncentral import noncentral_t_cdf

Design = Literal["one-sample", "paired", "independent"]
"""`one-sample` and `paired` count images (the effect is d or dz); `independent` counts images in each of two groups."""

MEDIUM_EFFECT = 0.5
"""Cohen (1988), "Statistical Power Analysis for the Behavioral Sciences", §2.2."""

TARGET_POWER = 0.8
"""The same, §2.4."""

_MOST_IMAGES = 1e9
_LARGEST_EFFECT = 1e6
"""In standard deviations: beyond it the spread is rounding noise (`adequacy`)."""


def power(
    n: float, effect: float, alpha: float = 0.05, design: Design = "paired", alternative: Alternative = "two-sided"
) -> float:
    """Probability that a t test at level `alpha` on `n` images finds a standardised `effect`.

    `n` need not be whole, so that it can be solved for. Raises ValueError when n < 2, n or the effect is not finite, or
    alpha is outside (0, 1).
    Source: Cohen (1988), ch. 2; the t statistic is noncentral with δ = d√n (one-sample, paired) or d√(n/2)
    (independent).
    """
    from scipy.special import stdtrit

    if not (2 <= n < math.inf and math.isfinite(effect) and 0 < alpha < 1):
        raise ValueError(f"no power for n = {n}, effect = {effect}, alpha = {alpha}")
    df = 2 * (n - 1) if design == "independent" else n - 1
    delta = effect * math.sqrt(n / 2 if design == "independent" else n)
    match alternative:
        case "two-sided":
            critical = float(stdtrit(df, alpha / 2))
            return min(1.0, noncentral_t_cdf(critical, df, -delta) + noncentral_t_cdf(critical, df, delta))
        case "greater":
            return noncentral_t_cdf(float(stdtrit(df, alpha)), df, -delta)
        case "less":
            return noncentral_t_cdf(float(stdtrit(df, alpha)), df, delta)


def sample_size(
    effect: float,
    target: float = 0.8,
    alpha: float = 0.05,
    design: Design = "paired",
    alternative: Alternative = "two-sided",
) -> float:
    """The `n`, not rounded, at which the power for `effect` is `target`; round it up to whole images.

    Never below 2. Raises ValueError when `target` is not strictly between 0 and 1, and when no n up to a billion
    reaches it, as for an effect of zero.
    """
    if not 0 < target < 1:
        raise ValueError(f"the power to reach must lie strictly between 0 and 1, not {target}")
    return smallest_sample(lambda n: power(n, effect, alpha, design, alternative), target)


def minimal_detectable_effect(
    n: float,
    target: float = 0.8,
    alpha: float = 0.05,
    design: Design = "paired",
    alternative: Alternative = "two-sided",
) -> float:
    """The smallest standardised effect, in absolute value, that `n` images find with power `target`.

    Raises ValueError when `target` is not strictly between `alpha` and 1.
    """
    if not alpha < target < 1:
        raise ValueError(f"the power to reach must lie strictly between alpha and 1, not {target}")
    sign = -1.0 if alternative == "less" else 1.0
    return smallest_effect(lambda effect: power(n, sign * effect, alpha, design, alternative), target)


def smallest_sample(power_of: Callable[[float], float], target: float) -> float:
    """The `n` ≥ 2, not rounded, at which a power that grows with n is `target`.

    Raises ValueError when no n up to a billion reaches it.
    """
    from scipy.optimize import brentq

    if power_of(2) >= target:
        return 2.0
    high = 4.0
    while power_of(high) < target:
        high *= 2
        if high > _MOST_IMAGES:
            raise ValueError(f"no sample of up to a billion images has a power of {target}")
    return float(brentq(lambda n: power_of(n) - target, high / 2, high, xtol=1e-10, rtol=1e-14))


def smallest_effect(power_of: Callable[[float], float], target: float) -> float:
    """The effect above zero at which a power that grows with it is `target`; ValueError when none reaches it."""
    from scipy.optimize import brentq

    high = 1.0
    while power_of(high) < target:
        high *= 2
        if high > _LARGEST_EFFECT:
            raise ValueError(f"no effect is found with a power of {target}")
    return float(brentq(lambda effect: power_of(effect) - target, 0.0, high, xtol=1e-12, rtol=1e-14))
