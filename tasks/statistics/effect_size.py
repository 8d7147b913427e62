"""Standardised mean differences (Cohen's d and Hedges' g) of one-sample and paired designs, and their intervals."""

from __future__ import annotations

import math

from store.evidence import Interval
from tasks.statistics.intervals import Floats
from tasks.statistics.noncentral import noncentral_t_cdf

_EXACT_MEAN = 1_000.0
"""From this |dz| on, the uncertainty of the mean is below a millionth of that of s, and noncentral t series fail."""


def dz_from_t(t: float, n: int) -> float:
    """Cohen's dz = t/√n: the mean (or mean difference) in standard deviations of the values (or differences).

    With t of a test against a value this is the d against that reference. Dimensionless.
    Source: Lakens (2013), "Calculating and reporting effect sizes", Frontiers in Psychology 4:863, equation 7.
    """
    return t / math.sqrt(n)


def d_av(a: Floats, b: Floats) -> float:
    """Mean of a − b over the root mean of the two variances, for finite vectors of shape [n]. Dimensionless.

    Unlike dz it does not grow with the correlation between the two. Raises ValueError when both are constant.
    Source: Bonett (2008), "Confidence intervals for standardized linear contrasts of means", Psychological Methods 13.
    """
    scale = math.sqrt((float(a.var(ddof=1)) + float(b.var(ddof=1))) / 2)
    if scale == 0:
        raise ValueError("two constants have no standardised difference")
    return float((a - b).mean()) / scale


def small_sample_correction(df: float) -> float:
    """J(ν) = Γ(ν/2) / (√(ν/2)·Γ((ν − 1)/2)), exact; needs ν > 1.

    Source: Hedges (1981), "Distribution theory for Glass's estimator of effect size", J. Educational Statistics 6.
    """
    from scipy.special import poch

    if df <= 1:
        raise ValueError(f"the small-sample correction needs more than one degree of freedom, not {df}")
    return float(poch((df - 1) / 2, 0.5)) / math.sqrt(df / 2)


def hedges_g(d: float, df: float) -> float:
    """Hedges' g = J(ν)·d: Cohen's d without its small-sample bias. Dimensionless."""
    return small_sample_correction(df) * d


def dz_interval(t: float, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval of dz: the noncentralities δ at which the observed t is a limiting quantile, over √n.

    Solved for |t| and mirrored when t < 0. Beyond |dz| = 1000 the mean is known as good as exactly, and the interval is
    that of 1/s, dz·√(χ²(ν)/ν). Raises ValueError when t is not finite, n < 2 or `confidence` is outside (0, 1).
    Source: Steiger and Fouladi (1997), "Noncentrality interval estimation", in "What if there were no significance
    tests?".
    """
    from scipy.special import chdtri

    if not math.isfinite(t) or n < 2 or not 0 < confidence < 1:
        raise ValueError(f"no interval of dz for t = {t}, n = {n}, confidence = {confidence}")
    df, tail = n - 1, (1 - confidence) / 2
    size = abs(t)
    if dz_from_t(size, n) > _EXACT_MEAN:
        low, high = (size * math.sqrt(chdtri(df, upper) / df) for upper in (1 - tail, tail))
    else:
        low, high = _noncentrality(size, df, 1 - tail), _noncentrality(size, df, tail)
    if t < 0:
        low, high = -high, -low
    return Interval(low=dz_from_t(low, n), high=dz_from_t(high, n), confidence=confidence)


def _noncentrality(t: float, df: float, probability: float) -> float:
    """The δ at which a noncentral t on `df` degrees of freedom is at most `t` ≥ 0 with the given probability."""
    from scipy.optimize import brentq

    def excess(delta: float) -> float:
        return noncentral_t_cdf(t, df, delta) - probability

    step = math.sqrt(1 + t * t / (2 * df))
    low, high = t - step, t + step
    while excess(low) < 0:
        low -= step
    while excess(high) > 0:
        high += step
    return float(brentq(excess, low, high, xtol=1e-12 * step, rtol=1e-14))
