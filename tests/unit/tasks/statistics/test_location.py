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
from tasks.statistics.location import Alternative, p_value, t_test

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
