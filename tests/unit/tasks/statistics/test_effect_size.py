from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.effect_size import (
    d_av,
    d_avs,
    dz_from_t,
    dz_interval,
    dz_intervals,
    hedges_g,
    small_sample_correction,
)

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]
SLEEP_T = -4.062127683382037


def test_effect_sizes_of_the_sleep_data(sleep: Pair) -> None:
    dz = dz_from_t(SLEEP_T, 10)
    assert dz == pytest.approx(-1.284558, abs=5e-7)
    assert d_av(*sleep) == pytest.approx(-0.832181, abs=5e-7)
    assert hedges_g(dz, 9) == pytest.approx(-1.173925, abs=5e-7)
    interval = dz_interval(SLEEP_T, 10)
    assert (interval.low, interval.high) == pytest.approx((-2.118017, -0.414628), abs=5e-7)


def test_small_sample_correction_is_the_ratio_of_gamma_functions() -> None:
    assert small_sample_correction(9) == pytest.approx(0.9138749, abs=5e-8)
    assert small_sample_correction(9) == pytest.approx(math.gamma(4.5) / (math.sqrt(4.5) * math.gamma(4)), rel=1e-14)


@given(st.floats(2, 1e6))
def test_small_sample_correction_shrinks_and_nears_its_common_approximation(df: float) -> None:
    assert 0 < small_sample_correction(df) < 1
    assert small_sample_correction(df) == pytest.approx(1 - 3 / (4 * df - 1), abs=1e-14 + 0.15 / df**2)


def test_small_sample_correction_needs_two_degrees_of_freedom() -> None:
    with pytest.raises(ValueError, match="degree of freedom"):
        small_sample_correction(1)


@pytest.mark.parametrize("t", [0.0, 0.3, 4.0, 25.0, 700.0])
@pytest.mark.parametrize("n", [10, 40, 1000])
def test_interval_ends_are_where_the_observed_t_is_a_limiting_quantile(t: float, n: int) -> None:
    found = dz_interval(t, n, confidence=0.9)
    assert stats.nct.cdf(t, n - 1, found.low * math.sqrt(n)) == pytest.approx(0.95, abs=1e-10)
    assert stats.nct.cdf(t, n - 1, found.high * math.sqrt(n)) == pytest.approx(0.05, abs=1e-10)


@given(st.floats(-1e7, 1e7), st.integers(2, 5_000))
def test_interval_of_any_t_is_finite_holds_dz_and_mirrors(t: float, n: int) -> None:
    found, mirrored = dz_interval(t, n), dz_interval(-t, n)
    assert found.low <= dz_from_t(t, n) <= found.high
    assert (mirrored.low, mirrored.high) == pytest.approx((-found.high, -found.low), rel=1e-12)


def test_intervals_of_an_array_are_those_of_each_t() -> None:
    t = np.array([[-4.0, 0.0, np.nan], [2.5, 1e5, -1e5]])
    n = np.array([10, 100, 30])
    low, high = dz_intervals(t, n, confidence=0.9)
    assert np.isnan([low[0, 2], high[0, 2]]).all()
    for at in [(0, 0), (0, 1), (1, 0), (1, 1), (1, 2)]:
        alone = dz_interval(float(t[at]), int(n[at[1]]), confidence=0.9)
        assert (low[at], high[at]) == pytest.approx((alone.low, alone.high), rel=1e-12)


def test_interval_is_continuous_where_the_mean_becomes_exact() -> None:
    below, above = dz_interval(999.999 * 10, 100), dz_interval(1000.001 * 10, 100)
    assert (below.low, below.high) == pytest.approx((above.low, above.high), rel=1e-5)


@pytest.mark.parametrize(
    ("t", "n", "confidence"), [(math.inf, 10, 0.95), (math.nan, 10, 0.95), (1, 1, 0.95), (1, 9, 1)]
)
def test_interval_of_what_is_no_t_statistic_is_refused(t: float, n: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="no interval"):
        dz_interval(t, n, confidence)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10))
def test_d_av_does_not_depend_on_the_unit_or_the_origin(seed: int, scale: float, shift: float) -> None:
    a, b = np.random.default_rng(seed).normal(size=(2, 30))
    assert d_av(scale * a + shift, scale * b + shift) == pytest.approx(d_av(a, b), rel=1e-6, abs=1e-9)
    assert d_av(b, a) == -d_av(a, b)


def test_effect_sizes_of_arrays_are_those_of_each_row() -> None:
    a, b = np.random.default_rng(0).normal(size=(2, 3, 2, 30))
    a[1, 1, [4, 8]] = b[1, 1, 5] = np.nan
    a[2, 0], b[2, 0] = 1.0, 2.0
    found = d_avs(a, b)
    assert np.isnan(found).tolist() == [[False, False], [False, False], [True, False]]
    kept = ~np.isnan(a[1, 1] - b[1, 1])
    assert found[0, 1] == pytest.approx(d_av(a[0, 1], b[0, 1]), rel=1e-13)
    assert found[1, 1] == pytest.approx(d_av(a[1, 1][kept], b[1, 1][kept]), rel=1e-12)
    t, n = np.array([1.0, -2.0]), np.array([10.0, 40.0])
    assert dz_from_t(t, n).tolist() == [dz_from_t(1.0, 10), dz_from_t(-2.0, 40)]
    assert hedges_g(t, n - 1).tolist() == [hedges_g(1.0, 9.0), hedges_g(-2.0, 39.0)]


def test_d_av_of_two_constants_is_refused() -> None:
    with pytest.raises(ValueError, match="constants"):
        d_av(np.ones(5), np.zeros(5))
