from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from tasks.statistics.adequacy import MINIMUM_IMAGES
from tasks.statistics.e_values import critical_t
from tasks.statistics.location import p_value
from tasks.statistics.look_plan import LookPlan, look_level
from tasks.statistics.power import power, sample_size
from tasks.statistics.prospects import Standing, images_needed, shift_to, standing

ONE_LOOK = LookPlan()


def stands(t: float, n: int, plan: LookPlan = ONE_LOOK, look: int = 1) -> Standing:
    return standing(lambda shift: p_value(t + shift, n - 1, "greater"), t / math.sqrt(n), n, 0.05, 3, plan, look)


def test_shifts_of_a_t_test_are_the_distances_to_its_critical_values() -> None:
    found = stands(2.0, 40)
    assert found.p == pytest.approx(stats.t.sf(2.0, 39))
    assert found.shifts == pytest.approx([stats.t.isf(0.05 / j, 39) - 2.0 for j in (1, 2, 3)], abs=1e-8)
    assert found.shifts[0] < 0 < found.shifts[1]


@given(st.floats(-5, 8), st.integers(30, 300), st.sampled_from(["bonferroni", "pocock", "obrien-fleming", "open"]))
@settings(max_examples=40, deadline=None)
def test_a_p_within_a_level_can_spare_a_shift_and_one_above_it_needs_one(t: float, n: int, kind: str) -> None:
    found = stands(t, n, LookPlan(kind, 3), 2)  # type: ignore[arg-type]
    for j, shift in enumerate(found.shifts, start=1):
        assert (found.p <= 0.05 / j) == (shift <= 0) or abs(shift) < 1e-8
    assert list(found.shifts) == sorted(found.shifts)


def test_the_images_needed_are_those_of_the_power_analysis() -> None:
    found = stands(1.8, 36)
    for j, n in enumerate(found.images, start=1):
        assert n == math.ceil(sample_size(0.3, 0.8, 0.05 / j, "one-sample", "greater"))
        assert (
            power(n, 0.3, 0.05 / j, "one-sample", "greater")
            >= 0.8
            > power(n - 1, 0.3, 0.05 / j, "one-sample", "greater")
        )


def test_an_effect_in_the_other_direction_needs_no_number_of_images() -> None:
    assert stands(-0.5, 40).images == (None, None, None)
    assert images_needed(0.0, 0.05, ONE_LOOK) is None
    assert images_needed(math.nan, 0.05, ONE_LOOK) is None
    assert images_needed(1e-6, 0.05, ONE_LOOK) is None
    assert images_needed(1e-6, 0.05, LookPlan("open")) is None


def test_a_large_effect_still_needs_a_sample() -> None:
    assert images_needed(5.0, 0.05, ONE_LOOK) == MINIMUM_IMAGES
    assert images_needed(5.0, 0.05, LookPlan("open")) == MINIMUM_IMAGES


def test_several_looks_ask_for_more_images_than_one_and_open_ones_for_more_again() -> None:
    one, pocock, spread = (
        images_needed(0.2, 0.05, plan) for plan in (ONE_LOOK, LookPlan("pocock", 5), LookPlan("open"))
    )
    assert one is not None and pocock is not None and spread is not None
    assert one < pocock < spread


@pytest.mark.parametrize(("effect", "level"), [(0.2, 0.05), (0.5, 0.01)])
def test_with_open_looks_the_images_needed_have_the_power(effect: float, level: float) -> None:
    plan = LookPlan("open", scale=effect)
    n = images_needed(effect, level, plan)
    assert n is not None

    def found(n: int) -> float:
        return float(stats.nct.sf(critical_t(level, n, effect), n - 1, effect * math.sqrt(n)))

    assert found(n) >= 0.8 > found(n - 1)


def test_more_images_are_counted_for_the_next_look_that_is_planned() -> None:
    plan = LookPlan("obrien-fleming", 4)
    for look, counted in ((1, 2), (3, 4), (4, 4)):
        level = look_level(0.05, 30, plan, counted)
        expected = math.ceil(sample_size(0.3, 0.8, level, "one-sample", "greater"))
        assert stands(1.8, 36, plan, look).images[0] == expected


def test_a_level_that_no_shift_reaches_is_infinitely_far() -> None:
    assert shift_to(0.0, lambda shift: p_value(shift, 10, "greater")) == math.inf
    assert shift_to(0.1, lambda _: 0.2) == math.inf
    assert shift_to(0.3, lambda _: 0.2) == -math.inf
