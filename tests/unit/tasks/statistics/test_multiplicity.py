from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.statistics.multiplicity import benjamini_hochberg, holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=12)


def test_holm_by_hand() -> None:
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_holm_counts_like_partial_conjunction() -> None:
    assert holm(np.array([0.2, 0.001, 0.02])).tolist() == pytest.approx([0.2, 0.003, 0.04])


def test_a_hypothesis_that_could_not_be_tested_keeps_its_place_in_the_family() -> None:
    assert holm(np.array([0.01, 0.03]), family=3).tolist() == pytest.approx([0.03, 0.06])


def test_statsmodels_agrees() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.random.default_rng(0).random(20) ** 4
    assert holm(p).tolist() == pytest.approx(multipletests(p, method="holm")[1].tolist(), rel=1e-14)


def test_an_empty_family_has_nothing_to_adjust() -> None:
    assert holm(np.array([])).size == 0
    assert holm(np.array([]), family=3).size == 0


@given(p_values)
def test_holm_lies_between_the_plain_value_and_bonferroni_and_keeps_the_order(p: list[float]) -> None:
    plain = np.array(p)
    adjusted = holm(plain)
    assert (adjusted >= plain).all()
    assert (adjusted <= np.minimum(1, plain * plain.size)).all()
    assert (np.diff(adjusted[np.argsort(plain)]) >= 0).all()


@given(p_values, st.randoms(use_true_random=False))
def test_holm_does_not_depend_on_the_order_of_the_hypotheses(p: list[float], random: object) -> None:
    order = np.arange(len(p))
    random.shuffle(order)  # type: ignore[attr-defined]
    assert np.array_equal(holm(np.array(p)[order]), holm(np.array(p))[order])


@given(p_values, st.integers(0, 11), st.floats(0, 1))
def test_holm_is_monotone_in_every_value(p: list[float], at: int, smaller: float) -> None:
    lowered = np.array(p)
    lowered[at % len(p)] *= smaller
    assert (holm(lowered) <= holm(np.array(p))).all()


@pytest.mark.parametrize("p", [[-0.1], [1.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(p: list[float]) -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="p-values"):
            adjust(np.array(p))


def test_more_tests_than_were_planned_are_refused() -> None:
    for adjust in (holm, benjamini_hochberg):
        with pytest.raises(ValueError, match="planned"):
            adjust(np.array([0.1, 0.2]), family=1)


def test_benjamini_hochberg_by_hand() -> None:
    assert benjamini_hochberg(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == pytest.approx([0.02, 0.04, 0.04, 0.02])
    assert benjamini_hochberg(np.array([0.01, 0.03]), family=4).tolist() == pytest.approx([0.04, 0.06])
    assert benjamini_hochberg(np.array([])).size == 0


@given(p_values)
def test_statsmodels_and_scipy_agree_with_benjamini_hochberg(p: list[float]) -> None:
    from scipy.stats import false_discovery_control
    from statsmodels.stats.multitest import multipletests

    found = benjamini_hochberg(np.array(p))
    assert found.tolist() == pytest.approx(multipletests(p, method="fdr_bh")[1].tolist(), rel=1e-12)
    assert found.tolist() == pytest.approx(false_discovery_control(p).tolist(), rel=1e-12)


@given(p_values, st.randoms(use_true_random=False))
def test_benjamini_hochberg_does_not_depend_on_the_order_and_is_never_above_holm(
    p: list[float], random: object
) -> None:
    order = np.arange(len(p))
    random.shuffle(order)  # type: ignore[attr-defined]
    found = benjamini_hochberg(np.array(p))
    assert np.array_equal(benjamini_hochberg(np.array(p)[order]), found[order])
    assert (np.array(p) <= found).all()
    assert (found <= holm(np.array(p)) * (1 + 1e-12)).all()


@given(p_values, st.integers(0, 11), st.floats(0, 1))
def test_benjamini_hochberg_is_monotone_in_every_value(p: list[float], at: int, smaller: float) -> None:
    lowered = np.array(p)
    lowered[at % len(p)] *= smaller
    assert (benjamini_hochberg(lowered) <= benjamini_hochberg(np.array(p))).all()


def test_a_missing_value_loses_statsmodels_the_whole_family_and_is_refused_here() -> None:
    from statsmodels.stats.multitest import multipletests

    p = np.array([0.01, np.nan, 0.03])
    assert np.isnan(multipletests(p, method="fdr_bh")[1]).all()
    with pytest.raises(ValueError, match="p-values"):
        benjamini_hochberg(p)
