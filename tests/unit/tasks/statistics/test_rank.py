"""Rank correlation: against scipy, with the interval of Bonett and Wright, and honest where there is none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.rank import spearman

X = np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
Y = np.array([2.0, 1.0, 4.0, 3.0, 6.0, 5.0])


def test_the_interval_is_fishers_with_the_variance_of_bonett_and_wright() -> None:
    r, interval = spearman(X, Y)
    assert interval is not None
    assert r == pytest.approx(1 - 6 * 6 / (6 * 35))
    reach = 1.959964 * math.sqrt((1 + r**2 / 2) / 3)
    assert interval.low == pytest.approx(math.tanh(math.atanh(r) - reach), abs=1e-6)
    assert interval.high == pytest.approx(math.tanh(math.atanh(r) + reach), abs=1e-6)


def test_only_ranks_count_and_ties_share_them() -> None:
    assert spearman(X, np.exp(Y))[0] == pytest.approx(spearman(X, Y)[0])
    tied = np.array([1.0, 1.0, 2.0, 2.0, 3.0, 4.0])
    assert spearman(X, tied)[0] == pytest.approx(stats.spearmanr(X, tied).statistic)
    assert spearman(X, -Y)[0] == pytest.approx(-spearman(X, Y)[0])


def test_the_interval_holds_the_truth_in_nineteen_cases_of_twenty() -> None:
    rng, rho, held = np.random.default_rng(0), 0.5, []
    true = 6 / math.pi * math.asin(rho / 2)  # Spearman's of a bivariate normal
    for _ in range(2000):
        x = rng.normal(size=30)
        _, interval = spearman(x, rho * x + math.sqrt(1 - rho**2) * rng.normal(size=30))
        assert interval is not None
        held.append(interval.low <= true <= interval.high)
    assert np.mean(held) == pytest.approx(0.95, abs=0.015)


def test_perfect_order_has_no_interval() -> None:
    assert spearman(X, X) == (1.0, None)
    assert spearman(X, -X) == (-1.0, None)


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
