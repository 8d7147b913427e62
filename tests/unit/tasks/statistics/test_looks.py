from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import multivariate_normal, norm

from tasks.statistics.looks import (
    Boundaries,
    Sides,
    crossing,
    equally_spaced,
    nominal_level,
    plan_looks,
    repeated_p,
)

KINDS: tuple[Boundaries, ...] = ("bonferroni", "pocock", "obrien-fleming")
TEN = equally_spaced(10)
kinds = st.sampled_from(KINDS)
uneven = st.lists(st.integers(1, 9), min_size=1, max_size=5).map(
    lambda steps: tuple(float(seen) for seen in np.cumsum(steps) / sum(steps))
)
few = settings(max_examples=40, deadline=None)


@pytest.mark.parametrize(("looks", "rejected"), [(1, 0.05), (2, 0.083), (5, 0.142), (10, 0.193), (50, 0.320)])
def test_naive_looks_reject_a_true_null_as_armitage_mcpherson_and_rowe_found(looks: int, rejected: float) -> None:
    found = crossing([norm.isf(0.025)] * looks, equally_spaced(looks), "two-sided").sum()
    assert found == pytest.approx(rejected, abs=5e-4)


@pytest.mark.parametrize(
    ("looks", "alpha", "pocock", "obrien_fleming"),
    [(2, 0.05, 2.178, 1.977), (5, 0.05, 2.413, 2.040), (10, 0.05, 2.555, 2.087), (10, 0.01, 3.117, 2.660),
     (5, 0.1, 2.122, 1.751)],
)  # fmt: skip
def test_two_sided_constants_are_the_published_ones(
    looks: int, alpha: float, pocock: float, obrien_fleming: float
) -> None:
    fractions = equally_spaced(looks)
    first = plan_looks(alpha, "pocock", fractions, "two-sided")
    assert first.critical == pytest.approx([pocock] * looks, abs=5e-4)
    last = plan_looks(alpha, "obrien-fleming", fractions, "two-sided")
    assert last.critical == pytest.approx([obrien_fleming / math.sqrt(seen) for seen in fractions], abs=5e-4 * looks)
    assert last.critical[-1] == pytest.approx(obrien_fleming, abs=5e-4)


@pytest.mark.parametrize("kind", ["pocock", "obrien-fleming"])
def test_one_sided_boundaries_are_the_two_sided_ones_at_twice_the_level(kind: Boundaries) -> None:
    """But for paths that cross both sides, which count once where either counts."""
    one, two = plan_looks(0.025, kind, TEN), plan_looks(0.05, kind, TEN, "two-sided")
    assert one.critical == pytest.approx(two.critical, abs=1e-4)
    assert one.critical[0] > two.critical[0]


@pytest.mark.parametrize("sides", ["one-sided", "two-sided"])
@pytest.mark.parametrize("fractions", [(0.5, 1.0), (0.2, 0.7, 1.0)])
def test_crossings_agree_with_the_multivariate_normal_distribution(fractions: tuple[float, ...], sides: Sides) -> None:
    critical, drift = np.linspace(1.2, 2.0, len(fractions)), 0.7
    root = np.sqrt(fractions)
    correlation = np.minimum.outer(root, root) / np.maximum.outer(root, root)
    law = multivariate_normal(drift * root, correlation, abseps=1e-9, releps=1e-9, maxpts=10**7)
    inside = law.cdf(critical, lower_limit=-critical if sides == "two-sided" else None)
    assert crossing(critical, fractions, sides, drift).sum() == pytest.approx(1 - inside, abs=1e-7)


def test_crossings_are_those_of_simulated_sums() -> None:
    fractions, critical, studies = (0.1, 0.4, 1.0), np.array([2.0, 1.5, 1.8]), 40_000
    steps = np.diff([0.0, *fractions])
    z = np.cumsum(np.random.default_rng(0).normal(size=(studies, 3)) * np.sqrt(steps), axis=1) / np.sqrt(fractions)
    first = np.argmax(z >= critical, axis=1)[(z >= critical).any(axis=1)]
    simulated = np.bincount(first, minlength=3) / studies
    assert crossing(critical, fractions) == pytest.approx(simulated, abs=4 * math.sqrt(0.06 / studies))


@given(uneven, st.floats(0.001, 0.4), kinds, st.sampled_from(["one-sided", "two-sided"]))
@few
def test_boundaries_use_up_alpha_and_no_more(
    fractions: tuple[float, ...], alpha: float, kind: Boundaries, sides: Sides
) -> None:
    plan = plan_looks(alpha, kind, fractions, sides)
    spent = crossing(plan.critical, fractions, sides).sum()
    if kind == "bonferroni" and len(fractions) > 1:
        assert spent < alpha
        assert sum(plan.levels) == pytest.approx(alpha)
    else:
        assert spent == pytest.approx(alpha, rel=1e-9)


def test_obrien_and_fleming_ask_much_at_first_and_little_at_last() -> None:
    plan = plan_looks(0.05, "obrien-fleming", TEN)
    assert all(earlier < later for earlier, later in pairwise(plan.levels))
    assert plan.levels[0] < 1e-7
    assert plan_looks(0.05, "pocock", TEN).levels[0] < plan.levels[-1] < 0.05


@given(uneven, st.floats(0.0005, 0.3), kinds, st.sampled_from(["one-sided", "two-sided"]), st.integers(0, 4))
@few
def test_the_adjusted_p_is_alpha_where_the_boundary_is_met(
    fractions: tuple[float, ...], alpha: float, kind: Boundaries, sides: Sides, at: int
) -> None:
    look = at % len(fractions) + 1
    level = nominal_level(alpha, kind, look, fractions, sides)
    below, met, above = repeated_p(np.array([level * 0.999, level, level * 1.001]), kind, look, fractions, sides)
    assert met == pytest.approx(alpha, rel=1e-9)
    assert below < alpha < above


@given(st.lists(st.floats(0, 1), min_size=2, max_size=5), kinds, st.integers(1, 4))
@few
def test_adjusted_p_values_keep_their_order_and_are_never_smaller(p: list[float], kind: Boundaries, look: int) -> None:
    fractions = equally_spaced(4)
    found = repeated_p(np.array(p), kind, look, fractions)
    assert ((found >= np.array(p)) & (found <= 1)).all()
    assert (np.diff(found[np.argsort(p, kind="stable")]) >= 0).all()


def test_a_single_look_changes_no_p_value() -> None:
    p = np.array([[0.0, 1e-300], [0.2, 1.0]])
    for kind in KINDS:
        assert repeated_p(p, kind, 1, (1.0,)) == pytest.approx(p, rel=1e-12)


def test_the_smallest_adjusted_p_of_all_looks_is_a_p_value() -> None:
    studies, fractions = 4_000, equally_spaced(5)
    steps = np.random.default_rng(1).normal(size=(studies, 5))
    z = np.cumsum(steps, axis=1) / np.sqrt(np.arange(1, 6))
    for kind in ("pocock", "obrien-fleming"):
        # The adjusted p is at most a where the nominal one is at most the level for a.
        for a in (0.01, 0.1, 0.3):
            levels = [nominal_level(a, kind, look, fractions) for look in range(1, 6)]
            assert np.mean((norm.sf(z) <= levels).any(axis=1)) == pytest.approx(a, abs=4 * math.sqrt(a / studies))


@pytest.mark.parametrize(
    "fractions", [(), (0.5,), (0.5, 0.5, 1.0), (0.7, 0.5, 1.0), (0.0, 1.0), (0.5, 1.2), (float("nan"), 1.0)]
)
def test_fractions_that_do_not_ascend_to_one_are_refused(fractions: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="fractions must ascend"):
        plan_looks(0.05, "pocock", fractions)


def test_what_makes_no_plan_is_refused_by_name() -> None:
    for alpha in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="alpha"):
            plan_looks(alpha, "pocock", (0.5, 1.0))
    with pytest.raises(ValueError, match="look 3 of 2"):
        nominal_level(0.05, "pocock", 3, (0.5, 1.0))
    with pytest.raises(ValueError, match="looks must be 1 or more"):
        equally_spaced(0)
    with pytest.raises(ValueError, match="p-values"):
        repeated_p(np.array([1.1]), "pocock", 1, (0.5, 1.0))
    with pytest.raises(ValueError, match="critical"):
        crossing([2.0], (0.5, 1.0))
