"""Rank correlation of what is there: a description, without an interval."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FEWEST = 4
"""Pairs below which an order says nothing: of three, a third are perfect by chance."""


def spearman(x: NDArray[np.float64], y: NDArray[np.float64]) -> float:
    """Spearman's rank correlation of `x` and `y`, [n].

    The sites of a model, or its heads, are all that there are and no sample, and they are not exchangeable: layers
    differ in depth. An interval over them, as Fisher's z gives, would speak of a population that does not exist.

    Raises ValueError for fewer than four pairs, for values that are not finite, and where one side is constant.
    """
    from scipy import stats

    if x.shape != y.shape or x.ndim != 1 or len(x) < FEWEST or not (np.isfinite(x).all() and np.isfinite(y).all()):
        raise ValueError(f"a rank correlation needs {FEWEST} or more pairs of finite numbers")
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError("a rank correlation with a constant is undefined")
    return float(stats.spearmanr(x, y).statistic)
