"""Rank correlation: against scipy, and refused where there is none."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.rank import spearman

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
Y = np.array([2.0, 1.0, 4.0, 3.0, 6.0, 5.0])


def test_only_ranks_count_and_ties_share_them() -> None:
    assert spearman(X, Y) == pytest.approx(1 - 6 * 6 / (6 * 35))
    assert spearman(X, np.exp(Y)) == pytest.approx(spearman(X, Y))
    tied = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 4.0])
    assert spearman(X, tied) == pytest.approx(stats.spearmanr(X, tied).statistic)
    assert spearman(X, -Y) == pytest.approx(-spearman(X, Y))
    assert (spearman(X, X), spearman(X, -X)) == (pytest.approx(1), pytest.approx(-1))


@pytest.mark.parametrize(
    ("x", "y", "said"),
    [
        (X[:3], Y[:3], "4 or more pairs"),
        (X, Y[:5], "4 or more pairs"),
        (X, np.where(X == 2, np.nan, Y), "finite"),
        (X, np.ones(6), "constant"),
    ],
)
def test_what_has_no_rank_correlation_is_refused(x: np.ndarray, y: np.ndarray, said: str) -> None:  # type: ignore[type-arg]
    with pytest.raises(ValueError, match=said):
        spearman(x, y)
