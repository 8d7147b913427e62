from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, optimize, stats

from tasks.statistics.power import Design, minimal_detectable_effect, power, sample_size


def test_a_medium_effect_needs_34_pairs() -> None:
    assert sample_size(0.5) == pytest.approx(33.3671289533, abs=5e-10)
    assert power(34, 0.5) == pytest.approx(0.8077775013, abs=5e-10)
    assert power(33, 0.5) == pytest.approx(0.7954, abs=5e-5)


def test_a_medium_effect_needs_64_images_in_each_of_two_independent_groups() -> None:
    assert sample_size(0.5, design="independent") == pytest.approx(63.766, abs=5e-4)


def test_three_pairs_under_bonferroni_need_45_images() -> None:
    assert math.ceil(sample_size(0.5, alpha=0.05 / 3)) == 45


def test_the_solver_of_statsmodels_stops_two_millionths_of_an_image_late() -> None:
    from statsmodels.stats.power import TTestPower

    theirs = TTestPower().solve_power(effect_size=0.5, alpha=0.05, power=0.8)
    assert theirs == pytest.approx(33.3671312, abs=5e-8)
    assert theirs - by_quadrature(0.5, 0.8, 0.05) == pytest.approx(2.3e-6, abs=1e-7)


def test_the_sample_size_is_that_of_quadrature() -> None:
    exact = by_quadrature(0.5, 0.8, 0.05)
    assert exact == pytest.approx(33.3671289533, abs=5e-10)
    assert sample_size(0.5) == pytest.approx(exact, abs=5e-10)


def by_quadrature(effect: float, target: float, alpha: float) -> float:
    """The n at which a two-sided paired test has the power, integrated over the standard deviation."""

    def shortfall(n: float) -> float:
        critical, df, delta = stats.t.isf(alpha / 2, n - 1), n - 1, effect * math.sqrt(n)

        def density(s: float) -> float:
            beyond = stats.norm.sf(critical * s - delta) + stats.norm.cdf(-critical * s - delta)
            return float(beyond * stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df))

        return float(integrate.quad(density, 0, 3, epsabs=1e-13, epsrel=1e-13)[0]) - target

    return float(optimize.brentq(shortfall, 20, 60, xtol=1e-11))


def test_power_is_the_integral_of_the_rejection_probability_over_the_standard_deviation() -> None:
    n, effect, alpha = 20, 0.4, 0.01
    critical, df = stats.t.isf(alpha / 2, n - 1), n - 1

    def rejected_given(s: float) -> float:
        beyond = stats.norm.sf(critical * s - effect * math.sqrt(n)) + stats.norm.cdf(
            -critical * s - effect * math.sqrt(n)
        )
        return float(beyond * stats.chi.pdf(s * math.sqrt(df), df) * math.sqrt(df))

    assert power(n, effect, alpha) == pytest.approx(integrate.quad(rejected_given, 0, 4, epsabs=1e-13)[0], abs=1e-11)


@given(st.integers(2, 10_000), st.floats(1e-6, 0.5))
def test_without_an_effect_power_is_the_level(n: int, alpha: float) -> None:
    assert power(n, 0.0, alpha) == pytest.approx(alpha, rel=1e-6)
    assert power(n, 0.0, alpha, alternative="greater") == pytest.approx(alpha, rel=1e-6)


@given(st.integers(2, 3_000), st.floats(-20, 20), st.floats(1e-6, 0.5))
def test_power_is_a_probability_that_mirrors(n: int, effect: float, alpha: float) -> None:
    assert 0 <= power(n, effect, alpha) <= 1 + 1e-12
    assert power(n, effect, alpha) == pytest.approx(power(n, -effect, alpha), abs=1e-12)
    assert power(n, effect, alpha, alternative="less") == power(n, -effect, alpha, alternative="greater")


@given(st.floats(0.05, 3), st.sampled_from(["one-sample", "paired", "independent"]), st.floats(0.3, 0.99))
def test_the_sample_size_for_a_power_has_that_power(effect: float, design: Design, target: float) -> None:
    n = sample_size(effect, target, design=design)
    assert n == 2 or power(n, effect, design=design) == pytest.approx(target, abs=1e-8)


@given(st.integers(2, 5_000), st.floats(0.3, 0.99))
def test_the_minimal_detectable_effect_is_found_with_its_power(n: int, target: float) -> None:
    assert power(n, minimal_detectable_effect(n, target)) == pytest.approx(target, abs=1e-8)
    less = minimal_detectable_effect(n, target, alternative="less")
    assert power(n, -less, alternative="less") == pytest.approx(target, abs=1e-8)


def test_no_sample_is_large_enough_for_no_effect() -> None:
    with pytest.raises(ValueError, match="no sample"):
        sample_size(0.0)
    with pytest.raises(ValueError, match="no sample"):
        sample_size(-0.5, alternative="greater")


def test_no_effect_is_large_enough_for_two_images_at_a_tiny_level() -> None:
    with pytest.raises(ValueError, match="no effect"):
        minimal_detectable_effect(2, alpha=1e-12)


@pytest.mark.parametrize(
    ("n", "effect", "alpha"),
    [
        (1, 0.5, 0.05), (math.inf, 0.5, 0.05), (math.nan, 0.5, 0.05), (10, math.inf, 0.05), (10, math.nan, 0.05),
        (10, 0.5, 0.0), (10, 0.5, 1.0),
    ],
)  # fmt: skip
def test_power_of_an_impossible_design_is_refused(n: float, effect: float, alpha: float) -> None:
    with pytest.raises(ValueError, match="no power"):
        power(n, effect, alpha)


def test_a_power_that_cannot_be_missed_is_refused() -> None:
    with pytest.raises(ValueError, match="between alpha and 1"):
        minimal_detectable_effect(50, target=0.05)
