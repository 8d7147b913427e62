"""Percentile and BCa bounds from a bootstrap distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.adequacy import Floats
from tasks.statistics.resampling import Resamples


@dataclass(frozen=True, slots=True, eq=False)
class Intervals:
    """Estimates with their bounds, all of shape [...] and in the unit of the values; NaN where there is none."""

    estimate: Floats
    low: Floats
    high: Floats
    confidence: float


def share_below(ascending: Floats, estimate: Floats, noise: Floats) -> Floats:
    """Share of sorted resamples, [..., B], below the estimate, [...], those that tie with it counting as half.

    What differs by no more than `noise`, [...], ties.
    """
    doubled = count_up_to(ascending, estimate - noise) + count_up_to(ascending, estimate + noise)
    return np.asarray(doubled / (2 * ascending.shape[-1]))


def count_up_to(ascending: Floats, value: Floats) -> NDArray[np.int64]:
    """How many of each row of sorted numbers, [..., B], are at most its value, [...]: all rows bisected at once."""
    low = np.zeros(np.shape(value), dtype=np.int64)
    high = np.full_like(low, ascending.shape[-1])
    while (low < high).any():
        middle = (low + high) // 2
        at = np.minimum(middle, ascending.shape[-1] - 1)[..., None]
        small = np.take_along_axis(ascending, at, axis=-1)[..., 0] <= value
        low, high = np.where(small & (low < high), middle + 1, low), np.where(small, high, middle)
    return low


def bca_levels(below: Floats, jackknife: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Levels of the bootstrap distribution that bound a BCa interval, each of shape [...].

    `below` is the share of resamples below the estimate, [...]; `jackknife` the estimate without each image, [..., n],
    any constant added. NaN where all resamples lie on one side of the estimate, whose bias then has no measure.
    Source: Efron and Tibshirani (1993), equations 14.10, 14.14 and 14.15.
    """
    from scipy.special import ndtr, ndtri

    pull = jackknife.mean(axis=-1, keepdims=True) - jackknife
    squares = np.square(pull)
    power = squares.sum(axis=-1) ** 1.5
    with np.errstate(invalid="ignore"):
        acceleration = np.where(power > 0, (squares * pull).sum(axis=-1) / (6 * power), 0.0)
    bias = ndtri(below)
    known = np.isfinite(bias)
    bias = np.where(known, bias, 0.0)

    def level(tail: float) -> Floats:
        z = bias + ndtri(tail)
        left = 1 - acceleration * z
        # Where the correction has no finite value, the bound is an end of the distribution.
        moved = ndtr(np.where(left > 0, bias + z / np.where(left > 0, left, 1), np.copysign(np.inf, z)))
        return np.where(known, moved, np.nan)

    return level((1 - confidence) / 2), level((1 + confidence) / 2)


def quantile(ascending: Floats, level: Floats | float) -> Floats:
    """Quantiles of sorted values, [..., B], each row at its own `level`, [...], interpolated linearly (type 7).

    NaN where the level is.

    Source: Hyndman and Fan (1996), "Sample quantiles in statistical packages", The American Statistician 50.
    """
    last = ascending.shape[-1] - 1
    place = np.broadcast_to(np.asarray(level) * last, ascending.shape[:-1])[..., None]
    before = np.floor(np.where(np.isnan(place), 0, place)).astype(np.int64)
    low, high = (np.take_along_axis(ascending, np.clip(at, 0, last), axis=-1) for at in (before, before + 1))
    with np.errstate(invalid="ignore"):
        found: Floats = (low + (place - before) * (high - low))[..., 0]
    return found


def check_confidence(confidence: float) -> None:
    """Raise ValueError unless 0 < `confidence` < 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie strictly between 0 and 1, not {confidence}")


def check_images(n: int, resamples: Resamples) -> None:
    """Raise ValueError unless the resamples are of `n` images."""
    if resamples.n != n:
        raise ValueError(f"resamples: they are of {resamples.n} images, but there are values of {n}")
