from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.statistics.bca import bca_levels, count_up_to, quantile, share_below

Floats = NDArray[np.float64]


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
