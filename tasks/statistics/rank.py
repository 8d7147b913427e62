"""Rank correlation with its interval."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from store.evidence import Interval

FEWEST = 4
"""Pairs below which Fisher's interval does not exist."""


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[float, Interval | None]:
    """Spearman's rank correlation of `x` and `y`, [n], with its 95 % interval by Fisher's z; perfect order has none.

    The variance of z is (1 + r² / 2) / (n - 3) (Bonett and Wright 2000, Psychometrika 65). Raises ValueError for fewer
    than four pairs, for values that are not finite, and where one side is constant.
    """
    from scipy import stats

    if x.shape != y.shape or x.ndim != 1 or len(x) < FEWEST or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"a rank correlation needs {FEWEST} or more pairs of finite numbers")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError("a rank correlation with a constant is undefined")
    r = float(stats.spearmanr(x, y).statistic)
    if abs(r) >= 1:
        return r, None
    reach = float(stats.norm.ppf(0.975)) * math.sqrt((1 + r**2 / 2) / (len(x) - 3))
    z = math.atanh(r)
    return r, Interval(low=math.tanh(z - reach), high=math.tanh(z + reach))
