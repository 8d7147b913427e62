"""Simulated studies: every model measured on the same images, at known distances from its threshold."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from tasks.statistics.intervals import Floats


@dataclass(frozen=True, slots=True)
class Population:
    """What images are drawn from. Each model has variance 1 and its threshold at 0."""

    effects: tuple[float, ...]
    """By model: its mean, in standard deviations beyond the threshold."""
    correlation: float = 0.0
    """Between any two models over images, from 0 to below 1."""
    skew: float = 0.0
    """Skewness of every model; 0 is normal, else a shifted gamma distribution, mirrored when it is negative."""


def draw(rng: np.random.Generator, population: Population, studies: int, images: int) -> Floats:
    """Independent studies, shape [studies, models, images].

    Models share a part of every image that makes up `correlation` of their variance. A sum of independent gamma
    variables is gamma, so that skewed models have the skew and the correlation that were asked for exactly.
    Raises ValueError for a correlation outside [0, 1).
    """
    rho, models = population.correlation, len(population.effects)
    if not 0 <= rho < 1:
        raise ValueError(f"correlation must be 0 or more and less than 1, not {rho}")
    shared, own = (studies, 1, images), (studies, models, images)
    if population.skew == 0:
        x = math.sqrt(1 - rho) * rng.standard_normal(own)
        if rho > 0:
            x += math.sqrt(rho) * rng.standard_normal(shared)
    else:
        shape = 4 / population.skew**2
        x = rng.standard_gamma((1 - rho) * shape, own) + rng.standard_gamma(rho * shape, shared) - shape
        x *= math.copysign(1 / math.sqrt(shape), population.skew)
    x += np.array(population.effects)[:, None]
    return x


def t_statistics(x: Floats) -> Floats:
    """Student's t against 0 along the last axis; [..., n] -> [...]."""
    n = x.shape[-1]
    found: Floats = x.mean(axis=-1) / (x.std(axis=-1, ddof=1) / math.sqrt(n))
    return found


def growing_johnson_t(x: Floats) -> Floats:
    """Johnson's t against 0 after every image, in their order; [..., n] -> [..., n], NaN where it is undefined.

    t_J = [x̄ + m₃/(6s²n) + m₃x̄²/(3s⁴)]/(s/√n), with m₃ without bias. Source: Johnson (1978), "Modified t tests and
    confidence intervals for asymmetrical populations", JASA 73.
    """
    n = np.arange(1, x.shape[-1] + 1)
    mean, second, third = (np.cumsum(x**power, axis=-1) / n for power in (1, 2, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = (second - mean**2) * n / (n - 1)
        skewness = (third - 3 * mean * second + 2 * mean**3) * n**2 / ((n - 1) * (n - 2))
        shifted = mean + skewness / (6 * variance * n) + skewness * mean**2 / (3 * variance**2)
        found: Floats = shifted / np.sqrt(variance / n)
    return found


def p_greater(t: Floats, n: int) -> Floats:
    """One-sided p-values of `t` on n − 1 degrees of freedom, small where the mean lies beyond the threshold."""
    from scipy.special import stdtr

    return np.asarray(stdtr(n - 1, -t), dtype=np.float64)
