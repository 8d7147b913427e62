from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.intervals import bootstrap_interval, share_interval, t_interval
from tasks.statistics.resampling import draw

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def test_t_interval_of_the_sleep_data_is_students(sleep: Pair) -> None:
    low, high = t_interval(sleep[0] - sleep[1])
    assert (float(low), float(high)) == pytest.approx((-2.459886, -0.700114), abs=5e-7)


def test_t_interval_of_an_array_is_that_of_each_column() -> None:
    x = np.random.default_rng(0).normal(size=(40, 3, 2))
    low, high = t_interval(x, confidence=0.9)
    assert low.shape == high.shape == (3, 2)
    one_low, one_high = t_interval(x[:, 1, 1], confidence=0.9)
    assert (low[1, 1], high[1, 1]) == pytest.approx((float(one_low), float(one_high)), rel=1e-13)


def test_t_interval_of_a_column_with_a_missing_value_is_missing() -> None:
    low, high = t_interval(np.array([[1.0, 1.0], [2.0, np.nan], [3.0, 3.0]]))
    assert np.isfinite(low[0])
    assert np.isnan(low[1])
    assert np.isnan(high[1])


@pytest.mark.parametrize("x", [np.array(1.0), np.array([1.0]), np.empty((0, 3))])
def test_t_interval_needs_two_values(x: NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="two values"):
        t_interval(x)


@pytest.mark.parametrize("confidence", [0.0, 1.0, 95.0, float("nan")])
def test_confidence_is_a_share(confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        t_interval(np.arange(5.0), confidence)
    with pytest.raises(ValueError, match="confidence"):
        bootstrap_interval(np.arange(5.0), np.random.default_rng(0), confidence=confidence)


def test_bca_interval_agrees_with_one_computed_from_the_definition() -> None:
    from scipy.stats import norm

    x = np.random.default_rng(1).exponential(size=50)
    found = bootstrap_interval(x, np.random.default_rng(2), resamples=10_000)

    resamples = draw(50, np.random.default_rng(2), 10_000)
    means = x[np.concatenate([drawn for _, drawn in resamples.indices()])].mean(axis=1)
    bias = norm.ppf((means < x.mean()).mean())
    leave_one_out = (x.sum() - x) / 49
    pull = leave_one_out.mean() - leave_one_out
    acceleration = (pull**3).sum() / (6 * (pull**2).sum() ** 1.5)
    shifted = bias + norm.ppf([0.025, 0.975])
    low, high = np.quantile(means, norm.cdf(bias + shifted / (1 - acceleration * shifted)))
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-6)


def test_bca_interval_of_a_right_skewed_sample_reaches_farther_right_than_the_percentile_interval() -> None:
    x = np.random.default_rng(1).lognormal(size=60)
    bca = bootstrap_interval(x, np.random.default_rng(2))
    percentile = bootstrap_interval(x, np.random.default_rng(2), method="percentile")
    assert bca.low > percentile.low
    assert bca.high > percentile.high


def test_equal_generators_give_equal_resamples() -> None:
    x = np.random.default_rng(1).normal(size=40)
    first = bootstrap_interval(x, np.random.default_rng(5), resamples=500)
    again = bootstrap_interval(x, np.random.default_rng(5), resamples=500)
    moved = bootstrap_interval(x + 100, np.random.default_rng(5), resamples=500)
    assert first == again
    assert (moved.low - 100, moved.high - 100) == pytest.approx((first.low, first.high), abs=1e-9)


def test_a_single_resample_bounds_nothing() -> None:
    with pytest.raises(ValueError, match="resamples: 1 are too few"):
        bootstrap_interval(np.arange(9.0), np.random.default_rng(0), resamples=1)


@pytest.mark.parametrize("x", [[1.0], [2.0, 2.0, 2.0], [1.0, np.nan, 3.0], [1.0, np.inf], [[1.0, 2.0]]])
def test_bootstrap_needs_finite_values_that_differ(x: list[float]) -> None:
    with pytest.raises(ValueError, match="finite values that differ"):
        bootstrap_interval(np.array(x), np.random.default_rng(0))


@pytest.mark.parametrize(("hits", "n"), [(0, 32), (3, 32), (32, 32), (1, 1)])
def test_the_interval_of_a_share_is_that_of_clopper_and_pearson(hits: int, n: int) -> None:
    theirs = stats.binomtest(hits, n).proportion_ci(0.95, "exact")
    assert share_interval(hits, n) == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("hits", "n"), [(-1, 3), (4, 3), (0, 0)])
def test_what_is_no_share_has_no_interval(hits: int, n: int) -> None:
    with pytest.raises(ValueError, match="are no share"):
        share_interval(hits, n)
