from __future__ import annotations

import math
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.adequacy import Sample, differences, examine
from tasks.statistics.location import Alternative, johnson_test, p_value, t_test

Pair = tuple[NDArray[np.float64], NDArray[np.float64]]


def sample(x: NDArray[np.float64]) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


def test_paired_t_of_the_sleep_data_is_students(sleep: Pair) -> None:
    pairs = differences(*sleep, minimum=2)
    assert isinstance(pairs, Sample)
    found = t_test(pairs)
    assert found.t == pytest.approx(-4.062127683, abs=5e-10)
    assert found.df == 9
    assert found.p == pytest.approx(0.002832890, abs=5e-10)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_t_and_p_agree_with_scipy(alternative: Alternative) -> None:
    x = np.random.default_rng(4).normal(0.72, 0.1, size=60)
    found, theirs = t_test(sample(x), 0.7, alternative), stats.ttest_1samp(x, 0.7, alternative=alternative)
    assert (found.t, found.p) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-11)


def test_the_two_one_sided_p_values_of_a_test_add_up_to_one() -> None:
    x = sample(np.random.default_rng(4).normal(0.71, 0.1, size=40))
    assert t_test(x, 0.7, "less").p + t_test(x, 0.7, "greater").p == pytest.approx(1, rel=1e-14)


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_a_p_value_that_underflows_is_the_smallest_normal_double(alternative: Alternative) -> None:
    x = sample(np.random.default_rng(4).normal(1.0, 1e-5, size=5_000))
    assert t_test(x, 0.0, alternative).p == sys.float_info.min > 0
    assert t_test(x, 0.0, "less").p == 1


@given(st.floats(-1e300, 1e300), st.integers(1, 10**6))
def test_p_values_are_never_zero_and_never_above_one(t: float, df: int) -> None:
    alternatives: tuple[Alternative, ...] = ("two-sided", "less", "greater")
    assert all(0 < p_value(t, df, alternative) <= 1 for alternative in alternatives)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10))
def test_t_and_p_do_not_depend_on_the_unit_or_the_origin(seed: int, scale: float, shift: float) -> None:
    x = np.random.default_rng(seed).normal(0.7, 0.1, size=40)
    plain, changed = (
        t_test(sample(x), 0.68, "greater"),
        t_test(sample(scale * x + shift), scale * 0.68 + shift, "greater"),
    )
    assert changed.t == pytest.approx(plain.t, rel=1e-6, abs=1e-6)
    assert changed.p == pytest.approx(plain.p, rel=1e-5)


@given(st.integers(0, 2**32 - 1))
def test_mirrored_data_give_the_mirrored_test(seed: int) -> None:
    x = np.random.default_rng(seed).gumbel(size=35)
    plain, mirrored = t_test(sample(x), 0.5, "less"), t_test(sample(-x), -0.5, "greater")
    assert math.isclose(plain.t, -mirrored.t, rel_tol=1e-12)
    assert math.isclose(plain.p, mirrored.p, rel_tol=1e-9)


def skewed(n: int = 40, seed: int = 0) -> NDArray[np.float64]:
    """A share near its ceiling."""
    return np.random.default_rng(seed).beta(8, 1.2, size=n)


def johnson_by_hand(x: NDArray[np.float64], value: float) -> float:
    n, s, away = x.size, x.std(ddof=1), x.mean() - value
    third = stats.kstat(x, 3)
    return float((away + third / (6 * s**2 * n) + third * away**2 / (3 * s**4)) / (s / math.sqrt(n)))


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_johnsons_t_is_its_formula_on_students_distribution(alternative: Alternative) -> None:
    x = skewed()
    for value in (0.8, 0.85, 0.9):
        found = johnson_test(sample(x), value, alternative)
        assert found.t == pytest.approx(johnson_by_hand(x, value), rel=1e-10)
        assert found.df == 39
        assert found.p == pytest.approx(p_value(found.t, 39, alternative), rel=1e-14)


def test_johnsons_t_of_the_sleep_data_is_its_formula(sleep: Pair) -> None:
    pairs = differences(*sleep, minimum=2)
    assert isinstance(pairs, Sample)
    assert johnson_test(pairs).t == pytest.approx(johnson_by_hand(sleep[0] - sleep[1], 0), rel=1e-10)


def test_without_skew_johnsons_t_is_students() -> None:
    x = np.concatenate([np.arange(20.0), -np.arange(20.0)]) + 3
    assert johnson_test(sample(x), 1.5).t == pytest.approx(t_test(sample(x), 1.5).t, rel=1e-12)


def test_a_ceiling_makes_johnson_ask_for_more_than_student() -> None:
    x = skewed()
    value = x.mean() - 1.7 * x.std(ddof=1) / math.sqrt(x.size)
    assert t_test(sample(x), value, "greater").p < 0.05 < johnson_test(sample(x), value, "greater").p


def test_the_plain_parabola_would_turn_a_plain_collapse_into_its_opposite() -> None:
    x = skewed()
    assert johnson_by_hand(x, 0.0) < 0 < x.mean()
    found = johnson_test(sample(x), 0.0, "greater")
    assert found.t > t_test(sample(x), 0.7, "greater").t
    assert found.p < 1e-6


@given(st.integers(0, 2**32 - 1), st.floats(-3, 3), st.floats(0, 3), st.booleans())
def test_the_evidence_of_johnsons_test_falls_as_the_value_grows(
    seed: int, value: float, more: float, mirrored: bool
) -> None:
    x = sample((-1 if mirrored else 1) * skewed(seed=seed))
    near, far = johnson_test(x, value, "greater"), johnson_test(x, value + more, "greater")
    assert near.t >= far.t - 1e-9 * abs(far.t)
    assert near.p <= far.p * (1 + 1e-9)


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10), st.randoms(use_true_random=False))
def test_johnsons_test_depends_neither_on_unit_and_origin_nor_on_the_order(
    seed: int, scale: float, shift: float, random: object
) -> None:
    x = skewed(seed=seed)
    order = np.arange(x.size)
    random.shuffle(order)  # type: ignore[attr-defined]
    plain = johnson_test(sample(x), 0.8, "greater")
    changed = johnson_test(sample(scale * x[order] + shift), scale * 0.8 + shift, "greater")
    mirrored = johnson_test(sample(-x), -0.8, "less")
    assert changed.t == pytest.approx(plain.t, rel=1e-6, abs=1e-6)
    assert (mirrored.t, mirrored.p) == pytest.approx((-plain.t, plain.p), rel=1e-9)
