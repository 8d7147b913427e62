"""Confidence intervals of a mean: Student's t in closed form, and the bootstrap."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from store.evidence import Interval

Floats = NDArray[np.float64]
BootstrapMethod = Literal["percentile", "basic", "BCa"]

_BATCH_BYTES = 64 * 2**20
"""Most memory that one batch of resamples may take."""


def t_interval(x: Floats, confidence: float = 0.95) -> tuple[Floats, Floats]:
    """Student's t interval of the mean, x̄ ± t(1 − α/2; n − 1)·s/√n, along axis 0.

    `x` has shape [n, ...]; `low` and `high` have shape [...] and the unit of `x`. A column that holds a NaN gives NaN.
    Raises ValueError when n < 2, where s is undefined, or when `confidence` is not strictly between 0 and 1.
    Source: Student (1908), "The probable error of a mean", Biometrika 6.
    """
    from scipy.special import stdtrit

    _check_confidence(confidence)
    x = np.asarray(x, dtype=np.float64)
    if x.ndim == 0 or x.shape[0] < 2:
        raise ValueError("an interval of a mean needs at least two values along axis 0")
    n = x.shape[0]
    mean = x.mean(axis=0)
    half = stdtrit(n - 1, 0.5 + confidence / 2) * x.std(axis=0, ddof=1) / math.sqrt(n)
    return mean - half, mean + half


def bootstrap_interval(
    x: Floats,
    rng: np.random.Generator,
    resamples: int = 10_000,
    confidence: float = 0.95,
    method: BootstrapMethod = "BCa",
) -> Interval:
    """Bootstrap interval of the mean of `x`, shape [n], by resampling its values with replacement.

    Samples of equal length that are given generators in equal states are resampled with the same indices. Memory is
    bounded whatever `resamples` is. Raises ValueError when `x` is not a vector of at least two finite values that
    differ, since resamples of a constant say nothing, or when `confidence` is not strictly between 0 and 1.
    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", §13.3 (percentile) and §14.3 (BCa).
    """
    from scipy.stats import bootstrap

    _check_confidence(confidence)
    x = np.asarray(x, dtype=np.float64)
    if x.ndim != 1 or x.size < 2 or not np.isfinite(x).all() or np.ptp(x) == 0:
        raise ValueError("a bootstrap interval needs a vector of at least two finite values that differ")
    batch = max(1, _BATCH_BYTES // (2 * x.itemsize * x.size))
    found = bootstrap(
        (x,), np.mean, n_resamples=resamples, batch=batch, confidence_level=confidence, method=method, rng=rng
    )
    return Interval(
        low=float(found.confidence_interval.low), high=float(found.confidence_interval.high), confidence=confidence
    )


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, not {confidence}")
