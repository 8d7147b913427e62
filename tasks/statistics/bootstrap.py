"""Bootstrap intervals of many means at once, over images and, within them, captions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np

from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats
from tasks.statistics.bca import Intervals, bca_levels, check_confidence, check_images, quantile, share_below
from tasks.statistics.clusters import Clusters, Deviations, deviations
from tasks.statistics.resampling import Resamples, blocks, products

BootstrapMethod = Literal["percentile", "BCa"]

_NOISE = 1e-12
"""Means of resamples that differ by less than this share of s tie: products of matrices round."""


def mean_intervals(
    clusters: Clusters,
    resamples: Resamples,
    confidence: float = 0.95,
    method: BootstrapMethod = "BCa",
    minimum: int = MINIMUM_IMAGES,
) -> Intervals:
    """Bootstrap interval of the mean of every row of `clusters`, all from the same resamples of images.

    An image is drawn with all its captions, so that the interval is one for new images (Davison and Hinkley 1997,
    "Bootstrap Methods and their Application", §3.8). The bias is taken from the resamples and the acceleration from the
    jackknife over images. Rows that bear no test have NaN, as in `clusters.deviations`. Memory is bounded by a few
    chunks of `resampling.CHUNK_BYTES` beside the data. Raises ValueError when `resamples` are of another number of
    images or `confidence` is outside (0, 1).
    Source: Efron and Tibshirani (1993), "An Introduction to the Bootstrap", §13.3 (percentile) and §14.3 (BCa).
    """
    check_confidence(confidence)
    check_images(clusters.n, resamples)
    whole = deviations(clusters, minimum)
    rows = whole.rows()
    bounds = np.empty((rows.mean.size, 2))
    for part, distribution in _means(rows, resamples):
        block = rows.part(part)
        distribution.sort(axis=-1)
        levels = _levels(distribution, block, confidence, method)
        bounds[part] = block.mean[:, None] + np.stack([quantile(distribution, level) for level in levels], axis=-1)
    found = whole.restored(bounds)
    return Intervals(whole.mean, found[..., 0], found[..., 1], confidence)


def _means(rows: Deviations, resamples: Resamples) -> Iterator[tuple[slice, Floats]]:
    """Block by block of rows, the mean of every resample less that of the data, shape [block, B]."""
    largest: Floats | None = None
    for part, chunked in blocks(rows.mean.size, resamples, beside=2):
        block = rows.part(part)
        # The first block is the largest, and the memory of a block that was dealt with serves for the next.
        largest = np.empty((block.mean.size, resamples.size)) if largest is None else largest
        means = largest[: block.mean.size]
        for drawn, counts in chunked:
            products(block.pulls, counts, means[:, drawn])
            means[:, drawn] /= drawn_weight(block.weights, counts)
        yield part, means


def drawn_weight(weights: Floats, counts: Floats) -> Floats | float:
    """Sum of the weights, [rows, n] or [n], over each resample, [chunk, n]: [rows, chunk] or [chunk].

    It is n throughout when every image has the same number of values.
    """
    if (weights == 1).all():
        return float(counts.shape[-1])
    found = products(np.atleast_2d(weights), counts)
    return found[0] if weights.ndim == 1 else found


def _levels(
    ascending: Floats, block: Deviations, confidence: float, method: BootstrapMethod
) -> tuple[Floats, Floats] | tuple[float, float]:
    if method == "percentile":
        return (1 - confidence) / 2, (1 + confidence) / 2
    # Pulls sum to 0, so that without image i the mean moves by −pull over the weight that is left.
    jackknife = -block.pulls / (block.images[:, None] - block.weights)
    below = share_below(ascending, np.zeros_like(block.mean), _NOISE * block.sd)
    return bca_levels(below, jackknife, confidence)
