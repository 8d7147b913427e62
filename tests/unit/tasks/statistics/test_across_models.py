from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.across_models import AcrossModels, fixed_set, population
from tasks.statistics.adequacy import Sample, Undetermined, image_means
from tasks.statistics.crossed import crossed

Floats = NDArray[np.float64]
Test = Callable[..., AcrossModels | Undetermined]


def models(n: int = 60, seed: int = 0, **means: float) -> dict[str, Floats]:
    rng = np.random.default_rng(seed)
    image = rng.normal(0, 0.08, n)
    return {model: mean + image + rng.normal(0, 0.05, n) for model, mean in means.items()}


def known(found: AcrossModels | Undetermined) -> AcrossModels:
    assert isinstance(found, AcrossModels), found
    return found


def reason(found: AcrossModels | Sample | Undetermined) -> str:
    assert isinstance(found, Undetermined), found
    return found.reason


def test_a_fixed_set_is_tested_on_the_means_over_models_of_each_image() -> None:
    values = models(a=0.6, b=0.72, c=0.75)
    found = known(fixed_set(values, 0.68, "greater"))
    theirs = stats.ttest_1samp(np.mean(list(values.values()), axis=0), 0.68, alternative="greater")
    assert (found.test.t, found.test.df, found.test.p) == pytest.approx(
        (theirs.statistic, theirs.df, theirs.pvalue), rel=1e-10
    )
    two_sided = stats.ttest_1samp(np.mean(list(values.values()), axis=0), 0.68).confidence_interval(0.9)
    narrow = known(fixed_set(values, 0.68, confidence=0.9)).interval
    assert (narrow.low, narrow.high) == pytest.approx(tuple(two_sided), rel=1e-10)
    assert (found.models, found.n, found.missing, found.components) == (3, 60, 0, None)


def test_a_population_is_tested_by_crossed_random_effects() -> None:
    values = models(a=0.6, b=0.72, c=0.75)
    found = known(population(values, 0.68, "less"))
    fit = crossed(np.stack(list(values.values())))
    assert found.mean == pytest.approx(float(fit.mean))
    assert found.test.t == pytest.approx((found.mean - 0.68) / float(fit.error))
    assert found.test.p == pytest.approx(stats.t.cdf(found.test.t, float(fit.df)), rel=1e-9)
    reach = stats.t.ppf(0.975, float(fit.df)) * float(fit.error)
    assert (found.interval.low, found.interval.high) == pytest.approx((found.mean - reach, found.mean + reach))
    assert found.components is not None
    assert found.components.models == pytest.approx(float(fit.models))


def test_models_that_differ_tell_less_of_a_population_than_of_themselves() -> None:
    values = models(a=0.5, b=0.7, c=0.9)
    of_these, of_all = known(fixed_set(values)), known(population(values))
    assert of_these.mean == pytest.approx(of_all.mean)
    assert of_all.interval.high - of_all.interval.low > 10 * (of_these.interval.high - of_these.interval.low)


def test_each_says_what_it_assumes() -> None:
    values = models(a=0.6, b=0.72, c=0.75)
    assert "these models only" in known(fixed_set(values)).assumption
    assert "independent random draws" in known(population(values)).assumption


@pytest.mark.parametrize("ask", [fixed_set, population])
def test_an_image_that_any_model_misses_is_left_out(ask: Test) -> None:
    values = models(100, a=0.6, b=0.72, c=0.75)
    values["a"][3] = values["c"][7] = np.nan
    complete = {model: np.delete(x, [3, 7]) for model, x in values.items()}
    found = known(ask(values))
    assert (found.n, found.missing) == (98, 2)
    assert found.test == known(ask(complete)).test


@pytest.mark.parametrize("ask", [fixed_set, population])
def test_a_model_that_cannot_be_tested_is_named(ask: Test) -> None:
    values = models(a=0.6, b=0.72, c=0.75)
    assert reason(ask(values | {"b": np.full(60, 0.7)})) == "b: the values do not differ by more than rounding noise"
    assert "c: 1 of 60 values are infinite" in reason(ask(values | {"c": np.where(np.arange(60) == 4, np.inf, 0.1)}))
    assert reason(ask(models(29, a=0.6, b=0.7, c=0.8))) == "a: 29 images are fewer than 30"


@pytest.mark.parametrize("ask", [fixed_set, population])
def test_models_that_cancel_have_no_mean_to_test(ask: Test) -> None:
    a, b = models(a=0.6, b=0.7).values()
    assert "rounding noise" in reason(ask({"a": a, "b": b, "c": 2 - a - b}))


@pytest.mark.parametrize("ask", [fixed_set, population])
def test_gaps_of_many_models_add_up(ask: Test) -> None:
    values = models(a=0.6, b=0.72, c=0.75)
    for model, gap in zip(values, ((0, 1), (2, 3), (4, 5)), strict=True):
        values[model][list(gap)] = np.nan
    assert reason(ask(values)) == "6 of 60 values are missing, more than 5%"


def test_two_models_are_no_sample_of_a_population() -> None:
    values = models(a=0.6, b=0.72)
    assert reason(population(values)) == "2 models are fewer than 3"
    assert known(fixed_set(values)).models == 2
    assert reason(fixed_set({})) == "0 models are fewer than 1"


def test_a_single_model_is_a_fixed_set_whose_test_is_its_own() -> None:
    values = models(a=0.6)
    assert known(fixed_set(values, 0.59)).test.p == pytest.approx(stats.ttest_1samp(values["a"], 0.59).pvalue)


@pytest.mark.parametrize("ask", [fixed_set, population])
@given(st.integers(0, 2**32 - 1), st.permutations("abcd"), st.floats(0.01, 100))
def test_the_order_of_models_and_images_and_the_unit_do_not_matter(
    ask: Test, seed: int, order: list[str], scale: float
) -> None:
    values = models(40, seed, a=0.6, b=0.72, c=0.75, d=0.7)
    shuffled = np.random.default_rng(seed).permutation(40)
    plain = known(ask(values, 0.69))
    other = known(ask({model: scale * values[model][shuffled] for model in order}, scale * 0.69))
    assert other.test.p == pytest.approx(plain.test.p, rel=1e-6)
    assert other.test.df == pytest.approx(plain.test.df, rel=1e-6)
    assert other.mean == pytest.approx(scale * plain.mean)


@pytest.mark.parametrize("ask", [fixed_set, population])
def test_a_confidence_that_is_none_is_refused(ask: Test) -> None:
    with pytest.raises(ValueError, match="confidence"):
        ask(models(a=0.6, b=0.72, c=0.75), confidence=1.0)


def test_means_over_models_need_a_table() -> None:
    with pytest.raises(ValueError, match="models by images"):
        image_means(np.ones(40))
    with pytest.raises(ValueError, match="models by images"):
        image_means(np.ones((0, 40)))
    assert "infinite" in reason(image_means(np.array([[np.inf, 1.0], [-np.inf, 1.0]])))
