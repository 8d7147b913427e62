"""The shape of a sample: how far from normal it is, and how much hangs on one image. Reported; it switches no test."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.statistics.adequacy import Sample
from tasks.statistics.location import SMALLEST_P, Alternative, p_values

_MOST_FOR_SHAPIRO = 5_000
"""Royston's approximation of the p-value of W has been checked up to this many values."""


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """What a t test says when any one image is left out."""

    mean_low: float
    mean_high: float
    """Smallest and largest mean, in the unit of the sample."""
    p_low: float
    p_high: float
    """Smallest and largest p of Student's t test."""


def skew(sample: Sample) -> float:
    """Adjusted Fisher-Pearson G₁; Joanes and Gill (1998), "Comparing measures of sample skewness and kurtosis"."""
    from scipy import stats

    return float(stats.skew(sample.values, bias=False))


def shapiro_p(sample: Sample) -> float | None:
    """Shapiro and Wilk (1965), "An analysis of variance test for normality", with Royston's (1995) p-value."""
    from scipy.stats import shapiro

    if sample.n > _MOST_FOR_SHAPIRO:
        return None
    return max(float(shapiro(sample.values).pvalue), SMALLEST_P)


def leave_one_out(sample: Sample, value: float = 0.0, alternative: Alternative = "two-sided") -> LeaveOneOut:
    """The range of the mean and of the p of a t test against `value`, over samples without one of the images.

    A sample whose others are constant has an infinite t. Raises ValueError for fewer than three images.
    """
    n = sample.n
    if n < 3:
        raise ValueError(f"without one of {n} images too few are left for a test")
    away = sample.values - sample.mean
    means = sample.mean - away / (n - 1)
    squares = np.square(away).sum() - np.square(away) * n / (n - 1)
    squares[squares <= 1e-12 * np.square(away).sum()] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        t = (means - value) / np.sqrt(squares / (n - 2) / (n - 1))
    p = p_values(np.where(np.isnan(t), 0.0, t), n - 2, alternative)
    low, high = float(np.min(means)), float(np.max(means))
    return LeaveOneOut(low, high, float(np.min(p)), float(np.max(p)))
