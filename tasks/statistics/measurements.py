"""The comparison as measurements, each under the key that reports and assessments look it up by."""

from __future__ import annotations

import math
from collections.abc import Iterator

from store.evidence import Interval
from tasks.handler import Measurement
from tasks.statistics.claims import Claim
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
    models = len(found.models) + len(found.undetermined)
    yield Measurement("count/models", models, "models")
    yield Measurement("count/collapsed", len(found.collapsed), "models")
    yield Measurement("count/cleared", len(found.cleared), "models")
    yield Measurement("count/undetermined", len(found.undetermined), "models")


def _design(found: Comparison) -> Iterator[Measurement]:
    yield Measurement("alpha", found.alpha)
    yield Measurement("alpha/look", found.level)
    if found.design.n_for_medium_effect is not None:
        yield Measurement("power/n_for_medium_effect", found.design.n_for_medium_effect, "images")
    if found.design.mde is not None:
        yield Measurement("power/mde", found.design.mde, "SD", n=found.design.images)


def _sequential(found: Comparison) -> Iterator[Measurement]:
    """How many models collapse, by their e-values."""
    for k, p in enumerate(found.p_sequential, start=1):
        yield Measurement(f"sequential/{k}_of_{len(found.p_sequential)}/p", p)


def _claim(claim: Claim) -> Iterator[Measurement]:
    """The rule in force under the plain names; the count without correction beside it, for comparison."""
    key = f"claim/{claim.k}_of_{claim.m}/" + ("" if claim.rule == "holm" else "uncorrected_")
    yield Measurement(f"{key}error_bound", claim.error_bound)
    yield Measurement(f"{key}error_independent", claim.error_independent)
    yield Measurement(f"{key}power", claim.power)


def _model(model: str, result: ModelResult, found: Comparison) -> Iterator[Measurement]:
    key, n = f"model/{model}", result.n
    yield _bounded(f"{key}/mean", result.mean, result.interval, n)
    yield Measurement(f"{key}/sd", result.sd, n=n)
    if result.shared.error > 0:
        yield Measurement(f"{key}/null_error", result.shared.error)
    for way, boundary in (("collapse", result.boundary_collapse), ("clear", result.boundary_clear)):
        if boundary is not None:
            yield Measurement(f"{key}/{way}/boundary", boundary, n=n)
    yield from _direction(f"{key}/collapse", result.collapse, result.collapse_standing, found.p_collapse[model], n)
    yield from _direction(f"{key}/clear", result.clear, result.clear_standing, found.p_clear[model], n)
    yield Measurement(f"{key}/p_null", result.null.p, n=n)
    yield Measurement(f"{key}/t_null", result.null.t, n=n)
    yield Measurement(f"{key}/df", result.null.df, n=n)
    yield _bounded(f"{key}/dz_threshold", result.dz_threshold, result.dz_threshold_interval, n, "SD")
    yield Measurement(f"{key}/g_threshold", result.g_threshold, "SD", n=n)
    yield Measurement(f"{key}/collapse/p_signed_rank", result.sensitivity.signed_rank_p, n=n)
    yield Measurement(f"{key}/collapse/p_sign_flip", result.sensitivity.sign_flip_p, n=n)
    if result.sensitivity.bootstrap_t_p is not None:
        yield Measurement(f"{key}/collapse/p_bootstrap_t", result.sensitivity.bootstrap_t_p, n=n)
    if model in found.p_max_t:
        yield Measurement(f"{key}/collapse/p_max_t", found.p_max_t[model], n=n)
    yield _bounded(f"{key}/mean_any_look", result.mean, result.any_look, n)
    yield Measurement(f"{key}/balanced/p", result.balanced.p, n=n)
    yield Measurement(f"{key}/balanced/margin", result.balanced.margin)
    yield Measurement(f"{key}/left_out/p_low", result.sensitivity.left_out.p_low, n=n)
    yield Measurement(f"{key}/left_out/p_high", result.sensitivity.left_out.p_high, n=n)
    yield _bounded(f"{key}/dz_null", result.dz_null, result.dz_null_interval, n, "SD")
    yield Measurement(f"{key}/skew", result.skew, n=n)
    if result.shapiro_p is not None:
        yield Measurement(f"{key}/shapiro_p", result.shapiro_p, n=n)


def _together(found: Comparison) -> Iterator[Measurement]:
    """All models at once."""
    for each in found.across:
        yield _bounded(f"across/{each.scope}/mean", each.mean, each.interval, each.n)
        yield Measurement(f"across/{each.scope}/p_collapse", each.test.p, n=each.n)
    if (pooled := found.pooled) is not None:
        low, high = (None, None) if pooled.interval is None else (pooled.interval.low, pooled.interval.high)
        yield Measurement("across/independent/mean", pooled.mean, "", low, high)
        yield Measurement("across/independent/i2", pooled.i2)
        yield Measurement("across/independent/tau2", pooled.tau2)
        yield Measurement("across/independent/q_p", pooled.q_p)


def _over_layers(found: Comparison) -> Iterator[Measurement]:
    """How the metric changes from each model's first layer to its last."""
    for model, each in found.trends.items():
        yield _bounded(f"model/{model}/trend/slope", each.slope, each.interval, each.n)
        yield Measurement(f"model/{model}/trend/p", each.test.p, n=each.n)
        yield Measurement(f"model/{model}/trend/p_bh", found.p_trend[model], n=each.n)


def _direction(key: str, test: TTest, standing: Standing, adjusted: float, n: int) -> Iterator[Measurement]:
    """One direction of a model's test; what no shift and no number of images achieves is left out."""
    yield Measurement(f"{key}/p", test.p, n=n)
    yield Measurement(f"{key}/p_looks", standing.p, n=n)
    yield Measurement(f"{key}/p_adjusted", adjusted, n=n)
    yield Measurement(f"{key}/log10_e", standing.log_e / math.log(10), n=n)
    for j, (shift, images) in enumerate(zip(standing.shifts, standing.images, strict=True), start=1):
        if math.isfinite(shift):
            yield Measurement(f"{key}/shift/alpha_over_{j}", shift, "SE", n=n)
        if images is not None:
            yield Measurement(f"{key}/images/alpha_over_{j}", images, "images")


def _pair(pair: tuple[str, str], result: PairResult, found: Comparison) -> Iterator[Measurement]:
    key, n = "pair/" + "/".join(pair), result.n
    yield _bounded(f"{key}/difference", result.difference, result.student, n)
    yield Measurement(f"{key}/t", result.test.t, n=n)
    yield Measurement(f"{key}/p", result.test.p, n=n)
    yield Measurement(f"{key}/p_holm", found.p_pair[pair], n=n)
    yield _bounded(f"{key}/dz", result.dz, result.dz_interval, n, "SD")
    yield Measurement(f"{key}/d_av", result.d_av, "SD", n=n)


def _bounded(metric: str, value: float, interval: Interval, n: int, unit: str = "") -> Measurement:
    return Measurement(metric, value, unit, low=interval.low, high=interval.high, n=n)
