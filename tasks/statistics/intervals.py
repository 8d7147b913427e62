"""Confidence intervals of a mean: Student's t in closed form, and the bootstrap."""

from __future__ import annotations

import math

import numpy as np

from store.evidence import Interval
from tasks.statistics.adequacy import Floats as Floats
from tasks.statistics.bca import check_confidence
from tasks.statistics.bootstrap import BootstrapMethod, mean_intervals
from tasks.statistics.clusters import of_images
from tasks.statistics.resampling import RESAMPLES, draw


def t_interval(x: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Student's t interval of the mean, x̄ ± t(1 − α/2; n − 1)·s/√n, along axis 0.

    `x` has shape [n, ...]; `low` and `high` have shape [...] and the unit of `x`. A column that holds a NaN gives NaN.
    Raises ValueError when n < 2, where s is undefined, or when `confidence` is not strictly between 0 and 1.
    Source: Student (1908), "The probable error of a mean", Biometrika 6.
    """
    from scipy.special import stdtrit

    check_confidence(confidence)
    x = np.asarray(x, dtype=np.float64)
    if x.ndim == 0 or x.shape[0] < 2:
        raise ValueError("an interval of a mean needs at least two values along axis 0")
    n = x.shape[0]
    mean = x.mean(axis=0)
    half = stdtrit(n - 1, 0.5 + confidence / 2) * x.std(axis=0, ddof=1) / math.sqrt(n)
    return mean - half, mean + half


def share_interval(hits: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Exact interval of the share of which `hits` of `n` independent trials are a sample.

    Raises ValueError unless 0 ≤ hits ≤ n and n ≥ 1, and for a confidence outside (0, 1).
    Source: Clopper and Pearson (1934), "The use of confidence or fiducial limits", Biometrika 26.
    """
    from scipy.special import betaincinv

    check_confidence(confidence)
    if not 0 <= hits <= n or n < 1:
        raise ValueError(f"{hits} of {n} trials are no share")
    tail = (1 - confidence) / 2
    low = float(betaincinv(hits, n - hits + 1, tail)) if hits > 0 else 0.0
    high = float(betaincinv(hits + 1, n - hits, 1 - tail)) if hits < n else 1.0
    return low, high


def bootstrap_interval(
    x: Floats,
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    confidence: float = 0.95,
    method: BootstrapMethod = "BCa",
) -> Interval:
    """Bootstrap interval of the mean of `x`, shape [n], by resampling its values with replacement.

    This is one row of `bootstrap.mean_intervals`. Samples of equal length that are given generators in equal states are
    resampled with the same indices. Memory is bounded whatever `resamples` is. Raises ValueError when `x` is not a
    vector of at least two finite values that differ by more than rounding noise, since resamples of a constant say
    nothing, or when `confidence` is not strictly between 0 and 1.
    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", §13.3 (percentile) and §14.3 (BCa).
    """
    check_confidence(confidence)
    x = np.asarray(x, dtype=np.float64)
    if x.ndim == 1 and x.size >= 2 and np.isfinite(x).all():
        found = mean_intervals(of_images(x), draw(x.size, rng, resamples), confidence, method, minimum=2)
        low, high = float(found.low), float(found.high)
        if math.isfinite(low) and math.isfinite(high):
            return Interval(low=low, high=high, confidence=confidence)
        if np.isfinite(found.estimate):
            raise ValueError(f"resamples: {resamples} are too few for an interval")
    raise ValueError("a bootstrap interval needs a vector of at least two finite values that differ")
