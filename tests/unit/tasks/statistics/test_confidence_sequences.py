from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tasks.statistics.confidence_sequences import Side, confidence_sequence

N = np.arange(1, 401)


def half_width(n_best: int, side: Side = "two-sided", confidence: float = 0.95) -> np.ndarray:
    """In standard deviations, by image: data whose variance is 1 after every second image."""
    x = np.tile([-1.0, 1.0], 200)
    low, high = confidence_sequence(x, confidence, n_best, side)
    centre = np.cumsum(x) / N
    return (centre - low if side != "upper" else high - centre)[1::2]


def test_the_two_sided_bound_is_robbins_normal_mixture() -> None:
    """At the bound the normal mixture likelihood ratio is 1/alpha: (1 + nρ²)^(-1/2)·exp(n²ρ²w²/(2(1 + nρ²)))."""
    width, n = half_width(100), N[1::2]
    log_n_rho2 = [math.log(mixture) for mixture in np.geomspace(1e-4, 1, 4001)]
    ratios = [
        -0.5 * np.log1p(n * math.exp(r)) + n**2 * math.exp(r) * width**2 / (2 * (1 + n * math.exp(r)))
        for r in log_n_rho2
    ]
    best = min(ratios, key=lambda ratio: float(np.abs(ratio - math.log(20)).max()))
    assert best == pytest.approx(math.log(20), abs=5e-3)


@pytest.mark.parametrize("best_at", [40, 200])
def test_the_sequence_is_narrowest_where_it_was_asked_to_be(best_at: int) -> None:
    at = best_at // 2 - 1
    there = half_width(best_at)[at]
    assert all(half_width(other)[at] > there for other in (best_at - 20, best_at + 20, 2 * best_at))


def test_a_one_sided_bound_is_safe_for_the_half_normal_mixture_and_closer_than_a_two_sided_one() -> None:
    width, n = half_width(100, "lower"), N[1::2]
    from scipy.special import lambertw

    rho2 = (-lambertw(-(0.1**2) / math.e, -1).real - 1) / 100
    evidence = (
        2 / np.sqrt(1 + n * rho2) * np.exp(n**2 * rho2 * width**2 / (2 * (1 + n * rho2)))
        * norm.cdf(n * width * np.sqrt(rho2 / (1 + n * rho2)))
    )  # fmt: skip
    assert (evidence >= 20 - 1e-9).all()
    assert (evidence < 30).all()
    assert width[49] < half_width(100)[49]


def test_the_mean_lies_within_every_bound_nearly_always() -> None:
    rng = np.random.default_rng(0)
    for x, first in ((rng.normal(1, 1, (2_000, 600)), 30), (rng.exponential(1, (2_000, 600)), 300)):
        for side in ("two-sided", "lower", "upper"):
            low, high = confidence_sequence(x, 0.95, 150, side)
            covered = ((low <= 1) & (high >= 1))[:, first - 1 :].all(axis=1)
            assert covered.mean() > 0.94


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-1e4, 1e4))
def test_bounds_move_with_the_unit_and_the_origin(seed: int, unit: float, origin: float) -> None:
    x = np.random.default_rng(seed).normal(size=40)
    low, high = confidence_sequence(x)
    moved_low, moved_high = confidence_sequence(unit * x + origin)
    assert moved_low[2:] == pytest.approx(unit * low[2:] + origin, rel=1e-6, abs=1e-6 * unit)
    assert moved_high[2:] == pytest.approx(unit * high[2:] + origin, rel=1e-6, abs=1e-6 * unit)


def test_many_sequences_at_once_are_the_same_as_one_by_one() -> None:
    x = np.random.default_rng(0).normal(size=(2, 3, 40))
    low, _ = confidence_sequence(x)
    assert low.shape == x.shape
    assert low[1, 2] == pytest.approx(confidence_sequence(x[1, 2])[0])


def test_a_missing_image_changes_nothing_and_one_image_bounds_nothing() -> None:
    x = np.array([1.0, np.nan, 2.0, 4.0])
    low, high = confidence_sequence(x)
    assert low[:2].tolist() == [-math.inf, -math.inf]
    assert high[1] == math.inf
    assert low[2:] == pytest.approx(confidence_sequence(x[[0, 2, 3]])[0][1:])


def test_the_side_that_was_not_asked_for_is_open() -> None:
    x = np.random.default_rng(0).normal(size=40)
    assert (confidence_sequence(x, side="lower")[1] == math.inf).all()
    assert (confidence_sequence(x, side="upper")[0] == -math.inf).all()


def test_what_makes_no_sequence_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="x must be finite"):
        confidence_sequence(np.array([np.inf, 1.0]))
    for confidence in (0.0, 1.0):
        with pytest.raises(ValueError, match="confidence"):
            confidence_sequence(np.ones(3), confidence)
    with pytest.raises(ValueError, match="best_at"):
        confidence_sequence(np.ones(3), best_at=0)
