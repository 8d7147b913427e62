from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from tasks.statistics.adequacy import Sample, Undetermined, differences, examine


def normal(n: int = 100) -> NDArray[np.float64]:
    return np.random.default_rng(0).normal(0.6, 0.1, size=n)


def reason(found: Sample | Undetermined) -> str:
    assert isinstance(found, Undetermined)
    return found.reason


def test_a_vector_of_thirty_values_that_differ_is_a_sample() -> None:
    found = examine(normal(30))
    assert isinstance(found, Sample)
    assert (found.n, found.missing) == (30, 0)


def test_twenty_nine_images_are_too_few() -> None:
    assert reason(examine(normal(29))) == "29 images are fewer than 30"


def test_no_minimum_lets_a_single_image_through() -> None:
    assert reason(examine(normal(1), minimum=0)) == "1 images are fewer than 2"


def test_up_to_five_per_cent_missing_values_are_left_out() -> None:
    x = normal()
    x[:5] = np.nan
    found = examine(x)
    assert isinstance(found, Sample)
    assert (found.n, found.missing) == (95, 5)
    assert np.array_equal(found.values, x[5:])


def test_more_than_five_per_cent_missing_values_are_too_many() -> None:
    x = normal()
    x[:6] = np.nan
    assert reason(examine(x)) == "6 of 100 values are missing, more than 5%"


def test_missing_values_are_named_before_a_small_sample_is() -> None:
    assert "missing" in reason(examine(np.full(10, np.nan)))


@pytest.mark.parametrize("odd", [np.inf, -np.inf])
def test_a_single_infinite_value_is_too_many(odd: float) -> None:
    x = normal()
    x[3] = odd
    assert reason(examine(x)) == "1 of 100 values are infinite"
    assert reason(differences(x, x)) == "1 of 100 values are infinite"


@pytest.mark.parametrize("value", [0.0, 0.7, -3e5])
def test_constant_values_are_not_a_sample(value: float) -> None:
    assert "rounding noise" in reason(examine(np.full(50, value)))


def test_values_that_differ_by_single_precision_rounding_are_constant() -> None:
    rounded = np.float32(0.7) * (1 + np.float32(2**-23) * np.random.default_rng(0).integers(0, 2, 50))
    assert np.ptp(rounded) > 0
    assert "rounding noise" in reason(examine(rounded.astype(np.float64)))


def test_a_small_but_real_spread_is_a_sample() -> None:
    assert isinstance(examine(0.7 + 1e-5 * normal()), Sample)


def test_values_too_large_to_square_are_undetermined() -> None:
    assert "too large" in reason(examine(1e200 * normal()))


def test_an_image_that_either_model_misses_is_left_out_of_the_differences() -> None:
    a, b = normal(), normal()[::-1].copy()
    a[0] = b[1] = np.nan
    found = differences(a, b)
    assert isinstance(found, Sample)
    assert (found.n, found.missing) == (98, 2)
    assert np.array_equal(found.values, (a - b)[2:])


def test_two_models_that_agree_up_to_rounding_have_no_testable_difference() -> None:
    a = 1000 + normal()
    assert "rounding noise" in reason(differences(a, a * (1 + 1e-9)))


def test_paired_vectors_of_different_length_are_a_programming_error() -> None:
    with pytest.raises(ValueError, match="one shape"):
        differences(normal(40), normal(41))
    with pytest.raises(ValueError, match="vector"):
        examine(np.ones((40, 2)))
