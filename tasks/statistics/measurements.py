"""The comparison as measurements, each under the key that reports and assessments look it up by."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from store.cycle.verdicts import Direction
from store.evidence import Interval
from store.kinds import statistics_metrics as m
from store.metrics import Metric
from tasks.handler import Measurement, measured
from tasks.statistics.claims import OperatingCharacteristics
from tasks.statistics.comparison import Comparison
from tasks.statistics.location import TTest
from tasks.statistics.models import ModelResult
from tasks.statistics.pairs import PairResult
from tasks.statistics.prospects import Standing


def measurements(found: Comparison) -> tuple[Measurement, ...]:
    """Every number of the comparison that can be cited. A model or pair that is undetermined has none."""
    return (
        *_counts(found),
        *_design(found),
        *(each for claim in found.claims for each in _claim(claim)),
        *_sequential(found),
        *(each for model in found.models for each in _model(model, found.models[model], found)),
        *(each for pair in found.pairs for each in _pair(pair, found.pairs[pair], found)),
        *_together(found),
        *_over_layers(found),
    )


def _counts(found: Comparison) -> Iterator[Measurement]:
    yield measured(m.MODELS, len(found.models) + len(found.undetermined))
    yield measured(m.COLLAPSED, len(found.collapsed))
    yield measured(m.EXCLUDED, len(found.cleared))
    yield measured(m.UNDETERMINED, len(found.undetermined))


def _design(found: Comparison) -> Iterator[Measurement]:
    yield measured(m.ALPHA, found.alpha)
    yield measured(m.LOOK_LEVEL, found.level)
    if found.design.n_for_medium_effect is not None:
        yield measured(m.IMAGES_FOR_MEDIUM_EFFECT, found.design.n_for_medium_effect)
    if found.design.mde is not None:
        yield measured(m.SMALLEST_EFFECT, found.design.mde, n=found.design.images)


def _sequential(found: Comparison) -> Iterator[Measurement]:
    """How many models collapse, by their e-values."""
    for k, p in enumerate(found.p_sequential, start=1):
        yield measured(m.SEQUENTIAL_P, p, k=k, of=len(found.p_sequential))


def _claim(claim: OperatingCharacteristics) -> Iterator[Measurement]:
    """The rule in force under the plain names; the count without correction beside it, for comparison."""
    metrics = m.CLAIM if claim.rule == "holm" else m.UNCORRECTED_CLAIM
    values = (claim.error_bound, claim.error_independent, claim.power)
    for metric, value in zip(metrics, values, strict=True):
        yield measured(metric, value, k=claim.k, of=claim.m)


def _model(model: str, result: ModelResult, found: Comparison) -> Iterator[Measurement]:
    n, of = result.n, _fields(model=model)
    yield _bounded(m.MEAN, result.mean, result.interval, n, **of)
    yield measured(m.SD, result.sd, n=n, **of)
    if result.shared.error > 0:
        yield measured(m.NULL_ERROR, result.shared.error, **of)
    for way, boundary in (("collapse", result.boundary_collapse), ("clear", result.boundary_clear)):
        if boundary is not None:
            yield measured(m.BOUNDARY, boundary, n=n, direction=way, **of)
    yield from _direction(model, "collapse", result.collapse, result.collapse_standing, found.p_collapse[model], n)
    yield from _direction(model, "clear", result.clear, result.clear_standing, found.p_clear[model], n)
    yield measured(m.P_NULL, result.null.p, n=n, **of)
    yield measured(m.T_NULL, result.null.t, n=n, **of)
    yield measured(m.DF, result.null.df, n=n, **of)
    yield _bounded(m.DZ_THRESHOLD, result.dz_threshold, result.dz_threshold_interval, n, **of)
    yield measured(m.G_THRESHOLD, result.g_threshold, n=n, **of)
    yield from _sensitivity(model, result, found)
    yield _bounded(m.DZ_NULL, result.dz_null, result.dz_null_interval, n, **of)
    yield measured(m.SKEW, result.skew, n=n, **of)
    if result.shapiro_p is not None:
        yield measured(m.SHAPIRO_P, result.shapiro_p, n=n, **of)


def _sensitivity(model: str, result: ModelResult, found: Comparison) -> Iterator[Measurement]:
    """Other tests of collapse, and what each test rests on; none of these decides."""
    n, of, collapse = result.n, _fields(model=model), _fields(model=model, direction="collapse")
    yield measured(m.P_SIGNED_RANK, result.sensitivity.signed_rank_p, n=n, **collapse)
    yield measured(m.P_SIGN_FLIP, result.sensitivity.sign_flip_p, n=n, **collapse)
    if result.sensitivity.bootstrap_t_p is not None:
        yield measured(m.P_BOOTSTRAP_T, result.sensitivity.bootstrap_t_p, n=n, **collapse)
    if model in found.p_max_t:
        yield measured(m.P_MAX_T, found.p_max_t[model], n=n, **collapse)
    yield _bounded(m.MEAN_ANY_LOOK, result.mean, result.any_look, n, **of)
    yield measured(m.BALANCED_P, result.balanced.p, n=n, **of)
    yield measured(m.BALANCED_MARGIN, result.balanced.margin, **of)
    yield measured(m.LEFT_OUT_P_LOW, result.sensitivity.left_out.p_low, n=n, **of)
    yield measured(m.LEFT_OUT_P_HIGH, result.sensitivity.left_out.p_high, n=n, **of)


def _together(found: Comparison) -> Iterator[Measurement]:
    """All models at once."""
    for each in found.across:
        yield _bounded(m.ACROSS_MEAN, each.mean, each.interval, each.n, scope=each.scope)
        yield measured(m.ACROSS_P_COLLAPSE, each.test.p, n=each.n, scope=each.scope)
    if (pooled := found.pooled) is not None:
        low, high = (None, None) if pooled.interval is None else (pooled.interval.low, pooled.interval.high)
        yield measured(m.ACROSS_MEAN, pooled.mean, low, high, scope=m.INDEPENDENT)
        yield measured(m.ACROSS_I2, pooled.i2, scope=m.INDEPENDENT)
        yield measured(m.ACROSS_TAU2, pooled.tau2, scope=m.INDEPENDENT)
        yield measured(m.ACROSS_Q_P, pooled.q_p, scope=m.INDEPENDENT)


def _over_layers(found: Comparison) -> Iterator[Measurement]:
    """How the metric changes from each model's first layer to its last."""
    for model, each in found.trends.items():
        yield _bounded(m.TREND_SLOPE, each.slope, each.interval, each.n, model=model)
        yield measured(m.TREND_P, each.test.p, n=each.n, model=model)
        yield measured(m.TREND_P_ADJUSTED, found.p_trend[model], n=each.n, model=model)


def _direction(
    model: str, direction: Direction, test: TTest, standing: Standing, adjusted: float, n: int
) -> Iterator[Measurement]:
    """One direction of a model's test; what no shift and no number of images achieves is left out."""
    of = _fields(model=model, direction=direction)
    yield measured(m.P, test.p, n=n, **of)
    yield measured(m.P_LOOKS, standing.p, n=n, **of)
    yield measured(m.P_ADJUSTED, adjusted, n=n, **of)
    yield measured(m.LOG10_E, standing.log_e / math.log(10), n=n, **of)
    for j, (shift, images) in enumerate(zip(standing.shifts, standing.images, strict=True), start=1):
        if math.isfinite(shift):
            yield measured(m.SHIFT, shift, n=n, j=j, **of)
        if images is not None:
            yield measured(m.IMAGES_NEEDED, images, j=j, **of)


def _pair(pair: tuple[str, str], result: PairResult, found: Comparison) -> Iterator[Measurement]:
    n, of = result.n, _fields(first=pair[0], second=pair[1])
    yield _bounded(m.PAIR_DIFFERENCE, result.difference, result.student, n, **of)
    yield measured(m.PAIR_T, result.test.t, n=n, **of)
    yield measured(m.PAIR_P, result.test.p, n=n, **of)
    yield measured(m.PAIR_P_HOLM, found.p_pair[pair], n=n, **of)
    yield _bounded(m.PAIR_DZ, result.dz, result.dz_interval, n, **of)
    yield measured(m.PAIR_D_AV, result.d_av, n=n, **of)


def _fields(**values: str) -> dict[str, Any]:
    return values


def _bounded(metric: Metric, value: float, interval: Interval, n: int, **fields: Any) -> Measurement:
    return measured(metric, value, interval.low, interval.high, n, **fields)
