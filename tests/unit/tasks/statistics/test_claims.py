from __future__ import annotations

import math
from itertools import pairwise, product
from math import prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from tasks.statistics.claims import (
    RejectionProbability,
    at_least,
    claim,
    false_claim_bound,
    holm_count_at_least,
    holm_count_floor,
)
from tasks.statistics.multiplicity import holm

probabilities = st.lists(st.floats(0, 1), max_size=6)


def always(probability: float) -> RejectionProbability:
    """A model that is rejected with one probability at every level."""
    return lambda _: probability


@given(probabilities, st.integers(-1, 7))
def test_at_least_k_is_the_sum_over_all_outcomes(p: list[float], k: int) -> None:
    expected = sum(
        prod(q if happens else 1 - q for q, happens in zip(p, outcome, strict=True))
        for outcome in product((False, True), repeat=len(p))
        if sum(outcome) >= k
    )
    assert at_least(k, p) == pytest.approx(expected, abs=1e-12)


def test_uncorrected_claims_about_three_models_by_hand() -> None:
    two, three = (claim(k, 3, 0.05, always(0.8), "uncorrected") for k in (2, 3))
    assert (two.error_bound, three.error_bound) == pytest.approx((0.10, 0.05))
    assert (two.error_independent, three.error_independent) == pytest.approx((1 - 0.95**2, 0.05))
    assert (two.error_none, three.error_none) == pytest.approx((3 * 0.05**2 * 0.95 + 0.05**3, 0.05**3))
    assert (two.power, three.power) == pytest.approx((3 * 0.8**2 * 0.2 + 0.8**3, 0.8**3))


def test_corrected_claims_have_the_level_as_their_bound_for_every_k() -> None:
    for k in (1, 2, 3):
        found = claim(k, 3, 0.05, lambda level: level**0.1)
        assert found.error_bound == 0.05
        assert found.error_none <= found.error_independent <= 0.05 + 1e-15


def test_corrected_claims_by_hand() -> None:
    two = claim(2, 3, 0.06, lambda level: level)
    assert two.error_independent == pytest.approx(1 - (1 - 0.03) ** 2)
    one_below, both_below = 3 * 0.02 * (0.98**2 - 0.97**2), 3 * 0.02**2 * 0.98 + 0.02**3
    assert two.error_none == pytest.approx(one_below + both_below)


@pytest.mark.parametrize("certain", [0, 1])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_the_holm_count_follows_simulated_p_values(k: int, certain: int) -> None:
    m, alpha, exponent, trials = 3, 0.2, 3.0, 4_000
    p = np.random.default_rng(k).random((trials, m)) ** exponent
    p[:, :certain] = 0
    rejected = np.mean([np.sum(holm(row) <= alpha) >= k for row in p])
    expected = holm_count_at_least(k, m, alpha, lambda level: level ** (1 / exponent), certain)
    assert rejected == pytest.approx(expected, abs=4 * np.sqrt(0.25 / trials))


@pytest.mark.parametrize("shared", [0.0, 0.5, 1.0, "in turn"])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_no_dependence_takes_the_count_below_its_floor(k: int, shared: float | str) -> None:
    m, alpha, shift, trials = 3, 0.05, 3.2, 20_000
    rng = np.random.default_rng(k)
    if shared == "in turn":  # failures that avoid each other, as many as there can be
        u = (rng.random((trials, 1)) + np.arange(m) / m) % 1
        z = shift + norm.ppf(u)
    else:
        z = shift + math.sqrt(float(shared)) * rng.normal(size=(trials, 1))
        z = z + math.sqrt(1 - float(shared)) * rng.normal(size=(trials, m))
    found = np.mean([np.sum(holm(row) <= alpha) >= k for row in norm.sf(z)])
    floor = holm_count_floor(k, m, alpha, lambda level: float(norm.sf(norm.isf(level) - shift)))
    assert 0.2 < floor < found + 4 * math.sqrt(0.25 / trials)


@given(st.integers(1, 6), st.integers(1, 6), st.floats(0.001, 0.2), st.floats(0.01, 1))
def test_the_floor_lies_below_independence(k: int, m: int, alpha: float, exponent: float) -> None:
    if k <= m:
        floor = holm_count_floor(k, m, alpha, lambda level: level**exponent)
        assert 0 <= floor <= holm_count_at_least(k, m, alpha, lambda level: level**exponent) + 1e-12


@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 5), st.floats(0.001, 0.2))
def test_the_bound_holds_under_independence_and_no_state_of_nature_is_worse_than_k_minus_one(
    k: int, m: int, collapsed: int, alpha: float
) -> None:
    if not collapsed < k <= m:
        return
    bound = false_claim_bound(k, m, alpha, collapsed)
    assert at_least(k - collapsed, [alpha] * (m - collapsed)) <= bound + 1e-12
    assert bound <= false_claim_bound(k, m, alpha, k - 1) + 1e-12


def test_the_bound_is_attained_by_some_dependence() -> None:
    """Two of three p-values, each uniform, that are small together: each pair in turn, with probability alpha/2."""
    alpha = 0.1
    pairs_that_are_small = 3
    share_of_each_pair = alpha / 2
    each_model_is_small = 2 * share_of_each_pair
    assert each_model_is_small == pytest.approx(alpha)
    assert false_claim_bound(2, 3, alpha, collapsed=0) == pytest.approx(pairs_that_are_small * share_of_each_pair)


def test_the_bound_is_a_probability() -> None:
    assert false_claim_bound(1, 6, 0.4, collapsed=0) == 1
    assert claim(1, 6, 0.4, always(0.8), "uncorrected").error_bound == 1


@given(st.integers(1, 6), st.floats(0.001, 0.2), st.floats(0.2, 1))
def test_a_claim_about_more_models_has_less_power(m: int, alpha: float, exponent: float) -> None:
    powers = [claim(k, m, alpha, lambda level: level**exponent).power for k in range(1, m + 1)]
    assert all(more <= fewer + 1e-12 for fewer, more in pairwise(powers))


def test_models_that_are_always_found_are_always_claimed() -> None:
    assert claim(3, 3, 0.05, always(1.0)).power == pytest.approx(1)


@pytest.mark.parametrize(("k", "m", "alpha"), [(0, 3, 0.05), (4, 3, 0.05), (2, 3, 0.0), (2, 3, 1.0)])
def test_a_claim_that_makes_no_sense_is_refused(k: int, m: int, alpha: float) -> None:
    with pytest.raises(ValueError, match="no claim"):
        claim(k, m, alpha, lambda level: level)


def test_a_true_claim_has_no_false_claim_bound() -> None:
    with pytest.raises(ValueError, match="no false claim"):
        false_claim_bound(2, 3, 0.05, collapsed=2)
