"""Asymptotic confidence sequences: intervals of a mean that hold at every number of images at once."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np

from tasks.statistics.intervals import Floats

Side = Literal["two-sided", "lower", "upper"]


def confidence_sequence(
    x: Floats, confidence: float = 0.95, best_at: int = 100, side: Side = "two-sided"
) -> tuple[Floats, Floats]:
    """Bounds of the mean after every image, in the order given: `x` [..., n] -> low and high, [..., n] each.

    With probability `confidence` the mean lies within all that are looked at. No distribution is assumed beyond a
    finite variance, so that this holds in the limit of many images before the first look. The sequence is narrowest
    after about `best_at` images. A bound that was not asked for is infinite, as are all before two images; a missing
    image (NaN) changes nothing. Raises ValueError for infinite values, a confidence outside (0, 1) and best_at < 1.
    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2024), "Time-uniform central limit theory and asymptotic
    confidence sequences", Annals of Statistics 52; one-sided with the normal mixture bound of Howard, Ramdas, McAuliffe
    and Sekhon (2021), "Time-uniform, nonparametric, nonasymptotic confidence sequences", Annals of Statistics 49.
    """
    x = np.asarray(x, dtype=np.float64)
    if np.isinf(x).any():
        raise ValueError("x must be finite; a missing image is NaN")
    present = ~np.isnan(x)
    n = np.cumsum(present, axis=-1, dtype=np.float64)
    seen = np.maximum(n, 1.0)
    centre = _means(x, present)  # variances of values far from 0 would cancel
    offset = np.where(present, x - centre, 0.0)
    mean = np.cumsum(offset, axis=-1) / seen
    variance = np.maximum(np.cumsum(offset**2, axis=-1) / seen - mean**2, 0.0)
    reach = np.where(n >= 2, np.sqrt(variance) * _half_width(seen, 1 - confidence, best_at, side), np.inf)
    nothing = np.full_like(mean, np.inf)
    return (
        centre + mean - reach if side != "upper" else -nothing,
        centre + mean + reach if side != "lower" else nothing,
    )


def _half_width(n: Floats, alpha: float, best_at: int, side: Side) -> Floats:
    """Half-width in standard deviations: a normal mixture boundary, at the mixture that is best at `best_at`."""
    from scipy.special import lambertw

    if not 0 < alpha < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, not {1 - alpha}")
    if best_at < 1:
        raise ValueError(f"best_at must be 1 or more, not {best_at}")
    tail = alpha if side == "two-sided" else min(2 * alpha, 1 - 1e-9)
    mixture = (-float(lambertw(-(tail**2) / math.e, -1).real) - 1) / best_at
    grown = n * mixture + 1
    odds = np.sqrt(grown) / alpha
    found: Floats = np.sqrt(2 * grown / mixture * np.log(odds if side == "two-sided" else 1 + odds / 2)) / n
    return found


def _means(x: Floats, present: Floats) -> Floats:
    """Mean of what is present along the last axis, 0 where nothing is; kept as an axis of length 1."""
    counts = np.maximum(present.sum(axis=-1, keepdims=True), 1)
    mean: Floats = np.where(present, x, 0.0).sum(axis=-1, keepdims=True) / counts
    return mean
