"""Variance between the true effects of independent studies: Cochran's Q and three estimators of τ²."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.intervals import Floats

Estimator = Literal["DL", "PM", "REML"]
"""DerSimonian and Laird, Paule and Mandel, restricted maximum likelihood."""

_HALVINGS = 100
"""Leaves 1e-30 of the interval in which a root was sought."""

_GRID = 50
"""Values of τ² among which the highest restricted likelihood is sought, before it is refined."""


def weighted_mean(effects: Floats, weights: Floats) -> Floats:
    """Mean of `effects` along their last axis."""
    return np.asarray((weights * effects).sum(-1) / weights.sum(-1))


def cochran_q(effects: Floats, variances: Floats, tau2: Floats | float = 0.0) -> Floats:
    """Q = Σ w (y − ŷ)² with w = 1/(v + τ²) along the last axis; at τ² = 0 it is Cochran's, χ² on k − 1 df under H0.

    Source: Cochran (1954), "The combination of estimates from different experiments", Biometrics 10.
    """
    weights = 1 / (variances + np.asarray(tau2)[..., None])
    return np.asarray((weights * _squares(effects, weights)).sum(-1))


def between_variance(effects: Floats, variances: Floats, estimator: Estimator) -> Floats:
    """τ² ≥ 0, in the squared unit of `effects`, of k effects with known sampling variances, both of shape [..., k].

    Unlike that of statsmodels, DL is never negative and PM is solved to rounding instead of to 1e-5 in Q.
    """
    match estimator:
        case "DL":
            return _dersimonian_laird(effects, variances)
        case "PM":
            return _paule_mandel(effects, variances)
        case "REML":
            return _restricted_likelihood(effects, variances)


def _dersimonian_laird(effects: Floats, variances: Floats) -> Floats:
    """(Q − (k − 1))/(Σw − Σw²/Σw), or 0: DerSimonian and Laird (1986), Controlled Clinical Trials 7, equation 8."""
    weights = 1 / variances
    total = weights.sum(-1)
    excess = cochran_q(effects, variances) - (effects.shape[-1] - 1)
    return np.asarray(np.maximum(0.0, excess / (total - (weights**2).sum(-1) / total)))


def _paule_mandel(effects: Floats, variances: Floats) -> Floats:
    """The τ² at which Q(τ²) is k − 1, or 0. Paule and Mandel (1982), J. Research National Bureau of Standards 87.

    Q falls with τ², and at τ² = s² it is at most Σ(y − ȳ)²/s² = k − 1.
    """
    high = effects.var(-1, ddof=1)
    return _bisect(lambda tau2: cochran_q(effects, variances, tau2) > effects.shape[-1] - 1, np.zeros_like(high), high)


def _restricted_likelihood(effects: Floats, variances: Floats) -> Floats:
    """The τ² of the highest restricted likelihood: Viechtbauer (2005), J. Educational and Behavioral Statistics 30.

    Where the score is zero, (k − 1)/(v_max + τ²) ≤ tr P = y'PPy ≤ (k − 1)s²/(v_min + τ²)², P being the projection
    whose weights are 1/(v + τ²). That bounds τ². The likelihood may have several peaks, so the highest point of a grid
    is refined.
    """
    s2, least, most = effects.var(-1, ddof=1), variances.min(-1), variances.max(-1)
    bound = (s2 + np.sqrt(s2**2 + 4 * s2 * (most - least))) / 2
    steps = np.linspace(0.0, 1.0, _GRID)
    grid = np.maximum(0.0, least[..., None] * ((least + bound) / least)[..., None] ** steps - least[..., None])
    grid[..., 0] = 0.0
    best = _log_likelihood(effects[..., None, :], variances[..., None, :], grid).argmax(-1)[..., None]

    def neighbour(shift: int) -> Floats:
        return np.take_along_axis(grid, np.clip(best + shift, 0, _GRID - 1), -1)[..., 0]

    def rising(tau2: Floats) -> NDArray[np.bool_]:
        """Whether the likelihood grows with τ²."""
        weights = 1 / (variances + tau2[..., None])
        trace = weights.sum(-1) - (weights**2).sum(-1) / weights.sum(-1)
        return np.asarray((weights**2 * _squares(effects, weights)).sum(-1) > trace)

    up = rising(neighbour(0))
    return _bisect(rising, np.where(up, neighbour(0), neighbour(-1)), np.where(up, neighbour(1), neighbour(0)))


def _log_likelihood(effects: Floats, variances: Floats, tau2: Floats) -> Floats:
    """Restricted log-likelihood up to a constant, of the shape of `tau2`."""
    weights = 1 / (variances + tau2[..., None])
    misfit = (weights * _squares(effects, weights)).sum(-1)
    return np.asarray((np.log(weights).sum(-1) - np.log(weights.sum(-1)) - misfit) / 2)


def _squares(effects: Floats, weights: Floats) -> Floats:
    return (effects - weighted_mean(effects, weights)[..., None]) ** 2


def _bisect(before: Callable[[Floats], NDArray[np.bool_]], low: Floats, high: Floats) -> Floats:
    """The point in [low, high] up to which `before` holds, elementwise; `low` where it holds nowhere."""
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        earlier = before(middle)
        low, high = np.where(earlier, middle, low), np.where(earlier, high, middle)
    return low
