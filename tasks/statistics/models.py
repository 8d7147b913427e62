"""One model against the null value and the threshold of the study."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from store.errors import BadInput
from store.evidence import Interval
from store.kinds.statistics import StatisticsSpec, Test
from tasks.statistics.adequacy import Sample, Undetermined, examine
from tasks.statistics.bootstrap_t import bootstrap_t
from tasks.statistics.confidence_sequences import confidence_sequence
from tasks.statistics.effect_size import dz_from_t, dz_interval, hedges_g
from tasks.statistics.equivalence import Equivalence, equivalence_test
from tasks.statistics.intervals import Floats, bootstrap_interval, t_interval
from tasks.statistics.location import Alternative, TTest, johnson_test, t_test
from tasks.statistics.look_plan import LookPlan
from tasks.statistics.prospects import Standing, standing
from tasks.statistics.resampling import draw
from tasks.statistics.sensitivity import sign_flip, signed_rank
from tasks.statistics.shape import LeaveOneOut, leave_one_out, shapiro_p, skew
from tasks.statistics.shared_error import NOTHING_SHARED, Reference, SharedError, of_one

CONFIDENCE = 0.95

TESTS: Mapping[Test, Callable[[Sample, float, Alternative, SharedError], TTest]] = {
    "student": t_test,
    "johnson": johnson_test,
}


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The test of collapse by other assumptions, and without any one image. Reported, never used to choose a test."""

    signed_rank_p: float
    """Wilcoxon's, of a symmetric distribution."""
    sign_flip_p: float
    """By permutation of signs, of a symmetric distribution."""
    bootstrap_t_p: float | None
    """By the bootstrap-t, of any distribution; None where too few images differ."""
    left_out: LeaveOneOut
    """Of Student's t."""


@dataclass(frozen=True, slots=True)
class ModelResult:
    """What the images say of one model. Intervals are 95 % and not corrected for the number of models or looks."""

    n: int
    missing: int
    mean: float
    sd: float
    shared: SharedError
    """Error of the null that values were measured against, at the threshold; in every test and interval of the mean."""
    interval: Interval
    """Of the mean: by the bootstrap-t, which covers as often as it says where values are skewed, too
    (`make calibrate`); BCa's where there is none."""
    interval_by: Literal["bootstrap-t", "BCa"]
    bca: Interval
    """BCa interval of the mean."""
    student: Interval
    """t interval of the mean."""
    any_look: Interval
    """Of the mean: its confidence sequence after these images, which covers at all looks together."""
    collapse: TTest
    """Is the mean beyond the threshold, on the side away from the null value?"""
    clear: TTest
    """Is the mean short of the threshold? The reversed hypothesis."""
    collapse_standing: Standing
    """The first test, adjusted for looks, and what it would take to decide it."""
    clear_standing: Standing
    boundary_collapse: float | None
    """The mean from which on this model alone would be shown to collapse at this look, in the unit of the metric; None
    where none is far enough."""
    boundary_clear: float | None
    """The mean up to which it would be shown not to."""
    balanced: Equivalence
    """Is the mean nearer to the null value than the threshold is, on either side? A failed test would not show it."""
    null: TTest
    """Is the mean different from the null value?"""
    dz_threshold: float
    """Mean minus threshold, in standard deviations: positive above it, whichever side means collapse. Of images alone,
    as are all that follow."""
    dz_threshold_interval: Interval
    g_threshold: float
    """The same with Hedges' correction for small samples."""
    dz_null: float
    dz_null_interval: Interval
    sensitivity: Sensitivity
    skew: float
    shapiro_p: float | None
    """Shapiro-Wilk test of normality; None beyond 5,000 images. Reported, never used to choose a test."""


def collapse_side(spec: StatisticsSpec) -> Alternative:
    """The side of the threshold that is away from the null value. Raises BadInput when the two are equal."""
    if spec.threshold == spec.null:
        raise BadInput(f"threshold: it is the null value, {spec.null}, so that no side of it means collapse")
    return "greater" if spec.threshold > spec.null else "less"


def look_plan(spec: StatisticsSpec) -> LookPlan:
    """How the looks of a study share alpha. Raises BadInput for a look beyond the last."""
    if spec.looks == "open":
        return LookPlan("open", scale=spec.effect)
    if spec.look > spec.looks:
        raise BadInput(f"look: {spec.look} of {spec.looks}; the number of looks was fixed and is used up")
    return LookPlan(spec.boundary, spec.looks, spec.effect)


def describe_model(
    x: Floats, spec: StatisticsSpec, models: int = 1, reference: Reference | None = None
) -> ModelResult | Undetermined:
    """Estimates and tests of one of `models` models from its values, shape [n]; NaN is a missing value.

    `reference` is what the values are losses against, where they are; its error is that of all images together.
    The bootstrap starts from `spec.seed` anew, so that models with the same number of images share their resamples.
    """
    side = collapse_side(spec)
    sample = examine(x)
    if isinstance(sample, Undetermined):
        return sample
    other: Alternative = "less" if side == "greater" else "greater"
    test = TESTS[spec.test]
    at_threshold, at_mean = (of_one((reference, value)) for value in (spec.threshold, sample.mean))
    student = t_test(sample, spec.threshold), t_test(sample, spec.null)
    drawn_t = bootstrap_t(sample, draw(sample.n, _generator(spec), spec.resamples), spec.threshold, side, CONFIDENCE)
    by_t = None if isinstance(drawn_t, Undetermined) else drawn_t
    bca = bootstrap_interval(sample.values, _generator(spec), spec.resamples, CONFIDENCE)
    collapse_standing, clear_standing = (_standing(sample, spec, way, models, at_threshold) for way in (side, other))
    return ModelResult(
        n=sample.n,
        missing=sample.missing,
        mean=sample.mean,
        sd=sample.sd,
        shared=at_threshold,
        interval=_with(at_mean, sample, bca if by_t is None else by_t.interval),
        interval_by="BCa" if by_t is None else "bootstrap-t",
        bca=_with(at_mean, sample, bca),
        student=student_interval(sample, at_mean),
        any_look=_with(at_mean, sample, _any_look(sample)),
        collapse=test(sample, spec.threshold, side, at_threshold),
        clear=test(sample, spec.threshold, other, at_threshold),
        collapse_standing=collapse_standing,
        clear_standing=clear_standing,
        boundary_collapse=_boundary(sample, collapse_standing, side, at_threshold),
        boundary_clear=_boundary(sample, clear_standing, other, at_threshold),
        balanced=equivalence_test(
            sample,
            abs(spec.threshold - spec.null),
            spec.null,
            lambda tested, value, way: test(tested, value, way, of_one((reference, value))),
        ),
        null=test(sample, spec.null, "two-sided", of_one((reference, spec.null))),
        dz_threshold=dz_from_t(student[0].t, sample.n),
        dz_threshold_interval=dz_interval(student[0].t, sample.n, CONFIDENCE),
        g_threshold=float(hedges_g(dz_from_t(student[0].t, sample.n), sample.n - 1)),
        sensitivity=Sensitivity(
            signed_rank(sample, spec.threshold, side).p,
            sign_flip(sample, _generator(spec), spec.threshold, side, spec.resamples).p,
            None if by_t is None else by_t.p,
            leave_one_out(sample, spec.threshold, side),
        ),
        dz_null=dz_from_t(student[1].t, sample.n),
        dz_null_interval=dz_interval(student[1].t, sample.n, CONFIDENCE),
        skew=skew(sample),
        shapiro_p=shapiro_p(sample),
    )


def student_interval(sample: Sample, shared: SharedError = NOTHING_SHARED) -> Interval:
    """T interval of the mean, with the error that its images share."""
    low, high = t_interval(sample.values, CONFIDENCE)
    if shared.error > 0:
        from scipy.special import stdtrit

        whole = shared.added(sample.sd / math.sqrt(sample.n), sample.n - 1)
        reach = float(stdtrit(whole.freedom, (1 + CONFIDENCE) / 2)) * whole.error
        return Interval(low=sample.mean - reach, high=sample.mean + reach, confidence=CONFIDENCE)
    return Interval(low=float(low), high=float(high), confidence=CONFIDENCE)


def _any_look(sample: Sample) -> Interval:
    low, high = confidence_sequence(sample.values, CONFIDENCE)
    return Interval(low=float(low[-1]), high=float(high[-1]), confidence=CONFIDENCE)


def _with(shared: SharedError, sample: Sample, alone: Interval) -> Interval:
    """An interval of images alone, with the error that they share."""
    low, high = shared.widened(sample.mean, alone.low, alone.high, alone.confidence)
    return Interval(low=low, high=high, confidence=alone.confidence)


def _boundary(sample: Sample, standing: Standing, side: Alternative, shared: SharedError) -> float | None:
    """Where the mean would have to lie for the level alpha itself, its spread being what it is."""
    error = shared.added(sample.sd / math.sqrt(sample.n), sample.n - 1).error
    moved = sample.mean + (1 if side == "greater" else -1) * standing.shifts[0] * error
    return moved if math.isfinite(moved) else None


def _standing(sample: Sample, spec: StatisticsSpec, side: Alternative, models: int, shared: SharedError) -> Standing:
    """One direction of the test against the threshold; a mean that lies further is a threshold that lies nearer."""
    sign = 1 if side == "greater" else -1
    error = shared.added(sample.sd / math.sqrt(sample.n), sample.n - 1).error

    def p_of_shift(shift: float) -> float:
        return TESTS[spec.test](sample, spec.threshold - sign * shift * error, side, shared).p

    effect = sign * (sample.mean - spec.threshold) / sample.sd
    in_sd = shared.times(1 / sample.sd)
    return standing(p_of_shift, effect, sample.n, spec.alpha, models, look_plan(spec), spec.look, in_sd)


def _generator(spec: StatisticsSpec) -> np.random.Generator:
    return np.random.default_rng(abs(spec.seed))
