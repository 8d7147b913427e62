"""How many models are shown to collapse: by hand, by Holm, by closed testing, and as computed beforehand."""

from __future__ import annotations

from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.calibration.counts import counting, shown
from tasks.statistics.claims import RejectionProbability, claim
from tasks.statistics.multiplicity import holm

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=8)
levels = st.floats(0.001, 0.5)


def test_three_models_by_hand() -> None:
    assert shown(np.array([0.2, 0.001, 0.02]), 0.05) == 2
    assert shown(np.array([0.2, 0.001, 0.02]), 0.039) == 1
    assert shown(np.array([0.2, 0.001, 0.02]), 0.2) == 3
    assert shown(np.array([0.9, 0.3]), 0.05) == 0


def test_studies_are_counted_one_by_one_along_the_leading_axes() -> None:
    p = np.random.default_rng(0).random((4, 5, 3)) ** 3
    assert shown(p, 0.1).shape == (4, 5)
    for at in np.ndindex(4, 5):
        assert shown(p, 0.1)[at] == shown(p[at], 0.1)


def test_a_model_that_could_not_be_tested_is_not_counted() -> None:
    assert shown(np.array([0.02, 0.01]), 0.05, family=3) == 2
    assert shown(np.array([]), 0.05, family=3) == 0


@given(p_values, levels, st.integers(0, 7), st.floats(0, 1))
def test_the_count_never_falls_when_a_p_value_does(p: list[float], alpha: float, at: int, share: float) -> None:
    lowered = np.array(p)
    lowered[at % len(p)] *= share
    assert shown(lowered, alpha) >= shown(np.array(p), alpha)


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


def test_more_tests_than_were_planned_and_a_level_that_is_none_are_refused() -> None:
    with pytest.raises(ValueError, match="planned"):
        shown(np.array([0.1, 0.2]), 0.05, family=1)
    for alpha in (0.0, 1.0, float("nan")):
        with pytest.raises(ValueError, match="alpha"):
            shown(np.array([0.1]), alpha)


@pytest.mark.parametrize("collapsed", [0, 1, 2, 3])
def test_the_count_of_models_follows_simulated_p_values(collapsed: int) -> None:
    m, alpha, exponent, trials = 3, 0.2, 3.0, 40_000
    p = np.random.default_rng(collapsed).random((trials, m))
    p[:, :collapsed] **= exponent
    count = shown(p, alpha)
    found = counting(m, alpha, lambda level: level ** (1 / exponent), collapsed)
    for u in range(m + 1):
        assert found.at_least[u] == pytest.approx(np.mean(count >= u), abs=4 * np.sqrt(0.25 / trials))
    assert found.mean == pytest.approx(np.mean(count), abs=0.02)
    assert found.error == pytest.approx(np.mean(count > collapsed), abs=4 * np.sqrt(0.25 / trials))


@given(st.integers(1, 6), st.floats(0.001, 0.3), st.floats(0.05, 1))
def test_the_count_says_more_than_the_truth_with_alpha_at_most_whatever_the_truth_is(
    m: int, alpha: float, exponent: float
) -> None:
    for collapsed in range(m + 1):
        found = counting(m, alpha, lambda level: level**exponent, collapsed)
        assert found.error <= alpha + 1e-12
        assert found.at_least[0] == pytest.approx(1)
        assert all(more <= fewer + 1e-12 for fewer, more in pairwise(found.at_least))


def test_one_count_answers_both_claims_about_three_models() -> None:
    """Reading û off answers "2 of 3" and "3 of 3" with the power that each claim would have had alone."""
    power: RejectionProbability = lambda level: level**0.2  # noqa: E731
    found = counting(3, 0.05, power, 3)
    assert found.at_least[2] == pytest.approx(claim(2, 3, 0.05, power).power)
    assert found.at_least[3] == pytest.approx(claim(3, 3, 0.05, power).power)
    assert counting(3, 0.05, lambda _: 1.0, 1).error == pytest.approx(claim(2, 3, 0.05, power).error_independent)


@pytest.mark.parametrize(("m", "alpha", "collapsed"), [(3, 0.05, 4), (3, 0.05, -1), (0, 0.05, 0), (3, 1.0, 1)])
def test_a_count_that_makes_no_sense_is_refused(m: int, alpha: float, collapsed: int) -> None:
    with pytest.raises(ValueError, match="no count"):
        counting(m, alpha, lambda level: level, collapsed)
