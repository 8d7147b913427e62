"""One model against the null value and the threshold of the study."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from store.errors import BadInput
from store.evidence import Interval
from store.specs import Statistics
from tasks.statistics.adequacy import Undetermined, examine
from tasks.statistics.effect_size import dz_from_t, dz_interval
from tasks.statistics.intervals import Floats, bootstrap_interval, t_interval
from tasks.statistics.location import Alternative, TTest, t_test
from tasks.statistics.shape import shapiro_p, skew

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class ModelResult:
    """What the images say of one model. Intervals are 95 % and not corrected for the number of models or looks."""

    n: int
    missing: int
    mean: float
    sd: float
    bootstrap: Interval
    """BCa interval of the mean."""
    student: Interval
    """t interval of the mean."""
    collapse: TTest
    """Is the mean beyond the threshold, on the side away from the null value?"""
    clear: TTest
    """Is the mean short of the threshold? The reversed hypothesis."""
    null: TTest
    """Is the mean different from the null value?"""
    dz_threshold: float
    """Mean minus threshold, in standard deviations: positive above it, whichever side means collapse."""
    dz_threshold_interval: Interval
    dz_null: float
    dz_null_interval: Interval
    skew: float
    shapiro_p: float | None
    """Shapiro-Wilk test of normality; None beyond 5,000 images. Reported, never used to choose a test."""


def collapse_side(spec: Statistics) -> Alternative:
    """The side of the threshold that is away from the null value. Raises BadInput when the two are equal."""
    if spec.threshold == spec.null:
        raise BadInput(f"threshold and null are both {spec.null}, so that no side of the threshold means collapse")
    return "greater" if spec.threshold > spec.null else "less"


def describe_model(x: Floats, spec: Statistics) -> ModelResult | Undetermined:
    """Estimates and tests of one model from its values, shape [n]; NaN is a missing value.

    The bootstrap starts from `spec.seed` anew, so that models with the same number of images share their resamples.
    """
    side = collapse_side(spec)
    sample = examine(x)
    if isinstance(sample, Undetermined):
        return sample
    null = t_test(sample, spec.null)
    collapse = t_test(sample, spec.threshold, side)
    low, high = t_interval(sample.values, CONFIDENCE)
    return ModelResult(
        n=sample.n,
        missing=sample.missing,
        mean=sample.mean,
        sd=sample.sd,
        bootstrap=bootstrap_interval(sample.values, _generator(spec), spec.resamples, CONFIDENCE),
        student=Interval(low=float(low), high=float(high), confidence=CONFIDENCE),
        collapse=collapse,
        clear=t_test(sample, spec.threshold, "less" if side == "greater" else "greater"),
        null=null,
        dz_threshold=dz_from_t(collapse.t, sample.n),
        dz_threshold_interval=dz_interval(collapse.t, sample.n, CONFIDENCE),
        dz_null=dz_from_t(null.t, sample.n),
        dz_null_interval=dz_interval(null.t, sample.n, CONFIDENCE),
        skew=skew(sample),
        shapiro_p=shapiro_p(sample),
    )


def _generator(spec: Statistics) -> np.random.Generator:
    return np.random.default_rng(abs(spec.seed))
