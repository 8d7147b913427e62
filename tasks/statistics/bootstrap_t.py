"""The bootstrap-t: test and interval of means whose t statistic has the distribution that resamples give it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from store.evidence import Interval
from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats, Sample, Undetermined
from tasks.statistics.bca import check_confidence, check_images, quantile
from tasks.statistics.bootstrap import drawn_weight
from tasks.statistics.clusters import Clusters, Deviations, deviations, of_sample
from tasks.statistics.location import Alternative, student_t
from tasks.statistics.resampling import Resamples, blocks, products

MOST_CONSTANT_RESAMPLES = 1e-4
"""Probability of a resample in which all images have one value, above which t has no usable distribution."""

_ROUNDING = 1e-12
"""A sum of squares that is this share of what it was computed from is zero."""


@dataclass(frozen=True, slots=True, eq=False)
class BootstrapTs:
    """Tests and intervals of every row, of shape [...]; NaN where there is none."""

    mean: Floats
    t: Floats
    p: Floats
    """Share of resamples with a t at least as extreme, (1 + count)/(1 + B), doubled when two-sided; never 0."""
    low: Floats
    high: Floats
    """Bounds of the interval of the mean, in the unit of the values."""
    alternative: Alternative
    confidence: float


@dataclass(frozen=True, slots=True)
class BootstrapT:
    """Test and interval of one mean."""

    t: float
    p: float
    """At least 1/(1 + B), or 2/(1 + B) when two-sided."""
    alternative: Alternative
    interval: Interval
    """In the unit of the sample. A two-sided p falls below 1 − confidence where it leaves the value out."""


def bootstrap_t(
    sample: Sample,
    resamples: Resamples,
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
) -> BootstrapT | Undetermined:
    """Test whether the mean of `sample` is `value`, and its interval, by the bootstrap-t.

    Undetermined when nearly all images share one value, or there are fewer than six, so that resamples may have no
    spread to divide by. `resamples` are of the sample's n. Raises and sources as `bootstrap_ts`.
    """
    found = bootstrap_ts(of_sample(sample), resamples, value, alternative, confidence, minimum=2)
    t, p, low, high = (float(each) for each in (found.t, found.p, found.low, found.high))
    if not np.isfinite([t, p, low, high]).all():
        return Undetermined("too few images differ: a resample may hold one value alone")
    return BootstrapT(t, p, alternative, Interval(low=low, high=high, confidence=confidence))


def bootstrap_ts(
    clusters: Clusters,
    resamples: Resamples,
    value: Floats | float = 0.0,
    alternative: Alternative = "two-sided",
    confidence: float = 0.95,
    minimum: int = MINIMUM_IMAGES,
) -> BootstrapTs:
    """Bootstrap-t of the mean of every row of `clusters` against `value`, a number or one for each row, shape [...].

    Every resample has a t of its own, (its mean − the mean)/its standard error, and these take the place of Student's
    distribution; so the skew of the data enters. The two-sided p is twice the smaller tail, as the interval leaves
    equal tails. NaN in rows that bear no test (`clusters.deviations`) and in those where a resample without spread is
    not rare. Raises ValueError when `resamples` are of another number of images or `confidence` is outside (0, 1).
    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", §12.5; for p, Davison and Hinkley (1997),
    "Bootstrap Methods and their Application", §4.4.
    """
    check_confidence(confidence)
    check_images(clusters.n, resamples)
    whole = spread_in_resamples(deviations(clusters, minimum), clusters)
    rows = whole.rows()
    t = student_t(whole, value)
    observed = t[whole.determined]
    p, bounds = np.empty(observed.size), np.empty((observed.size, 2))
    for part, chunked in blocks(observed.size, resamples, beside=5):
        block = rows.part(part)
        ts = np.empty((block.mean.size, resamples.size))
        for drawn, counts in chunked:
            ts[:, drawn] = studentised(block, counts)
        p[part] = _p(ts, observed[part], alternative)
        ts.sort(axis=-1)
        reach = [quantile(ts, level) for level in ((1 + confidence) / 2, (1 - confidence) / 2)]
        bounds[part] = block.mean[:, None] - np.stack(reach, axis=-1) * block.error[:, None]
    found = whole.restored(np.where(np.isfinite(bounds), bounds, np.nan))
    return BootstrapTs(whole.mean, t, whole.restored(p), found[..., 0], found[..., 1], alternative, confidence)


def studentised(rows: Deviations, counts: Floats) -> Floats:
    """The t of every resample, [chunk, n], about the mean of the data, for every row: shape [rows, chunk].

    From sums of first and second moments, each a product of matrices. A resample without spread has an infinite t, or 0
    when its mean is that of the data.
    """
    first, second = products(rows.pulls, counts), products(np.square(rows.pulls), counts)
    drawn = drawn_weight(rows.weights, counts)
    moved = first / drawn
    if ((rows.weights == 0) | (rows.weights == 1)).all():
        images: Floats | float = drawn
        squares = second - moved * first
    else:
        images = drawn_weight((rows.weights > 0).astype(np.float64), counts)
        crossed = products(rows.pulls * rows.weights, counts)
        squares = second - 2 * moved * crossed + np.square(moved) * drawn_weight(np.square(rows.weights), counts)
    squares[squares <= _ROUNDING * second] = 0.0
    first[np.abs(first) <= _ROUNDING * np.sqrt(second)] = 0.0
    with np.errstate(divide="ignore", invalid="ignore"):
        found = first / np.sqrt(squares * images / (images - 1))
    found[np.isnan(found)] = 0.0
    return found


def spread_in_resamples(whole: Deviations, clusters: Clusters) -> Deviations:
    """Drops rows with so many tied values that constant resamples are likely.

    Where k of n images share one value, a resample holds only these with probability (k/n)^n.
    """
    n = clusters.n
    most = int(np.floor(n * MOST_CONSTANT_RESAMPLES ** (1 / n))) + 1
    if most > n:
        return whole
    with np.errstate(invalid="ignore"):
        ascending = np.sort(clusters.sums / clusters.sizes, axis=-1)
    shared: NDArray[np.bool_] = (ascending[..., most - 1 :] == ascending[..., : n - most + 1]).any(axis=-1)
    return Deviations(np.where(shared, np.nan, whole.mean), whole.pulls, whole.weights, whole.images)


def _p(ts: Floats, observed: Floats, alternative: Alternative) -> Floats:
    size = ts.shape[-1]
    less, greater = (
        (1 + np.count_nonzero(extreme, axis=-1)) / (1 + size)
        for extreme in (ts <= observed[:, None], ts >= observed[:, None])
    )
    match alternative:
        case "less":
            return np.asarray(less)
        case "greater":
            return np.asarray(greater)
        case "two-sided":
            return np.asarray(np.minimum(1.0, 2 * np.minimum(less, greater)))
