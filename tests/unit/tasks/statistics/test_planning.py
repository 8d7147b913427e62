from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.statistics.multiplicity import holm
from tasks.statistics.planning import PowerPlan, planned_effect, planned_images, planned_power
from tasks.statistics.power import minimal_detectable_effect, power, sample_size

TWO_OF_THREE = PowerPlan("one-sample", "greater", looks=2, claim=(2, 3))

plans = st.builds(
    PowerPlan,
    alpha=st.sampled_from([0.01, 0.05]),
    alternative=st.sampled_from(["two-sided", "greater", "less"]),
    looks=st.integers(1, 4),
    comparisons=st.integers(1, 4),
    claim=st.sampled_from([None, (1, 1), (1, 3), (2, 3), (3, 3)]),
    dependence=st.sampled_from(["independent", "any"]),
)


def toward(plan: PowerPlan, effect: float) -> float:
    return -effect if plan.alternative == "less" else effect


def test_a_plan_of_one_test_is_that_test() -> None:
    assert planned_power(PowerPlan(), 34, 0.5) == power(34, 0.5)
    assert planned_images(PowerPlan(), 0.5) == sample_size(0.5)
    assert planned_effect(PowerPlan(), 34) == minimal_detectable_effect(34)
    assert planned_images(PowerPlan("independent"), 0.5) == pytest.approx(63.766, abs=5e-4)


def test_one_side_needs_fewer_images_than_two() -> None:
    assert math.ceil(planned_images(PowerPlan(alternative="greater"), 0.5)) == 27
    assert planned_power(PowerPlan(alternative="greater"), 40, -0.5) < 1e-6


def test_comparisons_and_looks_share_the_level() -> None:
    assert math.ceil(planned_images(PowerPlan(comparisons=3), 0.5)) == 45
    assert PowerPlan(looks=2, comparisons=3).level == pytest.approx(0.05 / 6)
    assert planned_images(PowerPlan(looks=2), 0.5) == sample_size(0.5, alpha=0.025)


def test_a_boundary_gives_the_nominal_level_of_the_last_look() -> None:
    """Pocock's constant for ten two-sided looks at .05 is 2.555, twice as lenient as Bonferroni."""
    pocock = 2 * stats.norm.sf(2.555)
    plan = PowerPlan(looks=10, look_level=pocock)
    assert plan.level == pytest.approx(0.0106, abs=5e-5)
    assert planned_images(plan, 0.5) == sample_size(0.5, alpha=pocock) < planned_images(PowerPlan(looks=10), 0.5)


def test_a_claim_of_one_model_is_one_test() -> None:
    plan = PowerPlan("one-sample", "greater", claim=(1, 1))
    for dependence in ("independent", "any"):
        careful = replace(plan, dependence=dependence)
        assert planned_images(careful, 0.5) == pytest.approx(sample_size(0.5, alternative="greater"))


def test_the_power_of_a_claim_follows_simulated_studies() -> None:
    n, effect, trials = 40, 0.45, 3_000
    x = np.random.default_rng(0).normal(effect, 1, (trials, 3, n))
    p = stats.ttest_1samp(x, 0, axis=-1, alternative="greater").pvalue
    found = np.mean([np.sum(holm(row) <= TWO_OF_THREE.level) >= 2 for row in p])
    assert planned_power(TWO_OF_THREE, n, effect) == pytest.approx(found, abs=4 * math.sqrt(0.25 / trials))


def test_models_that_share_images_can_have_less_power_than_independent_ones_and_never_less_than_the_worst() -> None:
    n, effect, trials, shared = 35, 0.5, 4_000, 0.9
    rng = np.random.default_rng(1)
    image = rng.normal(0, math.sqrt(shared), (trials, 1, n))
    x = effect + image + rng.normal(0, math.sqrt(1 - shared), (trials, 3, n))
    p = stats.ttest_1samp(x, 0, axis=-1, alternative="greater").pvalue
    found = float(np.mean([np.sum(holm(row) <= TWO_OF_THREE.level) >= 2 for row in p]))
    assert found < planned_power(TWO_OF_THREE, n, effect) - 0.03
    assert found > planned_power(replace(TWO_OF_THREE, dependence="any"), n, effect)


@settings(max_examples=50)
@given(plans, st.floats(0.2, 2), st.floats(0.3, 0.95))
def test_the_images_for_a_power_have_that_power(plan: PowerPlan, effect: float, target: float) -> None:
    n = planned_images(plan, toward(plan, effect), target)
    assert n == 2 or planned_power(plan, n, toward(plan, effect)) == pytest.approx(target, abs=1e-7)


@settings(max_examples=50)
@given(plans, st.integers(5, 500), st.floats(0.3, 0.95))
def test_the_effect_for_a_power_is_found_with_that_power(plan: PowerPlan, n: int, target: float) -> None:
    effect = planned_effect(plan, n, target)
    assert planned_power(plan, n, toward(plan, effect)) == pytest.approx(target, abs=1e-7)


@settings(max_examples=50)
@given(plans, st.integers(4, 300), st.floats(0.05, 1.5))
def test_power_grows_with_images_and_effects_and_shrinks_with_all_that_shares_the_level(
    plan: PowerPlan, n: int, effect: float
) -> None:
    base = planned_power(plan, n, toward(plan, effect))
    slack = 1e-9
    assert planned_power(plan, n + 5, toward(plan, effect)) >= base - slack
    assert planned_power(plan, n, toward(plan, 1.2 * effect)) >= base - slack
    assert planned_power(replace(plan, looks=plan.looks + 1), n, toward(plan, effect)) <= base + slack
    assert planned_power(replace(plan, comparisons=plan.comparisons + 1), n, toward(plan, effect)) <= base + slack
    assert planned_power(replace(plan, dependence="any"), n, toward(plan, effect)) <= base + slack
    if plan.claim is not None and plan.claim[0] < plan.claim[1]:
        stronger = replace(plan, claim=(plan.claim[0] + 1, plan.claim[1]))
        assert planned_power(stronger, n, toward(plan, effect)) <= base + slack


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"alpha": 0.0}, "alpha: "),
        ({"alpha": 1.0}, "alpha: "),
        ({"alpha": math.nan}, "alpha: "),
        ({"alpha": 1e-99, "looks": 20}, "alpha: "),
        ({"looks": 0}, "looks: "),
        ({"comparisons": 0}, "comparisons: "),
        ({"look_level": 0.0}, "look_level: "),
        ({"look_level": 0.06}, "look_level: "),
        ({"claim": (3, 2)}, "claim: 3 of 2"),
        ({"claim": (0, 2)}, "claim: 0 of 2"),
    ],
)
def test_a_plan_that_makes_no_sense_names_its_field(changes: dict[str, Any], named: str) -> None:
    with pytest.raises(ValueError, match=named):
        PowerPlan(**changes)


@pytest.mark.parametrize("target", [0.025, 0.01, 1.0, math.nan])
def test_a_power_that_a_mere_level_has_is_refused(target: float) -> None:
    with pytest.raises(ValueError, match="power: "):
        planned_effect(TWO_OF_THREE, 40, target)


def test_an_effect_of_zero_or_in_the_other_direction_needs_more_than_any_sample() -> None:
    for effect in (0.0, -0.5):
        with pytest.raises(ValueError, match="billion"):
            planned_images(TWO_OF_THREE, effect)
