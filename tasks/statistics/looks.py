"""A number of looks that was fixed beforehand: boundaries that keep alpha over all of them together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from tasks.statistics.intervals import Floats

Boundaries = Literal["bonferroni", "pocock", "obrien-fleming"]
"""Critical values of the looks: all alike so that levels add up to alpha (`bonferroni`), all alike so that alpha is
used up (`pocock`), or high at first and close to those of a single look at last (`obrien-fleming`)."""

Sides = Literal["one-sided", "two-sided"]

_REACH = 8.5
"""Standard deviations below the mean where a path has 1e-17 of a chance to be, and to come back."""
_UNDERFLOW = 39.0
"""Standard deviations above the mean where a double holds no density any more."""
_CLOSEST = 1e-4
"""Looks that are closer than this share of the images are one look."""
_PANEL = 3.0
_NODES = 12
"""Gauss-Legendre nodes for every `_PANEL` standard deviations of the step between two looks."""


@dataclass(frozen=True, slots=True)
class GroupSequentialDesign:
    """The boundary of every look, for standard normal statistics of all data so far."""

    fractions: tuple[float, ...]
    """Share of all planned images that each look has seen."""
    critical: tuple[float, ...]
    """z that is to be reached, by look."""
    levels: tuple[float, ...]
    """Nominal level, by look: the p that is to be reached, as if there were this look alone."""


def equally_spaced(looks: int) -> tuple[float, ...]:
    """1/K, 2/K … 1. Raises ValueError for fewer than one look."""
    if looks < 1:
        raise ValueError(f"looks must be 1 or more, not {looks}")
    return tuple((look + 1) / looks for look in range(looks))


def plan_looks(
    alpha: float, kind: Boundaries, fractions: Sequence[float], sides: Sides = "one-sided"
) -> GroupSequentialDesign:
    """Boundaries for looks at the given `fractions` of the images, which ascend to 1, at level `alpha` overall.

    Raises ValueError for an alpha outside (0, 1) and for fractions that do not ascend or do not end in 1.
    Source: Pocock (1977), Biometrika 64; O'Brien and Fleming (1979), Biometrics 35; for unequal fractions Jennison and
    Turnbull (2000), "Group Sequential Methods with Applications to Clinical Trials", §2.4-2.6 and ch. 19.
    """
    return _plan(alpha, kind, tuple(fractions), sides)


def crossing(
    critical: Sequence[float] | Floats, fractions: Sequence[float], sides: Sides = "one-sided", drift: float = 0.0
) -> Floats:
    """Probability, by look, that this look is the first at which z reaches `critical`; shape [looks].

    `drift` is the mean of z at fraction 1, zero under the null hypothesis. z of several looks at growing data are those
    of a Brownian motion over √fraction. Its density short of the boundary is carried from look to look by quadrature,
    so that small probabilities are as exact as large ones, to about 1e-12.
    Raises ValueError as `plan_looks` does, and when the two differ in length.
    Source: Armitage, McPherson and Rowe (1969), "Repeated significance tests on accumulating data", JRSS A 132.
    """
    from scipy.special import ndtr

    _check_fractions(fractions)
    if len(critical) != len(fractions) or np.isnan([*critical, drift]).any():
        raise ValueError(f"critical and drift must be numbers, one for each of the {len(fractions)} fractions")
    where, mass = np.zeros(1), np.ones(1)
    seen, crossed = 0.0, np.zeros(len(fractions))
    for look, (z, fraction) in enumerate(zip(critical, fractions, strict=True)):
        bound, step = z * math.sqrt(fraction), math.sqrt(fraction - seen)
        mean = where + drift * (fraction - seen)
        crossed[look] = mass @ ndtr((mean - bound) / step)
        lowest = drift * fraction - _REACH * math.sqrt(fraction)
        if sides == "two-sided":
            crossed[look] += mass @ ndtr((-bound - mean) / step)
            lowest = max(-bound, drift * fraction - _UNDERFLOW * math.sqrt(fraction))
        if not lowest < bound:
            break
        nodes, weights = _quadrature(lowest, min(bound, drift * fraction + _UNDERFLOW * math.sqrt(fraction)), step)
        density = np.exp(-0.5 * ((nodes[:, None] - mean) / step) ** 2) / (step * math.sqrt(2 * math.pi))
        where, mass, seen = nodes, weights * (density @ mass), fraction
    return crossed


def nominal_level(
    alpha: float, kind: Boundaries, look: int, fractions: Sequence[float], sides: Sides = "one-sided"
) -> float:
    """The p that is to be reached at `look` (from 1), so that all looks together keep `alpha`.

    Raises ValueError as `plan_looks` does, and for a look that was not planned.
    """
    _check_look(look, fractions)
    levels = plan_looks(alpha, kind, fractions, sides).levels
    return alpha / len(levels) if kind == "bonferroni" or len(levels) == 1 else levels[look - 1]


def repeated_p(
    p: Floats, kind: Boundaries, look: int, fractions: Sequence[float], sides: Sides = "one-sided"
) -> Floats:
    """The smallest alpha at which a nominal `p`, of any shape, of all data up to `look` (from 1) reaches the boundary.

    It is at most alpha exactly where p is at most the nominal level of that look, for every alpha, so that it can stand
    wherever a p-value is compared, divided or combined; and the smallest over all looks so far is a p-value too.
    Raises ValueError as `plan_looks` does, and for a p outside [0, 1].
    Source: Jennison and Turnbull (2000), ch. 9 (repeated P-values).
    """
    _check_fractions(fractions)
    _check_look(look, fractions)
    p = np.asarray(p, dtype=np.float64)
    if not ((p >= 0) & (p <= 1)).all():
        raise ValueError("p-values lie in [0, 1]")
    if kind == "bonferroni":
        return np.minimum(1.0, len(fractions) * p)
    different, where = np.unique(p, return_inverse=True)
    repeated = np.array([_smallest_alpha(float(one), kind, look, tuple(fractions), sides) for one in different])
    return repeated[where].reshape(p.shape)


def _smallest_alpha(p: float, kind: Boundaries, look: int, fractions: tuple[float, ...], sides: Sides) -> float:
    """P(crossing) of the boundary of the family that passes through this look's z; never below p, nor above 1."""
    from scipy.special import ndtri

    if p in (0.0, 1.0):
        return p
    z = -float(ndtri(p if sides == "one-sided" else p / 2))
    shape = _shape(kind, fractions)
    return min(1.0, max(p, float(crossing(z / shape[look - 1] * shape, fractions, sides).sum())))


@lru_cache(maxsize=256)
def _plan(alpha: float, kind: Boundaries, fractions: tuple[float, ...], sides: Sides) -> GroupSequentialDesign:
    from scipy.optimize import brentq
    from scipy.special import ndtr, ndtri

    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, not {alpha}")
    _check_fractions(fractions)
    tails = 1 if sides == "one-sided" else 2
    shape = _shape(kind, fractions)
    single, shared = (-float(ndtri(level / tails)) for level in (alpha, alpha / len(fractions)))
    if kind == "bonferroni" or len(fractions) == 1:
        constant = shared
    else:

        def excess(constant: float) -> float:
            return float(crossing(constant * shape, fractions, sides).sum()) - alpha

        # At the last look, OBF's constant is Bonferroni's at most: its boundary is the higher one before.
        constant = float(brentq(excess, single, shared, xtol=1e-12, rtol=1e-14))
    critical = constant * shape
    return GroupSequentialDesign(fractions, tuple(critical.tolist()), tuple((tails * ndtr(-critical)).tolist()))


def _shape(kind: Boundaries, fractions: Sequence[float]) -> Floats:
    """Critical values by look, relative to that of the last look."""
    seen = np.asarray(fractions, dtype=np.float64)
    return 1 / np.sqrt(seen) if kind == "obrien-fleming" else np.ones_like(seen)


def _quadrature(low: float, high: float, step: float) -> tuple[Floats, Floats]:
    """Nodes and weights of composite Gauss-Legendre quadrature over [low, high]."""
    edges = np.linspace(low, high, math.ceil((high - low) / (_PANEL * step)) + 1)
    nodes, weights = np.polynomial.legendre.leggauss(_NODES)
    half = (edges[1] - edges[0]) / 2
    return ((edges[:-1] + half)[:, None] + half * nodes).ravel(), np.tile(half * weights, edges.size - 1)


def _check_fractions(fractions: Sequence[float]) -> None:
    seen = [0.0, *fractions]
    if len(seen) < 2 or not all(b - a >= _CLOSEST for a, b in pairwise(seen)) or abs(seen[-1] - 1) > 1e-9:
        raise ValueError(f"fractions must ascend by {_CLOSEST} or more and end in 1, not {list(fractions)}")


def _check_look(look: int, fractions: Sequence[float]) -> None:
    if not 1 <= look <= len(fractions):
        raise ValueError(f"look {look} of {len(fractions)}: the number of looks was fixed and is used up")
