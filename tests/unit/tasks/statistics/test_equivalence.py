from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasks.statistics.adequacy import Sample, differences, examine
from tasks.statistics.equivalence import equivalence_test
from tasks.statistics.intervals import t_interval
from tasks.statistics.location import johnson_test, t_test

Floats = NDArray[np.float64]


def sample(x: Floats) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


def test_the_sleep_data_lie_within_two_and_a_half_hours(sleep: tuple[Floats, Floats]) -> None:
    pairs = differences(*sleep, minimum=2)
    assert isinstance(pairs, Sample)
    assert equivalence_test(pairs, 2.5).p == pytest.approx(0.0211169, abs=5e-8)


def test_statsmodels_agrees() -> None:
    from statsmodels.stats.weightstats import DescrStatsW

    x = np.random.default_rng(0).normal(0.52, 0.1, size=40)
    found = equivalence_test(sample(x), 0.05, 0.5)
    p, lower, upper = DescrStatsW(x).ttost_mean(0.45, 0.55)
    assert found.p == pytest.approx(p, rel=1e-10)
    assert (found.above_lower.t, found.below_upper.t) == pytest.approx((lower[0], upper[0]), rel=1e-10)


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 0.2), st.floats(0.4, 0.6))
def test_it_is_shown_where_the_interval_at_twice_alpha_lies_within(seed: int, margin: float, value: float) -> None:
    x = np.random.default_rng(seed).normal(0.5, 0.1, size=40)
    low, high = t_interval(x, confidence=0.9)
    within = value - margin < float(low) and float(high) < value + margin
    assert (equivalence_test(sample(x), margin, value).p < 0.05) == within


def test_a_failed_test_of_a_difference_shows_no_equivalence() -> None:
    x = sample(np.random.default_rng(0).normal(0.5, 0.4, size=30))
    assert t_test(x, 0.5).p > 0.05
    assert equivalence_test(x, 0.05, 0.5).p > 0.05


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 1), st.floats(0.01, 1))
def test_a_wider_margin_is_easier(seed: int, margin: float, more: float) -> None:
    x = sample(np.random.default_rng(seed).normal(size=30))
    assert equivalence_test(x, margin + more).p <= equivalence_test(x, margin).p


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10))
def test_neither_unit_and_origin_nor_direction_matter(seed: int, scale: float, shift: float) -> None:
    x = np.random.default_rng(seed).normal(size=30)
    plain = equivalence_test(sample(x), 0.5, 0.1).p
    assert equivalence_test(sample(scale * x + shift), scale * 0.5, scale * 0.1 + shift).p == pytest.approx(
        plain, rel=1e-5
    )
    assert equivalence_test(sample(-x), 0.5, -0.1).p == pytest.approx(plain, rel=1e-9)


def test_another_test_may_stand_in_for_students() -> None:
    x = sample(np.random.default_rng(0).beta(8, 1.2, size=40))
    found = equivalence_test(x, 0.05, 0.87, johnson_test)
    assert found.above_lower == johnson_test(x, 0.87 - 0.05, "greater")
    assert found.below_upper == johnson_test(x, 0.87 + 0.05, "less")


@pytest.mark.parametrize("margin", [0.0, -1.0, math.inf, math.nan])
def test_a_margin_is_a_positive_number(margin: float) -> None:
    x = np.random.default_rng(0).normal(size=40)
    with pytest.raises(ValueError, match="margin: "):
        equivalence_test(sample(x), margin)
