"""Adjustment of many tests by the distribution of their largest t, which knows how they depend on one another."""

from __future__ import annotations

import numpy as np

from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats
from tasks.statistics.bca import check_images
from tasks.statistics.bootstrap_t import spread_in_resamples, studentised
from tasks.statistics.clusters import Clusters, deviations
from tasks.statistics.location import Alternative, student_t
from tasks.statistics.resampling import Resamples


def max_t(
    clusters: Clusters,
    resamples: Resamples,
    value: Floats | float = 0.0,
    alternative: Alternative = "two-sided",
    minimum: int = MINIMUM_IMAGES,
) -> Floats:
    """Step-down max-T adjusted p of every row against `value`, a number or one for each row, shape [...].

    All rows are one family, such as layers × heads of a model, and share the resamples of images, whose t about the
    mean of the data stand for those under the null hypotheses. Rejecting where the adjusted p is at most α keeps the
    probability of any false rejection near α; where rows go together, more is found than by Holm. From the largest t
    down, each is held against the largest of its own and of those after it, and p = (1 + count)/(1 + B), made monotone.
    Rows that bear no test, or whose resamples may have no spread, have NaN and take no part. Raises ValueError when
    `resamples` are of another number of images.
    Source: Westfall and Young (1993), "Resampling-Based Multiple Testing", algorithm 4.1; Romano and Wolf (2005),
    "Exact and approximate stepdown methods for multiple hypothesis testing", JASA 100, for resamples about the data.
    """
    check_images(clusters.n, resamples)
    whole = spread_in_resamples(deviations(clusters, minimum), clusters)
    rows = whole.rows()
    observed = _extremeness(student_t(whole, value)[whole.determined], alternative)
    descending = np.argsort(-observed, kind="stable")
    exceeded = np.zeros(observed.size)
    for _, counts in resamples.counts(beside=6 * observed.size):
        ts = _extremeness(studentised(rows, counts), alternative)[descending]
        largest = np.maximum.accumulate(ts[::-1], axis=0)[::-1]
        exceeded += np.count_nonzero(largest >= observed[descending, None], axis=-1)
    adjusted = np.empty_like(observed)
    adjusted[descending] = np.maximum.accumulate((1 + exceeded) / (1 + resamples.size))
    return whole.restored(adjusted)


def _extremeness(t: Floats, alternative: Alternative) -> Floats:
    """What grows with the evidence for the alternative."""
    match alternative:
        case "two-sided":
            return np.abs(t)
        case "less":
            return -t
        case "greater":
            return t
