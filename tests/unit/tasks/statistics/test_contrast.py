"""A mean beside that of draws from a null: what the test says, and how often it is wrong."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from tasks.statistics.draws import against_draws


def test_where_images_do_not_matter_it_is_the_t_test_for_one_more_draw() -> None:
    of_draws = np.random.default_rng(0).normal(0.9, 0.01, 8)
    draws = np.repeat(of_draws[:, None], 32, axis=1)
    found = against_draws(np.full(32, 0.85), draws)
    t = (0.85 - of_draws.mean()) / (of_draws.std(ddof=1) * (1 + 1 / 8) ** 0.5)
    assert found.p == pytest.approx(2 * stats.t.sf(abs(t), 7))
    assert found.p_below(0.0) == pytest.approx(stats.t.cdf(t, 7))
    low, high = stats.t.interval(0.95, 7, of_draws.mean(), of_draws.std(ddof=1) * (1 + 1 / 8) ** 0.5)
    assert (found.null_low, found.null_high) == (pytest.approx(low), pytest.approx(high))


def test_a_model_that_is_one_more_draw_differs_in_one_case_of_twenty() -> None:
    rng = np.random.default_rng(1)
    images = rng.normal(0.8, 0.05, 32)
    p = []
    for _ in range(2000):
        drawn = images + rng.normal(0, 0.01, (9, 1)) + rng.normal(0, 0.01, (9, 32))
        p.append(against_draws(drawn[0], drawn[1:]).p)
    assert np.mean(np.array(p) <= 0.05) == pytest.approx(0.05, abs=0.015)


def test_one_more_draw_on_more_images_differs_in_no_more_cases_than_that() -> None:
    """What images have in common in all draws cancels on the same ones alone, so that the test is careful."""
    rng = np.random.default_rng(5)
    rates = {}
    for shared in (0.0, 0.03):
        p = []
        for _ in range(2000):
            drawn = rng.normal(0, shared, 40) + 0.8 + rng.normal(0, 0.01, (9, 1)) + rng.normal(0, 0.01, (9, 40))
            p.append(against_draws(drawn[0], drawn[1:, :8]).p)
        rates[shared] = np.mean(np.array(p) <= 0.05)
    assert rates[0.0] == pytest.approx(0.05, abs=0.015)
    assert rates[0.03] < 0.055


def test_more_images_than_those_of_the_draws_count_all() -> None:
    rng = np.random.default_rng(6)
    draws, values = rng.normal(0.9, 0.001, (8, 8)), rng.normal(0.5, 0.1, 200)
    found = against_draws(values, draws)
    assert found.difference == pytest.approx(values.mean() - draws.mean())
    assert found.high - found.low == pytest.approx(2 * 1.97 * 0.1 / 200**0.5, rel=0.1)


def test_what_varies_between_images_widens_the_interval() -> None:
    rng = np.random.default_rng(2)
    draws = 0.9 + rng.normal(0, 0.01, (8, 1)) + np.zeros((8, 32))
    steady, varied = np.full(32, 0.8), np.full(32, 0.8) + np.tile([0.2, -0.2], 16)
    narrow, wide = against_draws(steady, draws), against_draws(varied, draws)
    assert wide.difference == pytest.approx(narrow.difference)
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def test_the_p_value_is_the_same_on_either_side_and_not_cut_off() -> None:
    draws = np.random.default_rng(3).normal(0.5, 1e-4, (8, 1)) + np.zeros((8, 32))
    centre = draws.mean()
    below, above = (against_draws(np.full(32, centre + shift), draws).p for shift in (-0.4, 0.4))
    assert above == pytest.approx(below)
    assert 0 < above < 1e-15


def test_without_any_variance_only_equal_means_are_the_same() -> None:
    draws = np.ones((8, 4))
    assert against_draws(np.ones(4), draws).p == 1
    assert against_draws(np.full(4, 0.5), draws).p == 0
    assert against_draws(np.full(4, 0.5), draws).p_below(-0.4) == 0


def test_too_few_draws_or_images_are_refused() -> None:
    with pytest.raises(ValueError, match="two draws and two images"):
        against_draws(np.ones(4), np.ones((1, 4)))
    with pytest.raises(ValueError, match="two draws and two images"):
        against_draws(np.ones(3), np.ones((8, 4)))
