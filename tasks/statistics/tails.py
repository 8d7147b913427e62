"""How far out a value lies in the tail of a null of which few values are at hand."""

from __future__ import annotations

import numpy as np

from tasks.statistics.adequacy import Floats

FEWEST = 80
"""Values of a null below which nothing is said of its tails."""
TAIL = 0.1
"""Share of the values that the tail is fitted to."""


def two_sided_p(values: Floats, null: Floats) -> Floats:
    """Two-sided p-values of `values`, [n], under the null that `null`, [m], was drawn from.

    Beyond the outermost tenth of it, on either side, a generalised Pareto distribution is fitted, as Knijnenburg et al.
    (2009), "Fewer permutations, more accurate P-values", Bioinformatics 25:i161, do; by its moments, as Hosking and
    Wallis (1987), Technometrics 29:339, and with a tail no lighter than an exponential one, so that a value beyond all
    others has a small p-value, and never none. Raises ValueError for fewer than FEWEST values of the null.
    """
    if len(null) < FEWEST:
        raise ValueError(f"tails need {FEWEST} values of the null, not {len(null)}")
    return np.asarray(np.minimum(1.0, 2 * np.minimum(_above(values, null), _above(-values, -null))))


def _above(values: Floats, null: Floats) -> Floats:
    from scipy.stats import genpareto

    ordered = np.sort(null)
    count = int(TAIL * len(ordered))
    limit = ordered[-count - 1 : len(ordered) - count + 1].mean()
    beyond = ordered[-count:] - limit
    inner = (np.searchsorted(-ordered[::-1], -values, side="right") + 1) / (len(ordered) + 1)
    if beyond.std() == 0:
        return np.asarray(inner)
    mean, steadiness = beyond.mean(), beyond.mean() ** 2 / beyond.var(ddof=1)
    shape, scale = ((1 - steadiness) / 2, mean * (1 + steadiness) / 2) if steadiness < 1 else (0.0, mean)
    outer = count / len(ordered) * genpareto.sf(values - limit, shape, 0, scale)
    return np.where(values > limit, outer, inner)
