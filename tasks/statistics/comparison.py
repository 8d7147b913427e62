"""The whole comparison: every model, every pair, the corrections over them, and what the design could have found."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

import numpy as np

from store.errors import BadInput
from store.evidence import Interval
from store.kinds.statistics import StatisticsSpec
from tasks.statistics.across_models import AcrossModels, fixed_set, population
from tasks.statistics.adequacy import Undetermined
from tasks.statistics.claims import RULES, OperatingCharacteristics, claim
from tasks.statistics.clusters import of_images
from tasks.statistics.location import SMALLEST_P
from tasks.statistics.look_plan import look_level
from tasks.statistics.max_t import max_t
from tasks.statistics.meta_analysis import meta_analysis
from tasks.statistics.models import ModelResult, collapse_side, describe_model, look_plan
from tasks.statistics.multiplicity import benjamini_hochberg, holm
from tasks.statistics.pairs import PairResult, describe_pair
from tasks.statistics.partial_conjunction import partial_conjunction
from tasks.statistics.power import MEDIUM_EFFECT, TARGET_POWER, minimal_detectable_effect, power, sample_size
from tasks.statistics.resampling import draw
from tasks.statistics.samples import Joined
from tasks.statistics.shared_error import Measured, of_difference, of_mean, of_one, of_twins
from tasks.statistics.trend import Trend, trend

Pair = tuple[str, str]
Name = TypeVar("Name", str, Pair)
Result = TypeVar("Result", ModelResult, PairResult)


@dataclass(frozen=True, slots=True)
class Design:
    """What the one-sided test of one model, at the level of one look, can find by n and against what is known."""

    images: int
    n_for_medium_effect: int | None
    """Images that find d = 0.5 with power 0.8; None where no number does at the level of this look."""
    mde: float | None
    """Standardised effect that the images at hand find with power 0.8; None for a single image, and where none is."""


@dataclass(frozen=True, slots=True)
class Pooled:
    """An ordinary random-effects meta-analysis of the models' means, by REML."""

    assumption: str
    mean: float
    """In the unit of the metric."""
    interval: Interval | None
    """Hartung and Knapp's; None where all means are the same."""
    tau2: float
    """Variance between models, in the squared unit."""
    i2: float
    """Share of the variance of the means that sampling does not explain."""
    q_p: float
    """P-value of Cochran's Q: is the mean of all models one?"""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Everything that one look says. Mappings are in the order of the model ids."""

    alpha: float
    """Over all looks and, in each direction, over all models."""
    level: float
    """What the nominal p of a single model would have to reach at this look, if its null were known; 0 where no p is
    small enough, as for few images by e-values."""
    models: Mapping[str, ModelResult]
    pairs: Mapping[Pair, PairResult]
    undetermined: Mapping[str, Undetermined]
    undetermined_pairs: Mapping[Pair, Undetermined]
    """Pairs that cannot be compared although each of the two models can be tested."""
    p_collapse: Mapping[str, float]
    """Adjusted for looks, then by Holm for all models, as are the next: how many are within alpha is û."""
    p_clear: Mapping[str, float]
    p_max_t: Mapping[str, float]
    """Of collapse, corrected over all models by the step-down max-T bootstrap, which knows how they go together; of
    images alone, at this look. Shown beside Holm's, which decides."""
    p_sequential: tuple[float, ...]
    """For k = 1 … m, the p of "k or more models collapse" by the models' e-values, which holds after any number of
    looks; whatever the plan of the looks is."""
    p_pair: Mapping[Pair, float]
    """Holm-adjusted over all pairs."""
    trends: Mapping[str, Trend]
    """How the metric changes over a model's layers, where these were measured; explored, and no part of any claim."""
    p_trend: Mapping[str, float]
    """Benjamini and Hochberg's adjusted p of each trend, over all models."""
    across: tuple[AcrossModels, ...]
    """One mean over all models: of these very models, and of a population of models where there are enough of them."""
    pooled: Pooled | None
    """As if the models had seen samples of their own; None for a single model."""
    collapsed: tuple[str, ...]
    """The û models whose mean is shown to lie beyond the threshold."""
    cleared: tuple[str, ...]
    """Models whose mean is significantly short of the threshold after correction."""
    design: Design
    claims: tuple[OperatingCharacteristics, ...]
    """For each k under consideration, the rule in force (Holm) and the count without correction."""


def compare(joined: Joined, spec: StatisticsSpec) -> Comparison:
    """Test every model of `joined` and every pair of them as `spec` asks.

    Raises BadInput when the spec contradicts itself: a look beyond the last, a claim about more models than there are,
    a threshold that equals the null value.
    """
    level = look_level(spec.alpha, max(joined.image_ids.size, 2), look_plan(spec), spec.look)
    described = {
        model: describe_model(x, spec, len(joined.values), joined.references.get(model))
        for model, x in joined.values.items()
    }
    measured = _measured(joined)
    models, undetermined = _split(described)
    paired = {
        (a, b): describe_pair(joined.values[a], joined.values[b], of_difference(measured[a], measured[b]))
        for a, b in combinations(joined.values, 2)
    }
    pairs, undetermined_pairs = _split(paired)
    trends = _trends(joined)
    p_collapse = _holm({model: found.collapse_standing.p for model, found in models.items()}, len(described))
    p_clear = _holm({model: found.clear_standing.p for model, found in models.items()}, len(described))
    return Comparison(
        alpha=spec.alpha,
        level=level,
        models=models,
        pairs=pairs,
        undetermined=undetermined,
        undetermined_pairs={
            pair: why for pair, why in undetermined_pairs.items() if not undetermined.keys() & set(pair)
        },
        p_collapse=p_collapse,
        p_clear=p_clear,
        p_max_t=_max_t(joined, spec),
        p_sequential=_sequential(models, len(described)),
        trends=trends,
        p_trend=_benjamini_hochberg({model: found.test.p for model, found in trends.items()}),
        across=_across(joined, spec, list(measured.values())),
        pooled=_pooled(models, measured),
        p_pair=_holm({pair: found.test.p for pair, found in pairs.items()}, len(paired)),
        collapsed=tuple(model for model, p in p_collapse.items() if p <= spec.alpha),
        cleared=tuple(model for model, p in p_clear.items() if p <= spec.alpha),
        design=_design(joined.image_ids.size, level),
        claims=_claims(spec, len(described), joined.image_ids.size, level),
    )


def _measured(joined: Joined) -> dict[str, Measured]:
    """By model: the null it was measured against, and its mean."""
    means = {model: float(np.nanmean(x)) if np.isfinite(x).any() else 0.0 for model, x in joined.values.items()}
    return {model: (joined.references.get(model), mean) for model, mean in means.items()}


def _across(joined: Joined, spec: StatisticsSpec, measured: Sequence[Measured]) -> tuple[AcrossModels, ...]:
    """Means over all models, tested against the threshold; without those that the data do not bear.

    Errors of nulls are those of models that are as far from one another, with the threshold for their mean.
    """
    moved = spec.threshold - sum(mean for _, mean in measured) / len(measured)
    tested = [(against, mean + moved) for against, mean in measured]
    side = collapse_side(spec)
    both = (
        fixed_set(joined.values, spec.threshold, side, shared=of_mean(tested)),
        population(joined.values, spec.threshold, side, shared=of_twins(tested)),
    )
    return tuple(each for each in both if isinstance(each, AcrossModels))


def _pooled(models: Mapping[str, ModelResult], measured: Mapping[str, Measured]) -> Pooled | None:
    if len(models) < 2:
        return None
    effects = np.array([found.mean for found in models.values()])
    variances = [each.sd**2 / each.n + of_one(measured[model]).error ** 2 for model, each in models.items()]
    found = meta_analysis(effects, np.array(variances))
    knapp = found.hartung_knapp
    bounded = np.isfinite([knapp.low, knapp.high]).all()
    return Pooled(
        found.assumption,
        float(found.random.mean),
        Interval(low=float(knapp.low), high=float(knapp.high), confidence=found.confidence) if bounded else None,
        float(found.tau2),
        float(found.i2),
        float(found.q_p),
    )


def _sequential(models: Mapping[str, ModelResult], family: int) -> tuple[float, ...]:
    log_e = np.array([found.collapse_standing.log_e for found in models.values()])
    return tuple(partial_conjunction(np.clip(np.exp(-log_e), SMALLEST_P, 1.0), family).tolist())


def _max_t(joined: Joined, spec: StatisticsSpec) -> dict[str, float]:
    """By model; without those that bear no test, or whose resamples may have no spread."""
    if joined.image_ids.size < 2:
        return {}
    drawn = draw(joined.image_ids.size, np.random.default_rng(abs(spec.seed)), spec.resamples)
    values = of_images(np.array(list(joined.values.values())))
    found = max_t(values, drawn, spec.threshold, collapse_side(spec))
    return {model: p for model, p in zip(joined.values, found.tolist(), strict=True) if math.isfinite(p)}


def _split(results: Mapping[Name, Result | Undetermined]) -> tuple[dict[Name, Result], dict[Name, Undetermined]]:
    """What was found, and why nothing was."""
    found = {name: result for name, result in results.items() if not isinstance(result, Undetermined)}
    return found, {name: result for name, result in results.items() if isinstance(result, Undetermined)}


def _holm(p: Mapping[Name, float], family: int) -> dict[Name, float]:
    adjusted = holm(np.array(list(p.values())), family)
    return dict(zip(p, adjusted.tolist(), strict=True))


def _trends(joined: Joined) -> dict[str, Trend]:
    """Of models with two layers or more that bear a test."""
    found = {model: trend(layers) for model, layers in joined.layers.items() if len(layers) > 1}
    return {model: each for model, each in found.items() if isinstance(each, Trend)}


def _benjamini_hochberg(p: Mapping[str, float]) -> dict[str, float]:
    return dict(zip(p, benjamini_hochberg(np.array(list(p.values()))).tolist(), strict=True))


def _design(n: int, level: float) -> Design:
    images = _within_reach(lambda: sample_size(MEDIUM_EFFECT, TARGET_POWER, level, "one-sample", "greater"))
    return Design(
        images=n,
        n_for_medium_effect=None if images is None else math.ceil(images),
        mde=_within_reach(lambda: minimal_detectable_effect(n, TARGET_POWER, level, "one-sample", "greater")),
    )


def _within_reach(solved: Callable[[], float]) -> float | None:
    """What a design would take; None where nothing is enough."""
    try:
        return solved()
    except ValueError:
        return None


def _claims(spec: StatisticsSpec, m: int, n: int, level: float) -> tuple[OperatingCharacteristics, ...]:
    """Each claim under both rules, when every model lies half a standard deviation beyond the threshold."""
    for k in spec.at_least:
        if not 1 <= k <= m:
            raise BadInput(f"at_least: a claim of at least {k} of {m} models cannot be tested; give 1 to {m}")

    def per_model(alpha: float) -> float:
        return power(n, MEDIUM_EFFECT, alpha, "one-sample", "greater") if n >= 2 else 0.0

    if level == 0:  # nothing is claimed at this look, rightly or wrongly
        return tuple(
            OperatingCharacteristics(k, m, rule, 0.0, 0.0, 0.0, 0.0, 0.0)
            for k in sorted(set(spec.at_least))
            for rule in RULES
        )
    return tuple(claim(k, m, level, per_model, rule) for k in sorted(set(spec.at_least)) for rule in RULES)
