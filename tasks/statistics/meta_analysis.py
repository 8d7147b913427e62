"""Meta-analysis of effects from independent samples: equal effects, random effects, Hartung–Knapp and prediction."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from tasks.statistics.heterogeneity import Estimator, between_variance, cochran_q, weighted_mean
from tasks.statistics.intervals import Floats
from tasks.statistics.location import SMALLEST_P

ASSUMPTION: Final = "assumes independent samples"
"""Models measured on the same images are none: see `across_models`."""


@dataclass(frozen=True, slots=True, eq=False)
class Estimate:
    """A mean effect, in the unit of the effects; arrays of shape [...]."""

    mean: Floats
    error: Floats
    """Standard error."""
    low: Floats
    high: Floats
    """Bounds of its interval."""


@dataclass(frozen=True, slots=True, eq=False)
class MetaAnalysis:
    """What k effects say together. Arrays have the shape [...] of the effects without their last axis."""

    k: int
    """Studies."""
    confidence: float
    """Of every interval."""
    estimator: Estimator
    """How τ² was estimated."""
    equal: Estimate
    """As if all true effects were one; normal interval."""
    q: Floats
    """Cochran's Q, on k − 1 degrees of freedom."""
    q_p: Floats
    """P-value of Q: are the true effects one?"""
    i2: Floats
    """Share of the variance of the effects that sampling does not explain, in [0, 1)."""
    tau2: Floats
    """Variance between true effects, in the squared unit of the effects."""
    random: Estimate
    """Mean of the distribution of true effects; normal interval, as if τ² were known."""
    hartung_knapp: Estimate
    """The same mean; the standard error is that seen between effects, and the interval is t on k − 1. NaN where all
    effects are the same, since no spread is no precision."""
    predicted_low: Floats
    predicted_high: Floats
    """Where the true effect of one more study lies; NaN for two studies."""
    assumption: str = ASSUMPTION


def meta_analysis(
    effects: Floats, variances: Floats, estimator: Estimator = "REML", confidence: float = 0.95
) -> MetaAnalysis:
    """Combine `effects` whose sampling `variances` are known, both of shape [..., k], each row on its own.

    It is valid for independent samples alone. On three models that share images at a correlation of .6 it rejects a
    true null in about a fifth of all studies, and on more models in more: `across_models` is for those.
    Raises ValueError, naming the argument, for fewer than two effects, a shape that differs, an effect that is not
    finite or cannot be squared, a variance that is not positive and finite, or a confidence outside (0, 1).
    Sources: Hartung and Knapp (2001), Statistics in Medicine 20; Higgins and Thompson (2002), "Quantifying
    heterogeneity in a meta-analysis", Statistics in Medicine 21, for I²; Higgins, Thompson and Spiegelhalter (2009),
    "A re-evaluation of random-effects meta-analysis", J. Royal Statistical Society A 172, equation 12, for prediction.
    """
    from scipy.special import chdtrc, ndtri, stdtrit

    effects, variances = _checked(effects, variances)
    if not 0 < confidence < 1:
        raise ValueError(f"confidence: it must lie strictly between 0 and 1, not {confidence}")
    k, tail = effects.shape[-1], (1 + confidence) / 2
    q = cochran_q(effects, variances)
    tau2 = between_variance(effects, variances, estimator)
    equal, error_equal = _pool(effects, 1 / variances)
    mean, error = _pool(effects, 1 / (variances + tau2[..., None]))
    scale = np.sqrt(cochran_q(effects, variances, tau2) / (k - 1))
    scale = np.where(np.ptp(effects, axis=-1) > 0, scale, math.nan)
    reach = (stdtrit(k - 2, tail) if k > 2 else math.nan) * np.sqrt(tau2 + error**2)
    return MetaAnalysis(
        k=k,
        confidence=confidence,
        estimator=estimator,
        equal=_estimate(equal, error_equal, ndtri(tail)),
        q=q,
        q_p=np.asarray(np.maximum(chdtrc(k - 1, q), SMALLEST_P)),
        i2=np.asarray(1 - (k - 1) / np.maximum(q, k - 1)),
        tau2=tau2,
        random=_estimate(mean, error, ndtri(tail)),
        hartung_knapp=_estimate(mean, scale * error, stdtrit(k - 1, tail)),
        predicted_low=np.asarray(mean - reach),
        predicted_high=np.asarray(mean + reach),
    )


def _checked(effects: Floats, variances: Floats) -> tuple[Floats, Floats]:
    effects, variances = np.asarray(effects, dtype=np.float64), np.asarray(variances, dtype=np.float64)
    if effects.ndim == 0 or effects.shape[-1] < 2:
        raise ValueError("effects: a meta-analysis needs at least two along the last axis")
    if variances.shape != effects.shape:
        raise ValueError(f"variances: their shape {variances.shape} is not that of the effects, {effects.shape}")
    with np.errstate(over="ignore", invalid="ignore"):
        if not np.isfinite(effects**2).all():
            raise ValueError("effects: every one must be finite, and so must its square")
    if not (np.isfinite(variances) & (variances > 0)).all():
        raise ValueError("variances: every one must be positive and finite")
    return effects, variances


def _pool(effects: Floats, weights: Floats) -> tuple[Floats, Floats]:
    """Weighted mean and its standard error when weights are inverse variances."""
    return weighted_mean(effects, weights), np.asarray(1 / np.sqrt(weights.sum(-1)))


def _estimate(mean: Floats, error: Floats, quantile: float) -> Estimate:
    return Estimate(mean, np.asarray(error), np.asarray(mean - quantile * error), np.asarray(mean + quantile * error))
