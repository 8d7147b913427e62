"""Standardised mean differences (Cohen's d and Hedges' g) of one-sample and paired designs, and their intervals."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np

from store.evidence import Interval
from tasks.statistics.adequacy import Floats
from tasks.statistics.noncentral import noncentral_t_cdfs

Number = TypeVar("Number", float, Floats)

_EXACT_MEAN = 1_000.0
"""From this |dz| on, the uncertainty of the mean is below a millionth of that of s, and noncentral t series fail."""


def dz_from_t(t: Number, n: Number | int) -> Number:
    """Cohen's dz = t/√n: the mean (or mean difference) in standard deviations of the values (or differences).

    Of numbers or of arrays. With t of a test against a value this is the d against that reference. Dimensionless.
    Source: Lakens (2013), "Calculating and reporting effect sizes", Frontiers in Psychology 4:863, equation 7.
    """
    root: Number = n**0.5
    return t / root


def d_av(a: Floats, b: Floats) -> float:
    """Mean of a − b over the root mean of the two variances, for finite vectors of shape [n], as `d_avs` gives it.

    Raises ValueError when both are constant.
    """
    found = float(d_avs(a, b))
    if math.isnan(found):
        raise ValueError("two constants have no standardised difference")
    return found


def d_avs(a: Floats, b: Floats) -> Floats:
    """Mean of a − b over the root mean of the two variances, shape [...], for values of shape [..., n]. Dimensionless.

    Unlike dz it does not grow with the correlation between the two. An image that either misses is left out; NaN where
    fewer than two are left or both are constant.
    Source: Bonett (2008), "Confidence intervals for standardized linear contrasts of means", Psychological Methods 13.
    """
    present = ~np.isnan(a - b)
    n = present.sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        means = [np.where(present, x, 0.0).sum(axis=-1) / n for x in (a, b)]
        away = [np.where(present, x - mean[..., None], 0.0) for x, mean in zip((a, b), means, strict=True)]
        scale = np.sqrt(sum(np.square(each).sum(axis=-1) for each in away) / (n - 1) / 2)
        return np.asarray((means[0] - means[1]) / np.where(scale > 0, scale, np.nan))


def small_sample_correction(df: Number) -> Number:
    """J(ν) = Γ(ν/2) / (√(ν/2)·Γ((ν − 1)/2)), exact, of a number or of an array; needs ν > 1.

    Source: Hedges (1981), "Distribution theory for Glass's estimator of effect size", J. Educational Statistics 6.
    """
    from scipy.special import poch

    if np.any(df <= 1):
        raise ValueError(f"the small-sample correction needs more than one degree of freedom, not {df}")
    correction: Number = poch((df - 1) / 2, 0.5) / (df / 2) ** 0.5
    return correction


def hedges_g(d: Number, df: Number) -> Number:
    """Hedges' g = J(ν)·d: Cohen's d without its small-sample bias. Dimensionless."""
    return small_sample_correction(df) * d


def dz_interval(t: float, n: int, confidence: float = 0.95) -> Interval:
    """Exact interval of dz, as `dz_intervals` gives it.

    Raises ValueError when t is not finite, n < 2 or `confidence` is outside (0, 1).
    """
    if math.isnan(t):
        raise ValueError(f"no interval of dz for t = {t}")
    low, high = dz_intervals(np.float64(t), np.float64(n), confidence)
    return Interval(low=float(low), high=float(high), confidence=confidence)


def dz_intervals(t: Floats | np.float64, n: Floats | np.float64, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Exact intervals of dz: the noncentralities δ at which the observed t is a limiting quantile, over √n.

    `t` and the images `n` broadcast to the shape of the two bounds; NaN where t is NaN. Solved for |t| and mirrored
    when t < 0. Beyond |dz| = 1000 the mean is known as good as exactly, and the interval is that of 1/s,
    dz·√(χ²(ν)/ν). Raises ValueError when a t is infinite, an n < 2 or `confidence` is outside (0, 1).
    Source: Steiger and Fouladi (1997), "Noncentrality interval estimation", in "What if there were no significance
    tests?".
    """
    from scipy.special import chdtri

    t, n = (np.asarray(each, dtype=np.float64) for each in np.broadcast_arrays(t, n))
    known = ~np.isnan(t)
    if np.isinf(t).any() or (n[known] < 2).any() or not 0 < confidence < 1:
        raise ValueError(f"no interval of dz for t = {t}, n = {n}, confidence = {confidence}")
    tail = (1 - confidence) / 2
    low, high = np.full(t.shape, np.nan), np.full(t.shape, np.nan)
    far = known & (np.abs(t) > _EXACT_MEAN * np.sqrt(n))
    near = known & ~far
    for bound, level in ((low, 1 - tail), (high, tail)):
        bound[far] = np.abs(t[far]) * np.sqrt(chdtri(n[far] - 1, level) / (n[far] - 1))
        bound[near] = _noncentralities(np.abs(t[near]), n[near] - 1, level)
    below, root = t < 0, np.sqrt(n)
    return np.where(below, -high, low) / root, np.where(below, -low, high) / root


def _noncentralities(t: Floats, df: Floats, probability: float) -> Floats:
    """The δ at which a noncentral t on `df` degrees of freedom is at most `t` ≥ 0 with that probability, shape [k]."""
    from scipy.optimize.elementwise import find_root

    def excess(delta: Floats, t: Floats, df: Floats) -> Floats:
        return noncentral_t_cdfs(t, df, delta) - probability

    step = np.sqrt(1 + np.square(t) / (2 * df))
    low, high = t - step, t + step
    while (short := excess(low, t, df) < 0).any():
        low[short] -= step[short]
    while (short := excess(high, t, df) > 0).any():
        high[short] += step[short]
    tolerances = {"xatol": 1e-13, "xrtol": 1e-14, "fatol": 0.0, "frtol": 0.0}
    return np.asarray(find_root(excess, (low, high), args=(t, df), tolerances=tolerances).x)
