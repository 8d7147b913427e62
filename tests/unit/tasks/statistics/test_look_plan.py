from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.statistics.e_values import log_e_value
from tasks.statistics.location import p_value
from tasks.statistics.look_plan import LookKind, LookPlan, adjusted_p, look_level

KINDS: tuple[LookKind, ...] = ("bonferroni", "pocock", "obrien-fleming", "open")
plans = st.builds(LookPlan, st.sampled_from(KINDS), st.sampled_from([1, 2, 5]), st.sampled_from([0.2, 0.5]))
few = settings(max_examples=50, deadline=None)


@given(plans, st.floats(0.001, 0.3), st.integers(30, 500), st.floats(0.1, 10))
@few
def test_an_adjusted_p_is_within_alpha_exactly_where_the_nominal_one_is_within_the_level_of_the_look(
    plan: LookPlan, alpha: float, n: int, times: float
) -> None:
    level = look_level(alpha, n, plan)
    assert adjusted_p(np.array(level), n, plan) == pytest.approx(alpha, rel=1e-6)
    p = min(1.0, times * level)
    if abs(times - 1) > 1e-6:
        assert (adjusted_p(np.array(p), n, plan) <= alpha) == (p <= level)


@given(plans, st.floats(0, 1), st.integers(2, 500))
@few
def test_the_two_directions_of_a_test_never_add_up_to_less_than_one(plan: LookPlan, p: float, n: int) -> None:
    both = adjusted_p(np.array([p, 1 - p]), n, plan)
    assert both.sum() >= 1 - 1e-12
    assert (both >= 0).all()


def test_one_look_of_a_fixed_number_leaves_p_as_it_is() -> None:
    p = np.array([1e-12, 0.04, 0.9])
    for kind in ("bonferroni", "pocock", "obrien-fleming"):
        assert adjusted_p(p, 40, LookPlan(kind)) == pytest.approx(p)


def test_with_open_looks_p_is_one_over_the_e_value_of_the_sample() -> None:
    x = np.random.default_rng(0).normal(0.3, 1, 80)
    t = x.mean() / (x.std(ddof=1) / np.sqrt(80))
    found = adjusted_p(np.array(p_value(t, 79, "greater")), 80, LookPlan("open", scale=0.3))
    assert found == pytest.approx(np.exp(-float(log_e_value(np.array(t), np.array(80), 0.3))), rel=1e-9)


def test_no_p_is_ever_zero_with_open_looks() -> None:
    found = adjusted_p(np.array([0.0, 1.0]), 50_000, LookPlan("open"))
    assert found[0] > 0
    assert found[1] == 1


def test_what_makes_no_plan_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="looks must be 1 or more"):
        LookPlan("pocock", 0)
    with pytest.raises(ValueError, match="scale"):
        LookPlan("open", scale=0.0)
    with pytest.raises(ValueError, match="look 3 of 2"):
        adjusted_p(np.array(0.1), 40, LookPlan("pocock", 2), look=3)
    for p, n in ((1.1, 40), (0.1, 1)):
        with pytest.raises(ValueError, match="p-values"):
            adjusted_p(np.array(p), n, LookPlan("open"))
