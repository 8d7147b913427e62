from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.bca import bca_intervals, bca_levels, count_up_to, quantile, share_below
from tasks.statistics.resampling import draw

Floats = NDArray[np.float64]

SPATIAL = np.array(
    [48, 36, 20, 29, 42, 42, 20, 42, 22, 41, 45, 14, 6, 0, 33, 28, 34, 4, 32, 24, 47, 41, 24, 26, 30, 41], dtype=float
)
"""Spatial perception of 26 children: Efron and Tibshirani (1993), table 14.1."""


def variance(x: Floats) -> Floats:
    return np.asarray(x.var(axis=-1))


def test_the_variance_of_the_spatial_data_has_the_interval_of_efron_and_tibshirani() -> None:
    found = bca_intervals(SPATIAL, variance, draw(26, np.random.default_rng(0), 50_000), confidence=0.9)
    assert float(found.estimate) == pytest.approx(171.5, abs=0.05)
    assert float(found.low) == pytest.approx(115.8, abs=0.8), "the book's is from 2,000 resamples"
    assert float(found.high) == pytest.approx(259.6, abs=2.5)


def test_the_interval_is_scipys_where_the_resamples_are_the_same() -> None:
    x = np.random.default_rng(0).gumbel(size=(3, 40))
    resamples = draw(40, np.random.default_rng(1), 2_000)
    found = bca_intervals(x, variance, resamples)
    drawn = np.concatenate([indices for _, indices in resamples.indices()])
    for row, low, high in zip(x, found.low, found.high, strict=True):
        ours = stats._resampling.BootstrapResult(None, row[drawn].var(axis=-1), None)
        theirs = stats.bootstrap((row,), np.var, n_resamples=0, bootstrap_result=ours, method="BCa")
        assert (low, high) == pytest.approx(theirs.confidence_interval, rel=1e-10)


def test_a_statistic_may_take_several_rows_together() -> None:
    x = np.random.default_rng(0).normal(size=(2, 60)) + np.random.default_rng(1).normal(size=60)

    def covariance(pairs: Floats) -> Floats:
        return np.asarray((pairs - pairs.mean(axis=-1, keepdims=True)).prod(axis=0).mean(axis=-1))

    found = bca_intervals(x, covariance, draw(60, np.random.default_rng(0), 2_000))
    assert found.low.shape == ()
    assert 0 < float(found.low) < float(np.cov(x, bias=True)[0, 1]) < float(found.high)


def test_a_statistic_that_no_resample_changes_has_no_interval() -> None:
    found = bca_intervals(np.arange(30.0), lambda x: np.zeros(x.shape[:-1]), draw(30, np.random.default_rng(0), 100))
    assert np.isnan([found.low, found.high]).all()


def test_an_estimate_that_lies_outside_its_resamples_has_no_interval_here_as_in_scipy() -> None:
    def distinct(x: Floats, axis: int = -1) -> Floats:
        return np.asarray((np.diff(np.sort(x, axis=axis), axis=axis) > 0).sum(axis=axis) + 1.0)

    x = np.random.default_rng(0).random(30)
    found = bca_intervals(x, distinct, draw(30, np.random.default_rng(0), 500))
    assert np.isnan([found.low, found.high]).all(), "all resamples hold fewer distinct values"
    with pytest.warns(stats.DegenerateDataWarning), np.errstate(invalid="ignore"):
        theirs = stats.bootstrap((x,), distinct, n_resamples=500, method="BCa", rng=0).confidence_interval
    assert np.isnan(theirs).all()


def test_resamples_that_tie_with_the_estimate_count_as_half() -> None:
    ascending = np.array([[1.0, 2.0, 2.0, 2.0 + 1e-14, 3.0], [5.0, 6.0, 7.0, 8.0, 9.0]])
    assert share_below(ascending, np.array([2.0, 4.0]), np.full(2, 1e-12)).tolist() == [0.5, 0.0]


def test_counts_of_sorted_rows_are_those_of_a_search() -> None:
    rng = np.random.default_rng(0)
    ascending = np.sort(rng.integers(0, 9, size=(200, 13)).astype(np.float64), axis=-1)
    value = rng.integers(-1, 10, 200).astype(np.float64)
    by_search = [np.searchsorted(row, at, side="right") for row, at in zip(ascending, value, strict=True)]
    assert count_up_to(ascending, value).tolist() == by_search


def test_quantiles_are_numpys_each_row_at_its_own_level() -> None:
    rng = np.random.default_rng(0)
    ascending, level = np.sort(rng.normal(size=(50, 17)), axis=-1), rng.random(50)
    level[:2] = 0, 1
    expected = [np.quantile(row, at) for row, at in zip(ascending, level, strict=True)]
    assert quantile(ascending, level) == pytest.approx(expected, rel=1e-12)
    assert np.isnan(quantile(ascending[:1], np.array([np.nan]))).all()


def test_without_bias_and_acceleration_the_levels_are_those_of_the_percentile_interval() -> None:
    low, high = bca_levels(np.array(0.5), np.array([-1.0, 0.0, 1.0]), 0.9)
    assert (float(low), float(high)) == pytest.approx((0.05, 0.95), rel=1e-12)


def test_a_correction_beyond_all_bounds_ends_at_an_end_of_the_distribution() -> None:
    low, high = bca_levels(np.array(0.99), -np.array([100.0] + [0.0] * 8), 1 - 1e-9)
    assert float(high) == 1.0
    assert 0 <= float(low) < 1


@pytest.mark.parametrize(("n", "confidence", "said"), [(26, 1.0, "confidence"), (25, 0.9, "resamples: ")])
def test_what_does_not_fit_together_is_refused(n: int, confidence: float, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        bca_intervals(SPATIAL, variance, draw(n, np.random.default_rng(0), 10), confidence)
