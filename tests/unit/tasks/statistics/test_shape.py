from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.adequacy import Sample, examine
from tasks.statistics.location import SMALLEST_P, t_test
from tasks.statistics.shape import leave_one_out, shapiro_p, skew


def sample(x: NDArray[np.float64]) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


def test_skew_and_normality_are_scipys() -> None:
    x = np.random.default_rng(0).gumbel(size=40)
    assert skew(sample(x)) == pytest.approx(stats.skew(x, bias=False))
    assert shapiro_p(sample(x)) == pytest.approx(stats.shapiro(x).pvalue)


def test_normality_is_left_out_where_its_p_is_not_known_to_hold_and_is_never_zero() -> None:
    x = np.random.default_rng(0).exponential(size=5_001)
    assert shapiro_p(sample(x)) is None
    assert shapiro_p(sample(x[:5_000] ** 9)) >= SMALLEST_P  # type: ignore[operator]


def test_the_range_without_one_image_is_that_of_all_samples_without_one() -> None:
    x = np.random.default_rng(0).gumbel(size=12)
    found = leave_one_out(sample(x), 0.3, "greater")
    without = [sample(np.delete(x, i)) for i in range(12)]
    p = [t_test(each, 0.3, "greater").p for each in without]
    assert (found.mean_low, found.mean_high) == pytest.approx(
        (min(s.mean for s in without), max(s.mean for s in without)), rel=1e-12
    )
    assert (found.p_low, found.p_high) == pytest.approx((min(p), max(p)), rel=1e-10)


def test_one_image_that_carries_the_result_shows() -> None:
    x = np.concatenate([np.zeros(30), [-10.0]]) + np.tile([0.1, -0.1], 16)[:31]
    assert t_test(sample(x), 0.02, "less").p > 0.1
    assert leave_one_out(sample(x), 0.02, "less").p_high > 0.1
    constant = np.array([1.0, 1.0, 1.0, 5.0])
    found = leave_one_out(sample(constant), 0.5)
    assert (found.p_low, found.mean_low) == (SMALLEST_P, 1.0), "the others are constant"


def test_without_one_of_two_images_there_is_no_test() -> None:
    with pytest.raises(ValueError, match="too few are left"):
        leave_one_out(sample(np.array([1.0, 2.0])))


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10), st.randoms(use_true_random=False))
def test_neither_unit_and_origin_nor_order_matter(seed: int, scale: float, shift: float, random: object) -> None:
    x = np.random.default_rng(seed).gumbel(size=30)
    order = np.arange(30)
    random.shuffle(order)  # type: ignore[attr-defined]
    plain = leave_one_out(sample(x), 0.5)
    changed = leave_one_out(sample(scale * x[order] + shift), scale * 0.5 + shift)
    assert changed.mean_low == pytest.approx(scale * plain.mean_low + shift, rel=1e-6, abs=1e-9)
    assert (changed.p_low, changed.p_high) == pytest.approx((plain.p_low, plain.p_high), rel=1e-5)
    assert skew(sample(scale * x[order] + shift)) == pytest.approx(skew(sample(x)), rel=1e-6, abs=1e-9)
