"""How a metric changes over the layers of a model: a slope for every image, and a test of these slopes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.evidence import Interval
from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats, Undetermined, examine_derived
from tasks.statistics.intervals import t_interval
from tasks.statistics.location import TTest, t_test


@dataclass(frozen=True, slots=True)
class Trend:
    """Change of a metric from the first layer to the last."""

    n: int
    """Images."""
    missing: int
    """Images left out, as some layer has no value for them."""
    slope: float
    """Mean over images of the least-squares slope, in the unit of the metric per unit of depth."""
    interval: Interval
    """Student's t interval of it."""
    test: TTest
    """Is there a slope?"""


def relative_depth(layers: int) -> Floats:
    """0 for the first layer to 1 for the last, evenly, shape [layers]. Raises ValueError for fewer than two."""
    if layers < 2:
        raise ValueError(f"layers: a trend needs at least two, not {layers}")
    return np.linspace(0.0, 1.0, layers)


def layer_slopes(x: Floats, depth: Floats | None = None) -> Floats:
    """Least-squares slope over depth of every image, shape [..., n], for values `x` of shape [..., layers, n].

    `depth`, shape [layers], is that of `relative_depth` unless given. An image that some layer has no value for has
    NaN. Raises ValueError when `depth` is not of one finite number a layer that differ.
    """
    x = np.asarray(x, dtype=np.float64)
    depth = relative_depth(x.shape[-2]) if depth is None else np.asarray(depth, dtype=np.float64)
    if depth.shape != x.shape[-2:-1] or not np.isfinite(depth).all() or depth.size < 2 or np.ptp(depth) == 0:
        raise ValueError("depth: a trend needs one finite number for each of at least two layers, and not all the same")
    away = depth - depth.mean()
    slopes: Floats = np.einsum("l,...ln->...n", away / np.square(away).sum(), x)
    return slopes


def trend(
    x: Floats, depth: Floats | None = None, confidence: float = 0.95, minimum: int = MINIMUM_IMAGES
) -> Trend | Undetermined:
    """Test whether a metric rises or falls over layers, from its values `x`, shape [layers, n].

    Layers of one image depend on one another, so each image gives one slope, and these are the sample; however many
    layers there are, the degrees of freedom are images − 1. Undetermined as in `adequacy.examine`, the spread of the
    slopes being held against the values that they were computed from.
    Source: Lorch and Myers (1990), "Regression analyses of repeated measures data in cognitive research", J.
    Experimental Psychology: Learning, Memory, and Cognition 16.
    """
    slopes = layer_slopes(x, depth)
    sample = examine_derived(slopes, np.abs(x).max(axis=0), minimum)
    if isinstance(sample, Undetermined):
        return sample
    low, high = t_interval(sample.values, confidence)
    return Trend(
        n=sample.n,
        missing=sample.missing,
        slope=sample.mean,
        interval=Interval(low=float(low), high=float(high), confidence=confidence),
        test=t_test(sample),
    )
