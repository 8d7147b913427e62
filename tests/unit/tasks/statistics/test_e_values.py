from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats
from scipy.special import gammaln

from tasks.statistics.e_values import critical_t, log_e_value


def e_value(t: float, n: int, scale: float) -> float:
    return math.exp(float(log_e_value(np.array(t), np.array(n), scale)))


def by_definition(t: float, n: int, scale: float) -> float:
    """The ratio of two integrals over the variance, of the likelihood at effect δ to that at 0, averaged over δ."""
    cosine = t / math.hypot(t, math.sqrt(n - 1))

    def ratio(effect: float) -> float:
        pull = effect * math.sqrt(n) * cosine
        peak = (pull + math.sqrt(pull**2 + 4 * (n - 1))) / 2

        def density(r: float) -> float:
            return math.exp((n - 1) * math.log(r) - r * r / 2 + pull * r - n * effect**2 / 2 - gamma)

        gamma = (n / 2 - 1) * math.log(2) + float(gammaln(n / 2))
        return float(integrate.quad(density, max(1e-12, peak - 12), peak + 12, points=[peak], limit=200)[0])

    weight = stats.halfnorm(scale=scale)
    return float(integrate.quad(lambda effect: ratio(effect) * weight.pdf(effect), 0, 10 * scale, limit=200)[0])


@pytest.mark.parametrize(("t", "n"), [(0.4, 2), (2.0, 10), (-2.0, 40), (0.0, 40), (5.0, 40)])
@pytest.mark.parametrize("scale", [0.2, 1.0])
def test_the_closed_form_is_the_mixture_of_likelihood_ratios(t: float, n: int, scale: float) -> None:
    assert e_value(t, n, scale) == pytest.approx(by_definition(t, n, scale), rel=1e-6)


@pytest.mark.parametrize("n", [2, 5, 34])
@pytest.mark.parametrize("scale", [0.1, 0.5])
def test_the_mean_of_an_e_value_is_one_on_the_threshold_and_less_below_it(n: int, scale: float) -> None:
    def mean(effect: float) -> float:
        law, root = stats.nct(n - 1, effect * math.sqrt(n)) if effect else stats.t(n - 1), math.sqrt(n - 1)

        def weighed(angle: float) -> float:
            t = root * math.tan(angle)
            return float(e_value(t, n, scale) * law.pdf(t)) * root / math.cos(angle) ** 2

        return float(integrate.quad(weighed, -math.pi / 2, math.pi / 2, points=[0.5, 1.0], limit=200)[0])

    assert mean(0.0) == pytest.approx(1, abs=1e-6)
    assert mean(-0.3) < 0.98


def test_a_two_sided_normal_mixture_is_the_mean_of_both_directions() -> None:
    n, t, scale = 25, 1.7, 0.4
    information = n * scale**2
    cosine = t / math.hypot(t, math.sqrt(n - 1))
    shrunk = information / (1 + information)
    two_sided = (1 + information) ** -0.5 * (1 - shrunk * cosine**2) ** (-n / 2)
    assert (e_value(t, n, scale) + e_value(-t, n, scale)) / 2 == pytest.approx(two_sided)


@given(st.integers(2, 5_000), st.floats(-60, 60), st.floats(0, 5), st.floats(0.01, 3))
def test_evidence_grows_with_t(n: int, t: float, more: float, scale: float) -> None:
    low, high = log_e_value(np.array([t, t + more]), np.array(n), scale)
    assert low <= high + 1e-9
    assert not np.isnan(low)


@given(st.integers(2, 10_000), st.floats(-100, 100), st.floats(0.01, 3))
def test_both_directions_are_never_evident_at_once(n: int, t: float, scale: float) -> None:
    assert min(log_e_value(np.array([t, -t]), np.array(n), scale)) <= 0


@given(st.floats(1e-7, 0.5), st.integers(30, 5_000), st.floats(0.3, 2))
def test_the_critical_t_has_the_e_value_of_the_level(level: float, n: int, scale: float) -> None:
    assert log_e_value(np.array(critical_t(level, n, scale)), np.array(n), scale) == pytest.approx(-math.log(level))


def test_few_images_cannot_show_everything() -> None:
    assert critical_t(1e-6, 2, 0.5) == math.inf
    assert critical_t(0.05, 30, 0.05) == math.inf
    assert math.isfinite(critical_t(0.9, 2, 0.5))


def test_an_infinite_t_is_the_limit_of_large_ones() -> None:
    assert e_value(math.inf, 5, 0.5) == pytest.approx(e_value(1e9, 5, 0.5))


def test_what_makes_no_e_value_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="n of 2 or more"):
        log_e_value(np.array(1.0), np.array(1), 0.5)
    with pytest.raises(ValueError, match="numbers t"):
        log_e_value(np.array(np.nan), np.array(10), 0.5)
    for scale in (0.0, -1.0, math.inf, math.nan):
        with pytest.raises(ValueError, match="scale"):
            log_e_value(np.array(1.0), np.array(10), scale)
    for level in (0.0, 1.0):
        with pytest.raises(ValueError, match="level"):
            critical_t(level, 30, 0.5)
