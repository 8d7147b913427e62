from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tasks.statistics.noncentral import integrated_cdf, noncentral_t_cdf


def by_quadrature(t: float, df: float, delta: float) -> float:
    """The normal probability below t·s − δ, averaged over s, a chi variable over √df."""
    spread = 12 / math.sqrt(2 * df)
    s = np.linspace(max(0.0, 1 - spread), 1 + spread, 400_001)
    density = stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df)
    return float(np.trapezoid(stats.norm.cdf(t * s - delta) * density, s))


@pytest.mark.parametrize("df", [3, 33, 999])
@pytest.mark.parametrize(("t", "delta"), [(0.0, 0.7), (2.1, 2.0), (-2.1, 1.0), (15.0, 13.0), (120.0, 121.0)])
def test_probabilities_agree_with_quadrature(t: float, df: float, delta: float) -> None:
    assert noncentral_t_cdf(t, df, delta) == pytest.approx(by_quadrature(t, df, delta), abs=1e-8)


@given(st.floats(-100, 100), st.floats(1, 1e5), st.floats(-100, 100))
def test_every_probability_is_one_and_mirrors(t: float, df: float, delta: float) -> None:
    below = noncentral_t_cdf(t, df, delta)
    assert -1e-8 <= below <= 1 + 1e-8
    assert below == pytest.approx(1 - noncentral_t_cdf(-t, df, -delta), abs=1e-8)


@pytest.mark.parametrize("t", [1e-125, -1e-150, 5e-324])
def test_next_to_zero_the_probability_is_that_at_zero(t: float) -> None:
    assert noncentral_t_cdf(t, 1, -1.0) == pytest.approx(stats.norm.cdf(1), rel=1e-12)


@pytest.mark.parametrize(("t", "df", "delta"), [(-12.7062, 1, 8.0), (1.5, 118, 38.0), (12.7062, 1, -8.0)])
def test_where_the_series_of_scipy_fails_there_is_a_probability(
    t: float, df: float, delta: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of these fails in some version of scipy, and all do here."""
    expected = pytest.approx(by_quadrature(t, df, delta), abs=1e-6)
    assert noncentral_t_cdf(t, df, delta) == expected
    monkeypatch.setattr("scipy.special.nctdtr", lambda *arguments: np.full(np.broadcast(*arguments).shape, np.nan))
    assert noncentral_t_cdf(t, df, delta) == expected


@given(st.floats(-50, 50), st.floats(1, 1e4), st.floats(-50, 50))
def test_series_and_integration_agree(t: float, df: float, delta: float) -> None:
    from scipy.special import nctdtr

    series = nctdtr(df, delta, t)
    assert np.isnan(series) or integrated_cdf(t, df, delta) == pytest.approx(series, abs=1e-8)
