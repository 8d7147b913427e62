"""Evidence after every image: it ends in the e-value of the sample, and misleads no more often than alpha."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats
from scipy.special import logsumexp

from benchmarks.calibration.counts import shown
from benchmarks.calibration.e_processes import anytime_p, e_partial_conjunction, log_e_process
from tasks.statistics.e_values import log_e_value

ALPHA = 0.05
log_e_values = st.lists(st.floats(-50, 50), min_size=1, max_size=8)


def drawn(seed: int, n: int = 60) -> NDArray[np.float64]:
    return np.random.default_rng(seed).normal(0.72, 0.1, n)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["greater", "less"]))
def test_the_process_ends_in_the_e_value_of_the_whole_sample(seed: int, side: str) -> None:
    x = drawn(seed)
    t = stats.ttest_1samp(x, 0.7).statistic * (1 if side == "greater" else -1)
    process = log_e_process(x, 0.7, 0.3, side)  # type: ignore[arg-type]
    assert process[-1] == pytest.approx(float(log_e_value(np.array(t), np.array(60), 0.3)), rel=1e-9, abs=1e-9)
    assert process[29] == pytest.approx(log_e_process(x[:30], 0.7, 0.3, side)[-1])  # type: ignore[arg-type]


@given(st.integers(0, 2**32 - 1), st.floats(0.001, 1000))
def test_the_process_does_not_depend_on_the_unit_and_its_end_not_on_the_order(seed: int, unit: float) -> None:
    x = drawn(seed)
    plain = log_e_process(x, 0.7, 0.3)
    assert log_e_process(unit * x, unit * 0.7, 0.3) == pytest.approx(plain, rel=1e-6, abs=1e-6)
    assert log_e_process(x[::-1], 0.7, 0.3)[-1] == pytest.approx(plain[-1], rel=1e-9)
    assert log_e_process(1.4 - x, 0.7, 0.3, "less") == pytest.approx(plain, rel=1e-6, abs=1e-6)


def test_a_missing_image_changes_nothing() -> None:
    x = drawn(0)
    holed = np.insert(x, [0, 10], np.nan)
    found = log_e_process(holed, 0.7, 0.3)
    assert found[0] == 0
    assert found[11] == found[10]
    assert np.delete(found, [0, 11]) == pytest.approx(log_e_process(x, 0.7, 0.3))


def test_many_studies_are_followed_at_once() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 50))
    found = log_e_process(x, 0.0, 0.5)
    assert found.shape == x.shape
    assert np.array_equal(found[1, 2], log_e_process(x[1, 2], 0.0, 0.5))


def test_values_on_the_threshold_are_no_evidence() -> None:
    assert (log_e_process(np.full(5, 0.7), 0.7, 0.3) < 0).all()


def test_nobody_who_stops_when_he_likes_is_misled_more_often_than_alpha() -> None:
    x = np.random.default_rng(2).normal(size=(4_000, 600))
    for scale in (0.2, 0.5):
        p = anytime_p(log_e_process(x, 0.0, scale))
        assert (np.diff(p, axis=-1) <= 0).all()
        misled = np.mean(p[:, -1] <= ALPHA)
        assert 0.01 < misled < ALPHA + 3 * math.sqrt(ALPHA / 4_000)
        naive = stats.t.sf(np.sqrt(np.arange(30, 601, 30)) * _standardised(x, 30), np.arange(29, 600, 30))
        assert np.mean((naive <= ALPHA).any(axis=1)) > 2 * ALPHA, "what looking without a plan would do"


def _standardised(x: NDArray[np.float64], every: int) -> NDArray[np.float64]:
    seen = range(every, x.shape[1] + 1, every)
    return np.stack([x[:, :n].mean(axis=1) / x[:, :n].std(axis=1, ddof=1) for n in seen], axis=1)


def test_a_true_effect_is_found_with_certainty_in_the_end() -> None:
    x = np.random.default_rng(3).normal(0.4, 1, size=(300, 600))
    assert (anytime_p(log_e_process(x, 0.0, 0.4))[:, -1] <= ALPHA).all()


def test_an_infinite_value_is_refused() -> None:
    with pytest.raises(ValueError, match="x and value must be finite"):
        log_e_process(np.array([1.0, np.inf]), 0.0, 0.5)


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
