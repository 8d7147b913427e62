from __future__ import annotations

import math
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import optimize, stats

from tasks.statistics.crossed import Crossed, crossed
from tasks.statistics.meta_analysis import meta_analysis

Floats = NDArray[np.float64]


def simulate(
    seed: int, studies: int, m: int, n: int, models: float = 0.0, images: float = 0.6, rest: float = 0.4
) -> Floats:
    """Studies [studies, m, n] of mean zero with the given variances; images is then the correlation of models."""
    rng = np.random.default_rng(seed)
    return np.asarray(
        rng.normal(0, math.sqrt(models), (studies, m, 1))
        + rng.normal(0, math.sqrt(images), (studies, 1, n))
        + rng.normal(0, math.sqrt(rest), (studies, m, n))
    )


def rejected(found: Crossed) -> float:
    """Share of studies whose mean differs from zero at 5 %."""
    return float(np.mean(2 * stats.t.sf(np.abs(found.mean / found.error), found.df) <= 0.05))


def test_components_of_a_table_by_hand() -> None:
    """Models 0, 2; images −3, 0, 3; a rest of ±1 in the first and last image."""
    values = np.array([[-3.0 + 1, 0.0, 3.0 - 1], [2.0 - 3 - 1, 2.0, 2.0 + 3 + 1]])
    found = crossed(values)
    mean_squares = (6.0, 18.0, 2.0)
    assert float(found.rest) == pytest.approx(mean_squares[2])
    assert float(found.models) == pytest.approx((mean_squares[0] - mean_squares[2]) / 3)
    assert float(found.images) == pytest.approx((mean_squares[1] - mean_squares[2]) / 2)
    assert float(found.mean) == pytest.approx(1)
    assert float(found.error) ** 2 == pytest.approx((6 + 18 - 2) / 6)
    assert float(found.df) == pytest.approx(22**2 / (6**2 / 1 + 18**2 / 2 + 2**2 / 2))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("variances", [(1.0, 0.6, 0.4), (0.0, 0.6, 0.4), (0.0, 0.0, 1.0), (0.5, 0.0, 1.0)])
def test_components_are_those_of_the_highest_restricted_likelihood(
    seed: int, variances: tuple[float, float, float]
) -> None:
    m, n = 3, 6
    values = simulate(seed, 1, m, n, *variances)[0]
    y = values.ravel()
    same_model, same_image = np.kron(np.eye(m), np.ones((n, n))), np.kron(np.ones((m, m)), np.eye(n))

    def minus_log_likelihood(components: Floats) -> float:
        covariance = components[0] * same_model + components[1] * same_image + components[2] * np.eye(m * n)
        inverse = np.linalg.inv(covariance)
        residual = y - (inverse @ y).sum() / inverse.sum()
        return float(np.linalg.slogdet(covariance)[1] + math.log(inverse.sum()) + residual @ inverse @ residual)

    found = crossed(values)
    ours = np.array([float(found.models), float(found.images), float(found.rest)])
    bounds = [(0, None), (0, None), (1e-6, None)]
    theirs = optimize.minimize(minus_log_likelihood, [0.5, 0.5, 0.5], bounds=bounds, method="L-BFGS-B", tol=1e-14)
    assert ours == pytest.approx(theirs.x, abs=2e-4)
    assert minus_log_likelihood(ours) <= theirs.fun + 1e-9


def test_some_of_those_tables_have_a_component_of_zero() -> None:
    found = crossed(simulate(0, 200, 3, 6, 0.0, 0.0, 1.0))
    assert {(bool(a), bool(b)) for a, b in zip(found.models > 0, found.images > 0, strict=True)} == set(
        product((False, True), repeat=2)
    )


def test_components_are_found_again() -> None:
    found = crossed(simulate(1, 300, 12, 80, 0.5, 0.3, 0.2))
    means = [float(component.mean()) for component in (found.models, found.images, found.rest)]
    assert means == pytest.approx([0.5, 0.3, 0.2], abs=0.03)


def test_ordinary_meta_analysis_rejects_a_true_null_of_models_that_share_images_and_crossed_effects_do_not() -> None:
    """Three models, forty images, a correlation of .6: the variance of the mean is 1 + 2 · .6 times what it is taken
    for, and the spread between models tells nothing of what they share."""
    values = simulate(2, 4_000, 3, 40)
    ordinary = meta_analysis(values.mean(-1), values.var(-1, ddof=1) / 40, "DL")
    beyond = {
        name: float(np.mean((getattr(ordinary, name).low > 0) | (getattr(ordinary, name).high < 0)))
        for name in ("equal", "random", "hartung_knapp")
    }
    for name, rate in beyond.items():
        assert 0.16 < rate < 0.23, (name, rate)
    assert 0.02 < rejected(crossed(values)) < 0.06
    fixed = stats.ttest_1samp(values.mean(axis=1), 0.0, axis=1)
    assert float(np.mean(fixed.pvalue <= 0.05)) == pytest.approx(0.05, abs=0.012)


@pytest.mark.parametrize(("m", "most"), [(3, 0.085), (5, 0.067)])
def test_with_few_models_that_differ_the_level_is_exceeded_by_little(m: int, most: float) -> None:
    """The fixed set of models is no population of them, and its test is far off there."""
    for models in (0.02, 0.2, 2.0):
        values = simulate(3, 4_000, m, 40, models)
        assert rejected(crossed(values)) < most
    fixed = stats.ttest_1samp(values.mean(axis=1), 0.0, axis=1)
    assert float(np.mean(fixed.pvalue <= 0.05)) > 0.4


def test_two_models_are_too_few_for_the_level() -> None:
    assert 0.09 < rejected(crossed(simulate(3, 4_000, 2, 40, 0.2))) < 0.14


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-100, 100))
def test_order_unit_and_origin_do_not_matter(seed: int, scale: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    values = simulate(seed, 1, 4, 9, 0.2)[0]
    other = values[rng.permutation(4)][:, rng.permutation(9)] * scale + shift
    plain, moved = crossed(values), crossed(other)
    assert float(moved.mean) == pytest.approx(scale * float(plain.mean) + shift, abs=1e-9 * (scale + abs(shift)))
    assert float(moved.error) == pytest.approx(scale * float(plain.error), rel=1e-6)
    assert float(moved.df) == pytest.approx(float(plain.df), rel=1e-6)
    for name in ("models", "images", "rest"):
        assert getattr(moved, name) == pytest.approx(scale**2 * getattr(plain, name), rel=1e-6, abs=1e-8 * scale**2)


@given(st.integers(0, 2**32 - 1), st.integers(2, 6), st.integers(2, 12))
def test_components_are_never_negative_and_the_freedom_is_at_most_that_of_all_cells(seed: int, m: int, n: int) -> None:
    found = crossed(np.random.default_rng(seed).standard_t(3, (m, n)))
    assert min(float(found.models), float(found.images), float(found.rest)) >= 0
    assert 0 < float(found.df) <= m * n - 1 + 1e-9


def test_tables_are_fitted_each_on_its_own() -> None:
    values = simulate(4, 6, 3, 10, 0.3).reshape(2, 3, 3, 10)
    whole, alone = crossed(values), crossed(values[1, 2])
    assert whole.df.shape == (2, 3)
    assert float(whole.df[1, 2]) == pytest.approx(float(alone.df), rel=1e-12)
    assert float(whole.error[1, 2]) == pytest.approx(float(alone.error), rel=1e-12)


def test_values_that_all_are_the_same_have_no_freedom() -> None:
    found = crossed(np.full((3, 5), 0.7))
    assert float(found.error) == 0
    assert math.isnan(found.df)


@pytest.mark.parametrize("values", [np.ones((1, 5)), np.ones((3, 1)), np.ones(5), np.array([[1, math.nan], [1, 2]])])
def test_what_is_no_table_is_refused(values: Floats) -> None:
    with pytest.raises(ValueError, match="values"):
        crossed(values)
