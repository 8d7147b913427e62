"""t tests of many studies at once, as arrays; `tasks.statistics.location` tests one sample at a time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats
from tasks.statistics.clusters import Clusters, Deviations, deviations
from tasks.statistics.location import Alternative, johnson_t, p_values, student_t


@dataclass(frozen=True, slots=True, eq=False)
class TTests:
    """Outcomes of t tests of many means, all of shape [...]; NaN in rows that bear no test."""

    mean: Floats
    """In the unit of the values."""
    t: Floats
    df: Floats
    """Images less one."""
    p: Floats
    """In [`SMALLEST_P`, 1], not corrected for how many there are."""
    alternative: Alternative


def t_tests(
    clusters: Clusters,
    value: Floats | float = 0.0,
    alternative: Alternative = "two-sided",
    minimum: int = MINIMUM_IMAGES,
) -> TTests:
    """Student's t of every row against `value`, a number or one for each row, shape [...].

    Of images with several captions it is the t of their ratio estimate, whose unit is the image (Cochran 1977,
    "Sampling Techniques", §6.3).
    """
    found = deviations(clusters, minimum)
    return _tests(found, student_t(found, value), alternative)


def johnson_tests(
    clusters: Clusters,
    value: Floats | float = 0.0,
    alternative: Alternative = "two-sided",
    minimum: int = MINIMUM_IMAGES,
) -> TTests:
    """Johnson's modified t of every row against `value`, a number or one for each row, shape [...]."""
    found = deviations(clusters, minimum)
    return _tests(found, johnson_t(found, value), alternative)


def _tests(found: Deviations, t: Floats, alternative: Alternative) -> TTests:
    df = np.where(found.determined, found.images - 1, np.nan)
    return TTests(found.mean, t, df, p_values(t, df, alternative), alternative)
