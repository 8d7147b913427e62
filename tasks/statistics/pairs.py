"""Two models compared on the images they share."""

from __future__ import annotations

from dataclasses import dataclass

from store.evidence import Interval
from tasks.statistics.adequacy import Undetermined, differences, examine
from tasks.statistics.effect_size import d_av, dz_from_t, dz_interval
from tasks.statistics.intervals import Floats
from tasks.statistics.location import TTest, t_test
from tasks.statistics.models import CONFIDENCE, student_interval
from tasks.statistics.shared_error import NOTHING_SHARED, SharedError


@dataclass(frozen=True, slots=True)
class PairResult:
    """First model minus second, image by image. Intervals are 95 % and not corrected for the number of pairs."""

    n: int
    missing: int
    difference: float
    """Mean of the differences, in the unit of the metric."""
    student: Interval
    """t interval of the mean difference."""
    test: TTest
    """Do the two means differ?"""
    dz: float
    dz_interval: Interval
    d_av: float


def describe_pair(a: Floats, b: Floats, shared: SharedError = NOTHING_SHARED) -> PairResult | Undetermined:
    """Paired comparison of two models from their values on the same images, shape [n] each; NaN is a missing value.

    `shared` is the error of the difference that comes of the nulls they were measured against. dz is of images alone.
    Undetermined when either model is, or when the differences are.
    """
    for x in (a, b):
        alone = examine(x)
        if isinstance(alone, Undetermined):
            return alone
    sample = differences(a, b)
    if isinstance(sample, Undetermined):
        return sample
    of_images = t_test(sample)
    return PairResult(
        n=sample.n,
        missing=sample.missing,
        difference=sample.mean,
        student=student_interval(sample, shared),
        test=t_test(sample, shared=shared),
        dz=dz_from_t(of_images.t, sample.n),
        dz_interval=dz_interval(of_images.t, sample.n, CONFIDENCE),
        d_av=d_av(a[sample.present], b[sample.present]),
    )
