from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.statistics.multiplicity import holm
from tasks.statistics.partial_conjunction import partial_conjunction

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)


def test_three_models_by_hand() -> None:
    assert partial_conjunction(np.array([0.001, 0.02, 0.2])) == pytest.approx([0.003, 0.04, 0.2], rel=1e-15)


def test_a_stronger_claim_is_never_easier_than_a_weaker_one() -> None:
    assert partial_conjunction(np.array([0.04, 0.041, 0.042])) == pytest.approx([0.12, 0.12, 0.12])


def test_studies_are_judged_one_by_one_along_the_leading_axes() -> None:
    p = np.random.default_rng(0).random((4, 5, 3)) ** 3
    whole = partial_conjunction(p)
    assert whole.shape == p.shape
    for at in np.ndindex(4, 5):
        assert np.array_equal(whole[at], partial_conjunction(p[at]))


def test_a_model_that_could_not_be_tested_counts_as_one() -> None:
    two, three = partial_conjunction(np.array([0.02, 0.01]), family=3), partial_conjunction(np.array([0.02, 0.01, 1]))
    assert np.array_equal(two, three)
    assert np.array_equal(partial_conjunction(np.array([]), family=3), [1, 1, 1])


@given(p_values, st.permutations(range(8)))
def test_the_order_of_the_models_has_no_influence(p: list[float], order: list[int]) -> None:
    shuffled = [p[i] for i in order if i < len(p)]
    assert np.array_equal(partial_conjunction(np.array(p)), partial_conjunction(np.array(shuffled)))


@given(p_values, st.integers(0, 7), st.floats(0, 1))
def test_no_value_rises_when_a_p_value_falls(p: list[float], at: int, share: float) -> None:
    lowered = np.array(p)
    lowered[at % len(p)] *= share
    assert (partial_conjunction(lowered) <= partial_conjunction(np.array(p))).all()


@given(p_values)
@settings(max_examples=30, deadline=None)  # importing statsmodels takes its time
def test_the_values_are_those_of_holm_in_order(p: list[float]) -> None:
    from statsmodels.stats.multitest import multipletests

    theirs = np.sort(multipletests(p, method="holm")[1])
    assert partial_conjunction(np.array(p)) == pytest.approx(theirs, rel=1e-12)
    assert np.array_equal(np.sort(holm(np.array(p))), partial_conjunction(np.array(p)))


@pytest.mark.parametrize("p", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    with pytest.raises(ValueError, match="p-values lie"):
        partial_conjunction(np.array(p))


def test_more_tests_than_were_planned_are_refused() -> None:
    with pytest.raises(ValueError, match="planned"):
        partial_conjunction(np.array([0.1, 0.2]), family=1)
