from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logsumexp

from tasks.statistics.multiplicity import holm
from tasks.statistics.partial_conjunction import e_partial_conjunction, partial_conjunction, shown

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)
log_e_values = st.lists(st.floats(-50, 50), min_size=1, max_size=8)
levels = st.floats(0.001, 0.5)


def test_three_models_by_hand() -> None:
    assert partial_conjunction(np.array([0.001, 0.02, 0.2])) == pytest.approx([0.003, 0.04, 0.2], rel=1e-15)
    assert shown(np.array([0.2, 0.001, 0.02]), 0.05) == 2
    assert shown(np.array([0.2, 0.001, 0.02]), 0.039) == 1
    assert shown(np.array([0.2, 0.001, 0.02]), 0.2) == 3
    assert shown(np.array([0.9, 0.3]), 0.05) == 0


def test_a_stronger_claim_is_never_easier_than_a_weaker_one() -> None:
    assert partial_conjunction(np.array([0.04, 0.041, 0.042])) == pytest.approx([0.12, 0.12, 0.12])


def test_studies_are_judged_one_by_one_along_the_leading_axes() -> None:
    p = np.random.default_rng(0).random((4, 5, 3)) ** 3
    whole = partial_conjunction(p)
    assert whole.shape == p.shape
    assert shown(p, 0.1).shape == (4, 5)
    for at in np.ndindex(4, 5):
        assert np.array_equal(whole[at], partial_conjunction(p[at]))
        assert shown(p, 0.1)[at] == shown(p[at], 0.1)


def test_a_model_that_could_not_be_tested_counts_as_one() -> None:
    two, three = partial_conjunction(np.array([0.02, 0.01]), family=3), partial_conjunction(np.array([0.02, 0.01, 1]))
    assert np.array_equal(two, three)
    assert shown(np.array([0.02, 0.01]), 0.05, family=3) == 2
    assert shown(np.array([]), 0.05, family=3) == 0


@given(p_values, st.permutations(range(8)))
def test_the_order_of_the_models_has_no_influence(p: list[float], order: list[int]) -> None:
    shuffled = [p[i] for i in order if i < len(p)]
    assert np.array_equal(partial_conjunction(np.array(p)), partial_conjunction(np.array(shuffled)))


@given(p_values, levels, st.integers(0, 7), st.floats(0, 1))
def test_the_count_never_falls_when_a_p_value_does(p: list[float], alpha: float, at: int, share: float) -> None:
    lowered = np.array(p)
    lowered[at % len(p)] *= share
    assert (partial_conjunction(lowered) <= partial_conjunction(np.array(p))).all()
    assert shown(lowered, alpha) >= shown(np.array(p), alpha)


@given(p_values)
@settings(max_examples=30, deadline=None)  # importing statsmodels takes its time
def test_the_values_are_those_of_holm_in_order(p: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    theirs = np.sort(multipletests(p, method="holm")[1])
    assert partial_conjunction(np.array(p)) == pytest.approx(theirs, rel=1e-12)
    assert np.array_equal(np.sort(holm(np.array(p))), partial_conjunction(np.array(p)))


@given(p_values, levels)
def test_the_count_is_the_number_that_holm_rejects(p: list[float], alpha: float) -> None:
    assert shown(np.array(p), alpha) == np.sum(holm(np.array(p)) <= alpha)


@given(p_values, levels)
def test_at_least_u_is_shown_when_bonferroni_rejects_for_every_set_that_leaves_fewer(
    p: list[float], alpha: float
) -> None:
    """u or more are false: no m - u + 1 of the hypotheses can all be true, and so for each smaller u."""
    m = len(p)
    refuted = [
        all(min(chosen) * (m - u + 1) <= alpha for chosen in combinations(p, m - u + 1)) for u in range(1, m + 1)
    ]
    expected = next((u for u, holds in enumerate(refuted) if not holds), m)
    assert shown(np.array(p), alpha) == expected


@pytest.mark.parametrize("p", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="p-values lie"):
        partial_conjunction(np.array(p))


def test_more_tests_than_were_planned_and_a_level_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="planned"):
        shown(np.array([0.1, 0.2]), 0.05, family=1)
    for alpha in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="alpha"):
            shown(np.array([0.1]), alpha)


def test_e_values_of_three_models_by_hand() -> None:
    found = np.exp(e_partial_conjunction(np.log([60.0, 10.0, 2.0])))
    assert found == pytest.approx([24.0, 6.0, 2.0])


@given(log_e_values)
def test_the_e_value_for_u_models_is_the_least_mean_of_any_that_many_others(log_e: list[float]) -> None:
    m = len(log_e)
    found = e_partial_conjunction(np.array(log_e))
    for u in range(1, m + 1):
        means = [logsumexp(chosen) - math.log(m - u + 1) for chosen in combinations(log_e, m - u + 1)]
        assert found[u - 1] == pytest.approx(min(means), abs=1e-9)
    assert (np.diff(found) <= 1e-9).all()


@given(log_e_values, st.floats(0.001, 0.5))
def test_means_of_e_values_show_no_fewer_models_than_their_p_values_do(log_e: list[float], alpha: float) -> None:
    by_p = shown(np.minimum(1, np.exp(-np.array(log_e))), alpha)
    by_e = np.sum(e_partial_conjunction(np.array(log_e)) >= -math.log(alpha) - 1e-9)
    assert by_e >= by_p


def test_a_model_without_an_e_value_shows_nothing() -> None:
    found = e_partial_conjunction(np.array([-np.inf, 5.0, 5.0]))
    assert found[2] == -np.inf
    assert np.exp(found[1]) == pytest.approx(math.exp(5) / 2)
    with pytest.raises(ValueError, match="log_e holds NaN"):
        e_partial_conjunction(np.array([0.0, np.nan]))
