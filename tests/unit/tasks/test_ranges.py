"""Intervals of bounded measures stay within what the measure can be, hold their value, and cover as often as before."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.kinds import range_of
from store.metrics import AMOUNT, FREE, LOSS, SHARE, Range
from tasks.diagnostics.diagnosis import summarise
from tasks.diagnostics.losses import loss_of
from tasks.ranges import held
from tasks.statistics.intervals import t_interval


@pytest.mark.parametrize(
    ("metric", "within"),
    [
        ("mcs_raw", SHARE),
        ("mcs_raw_uniform", SHARE),
        ("layer/03/mcs_norm", SHARE),
        ("layer/vision/03/entropy_norm", SHARE),
        ("text_eot_entropy_norm", SHARE),
        ("fusion_image_mass", SHARE),
        ("vision_entropy_loss", LOSS),
        ("vision_entropy", AMOUNT),
        ("text_entropy_uniform", AMOUNT),
        ("layer/cross/00/gated_influence", AMOUNT),
        ("layer/fusion/00/log_odds", FREE),
        ("fusion_log_odds", FREE),
    ],
)
def test_a_measure_has_the_range_of_its_definition(metric: str, within: Range) -> None:
    assert range_of(metric) == within


@given(
    st.sampled_from([SHARE, LOSS, AMOUNT, FREE]),
    st.floats(-3, 3),
    st.floats(0, 5),
    st.floats(0, 5),
)
def test_a_held_interval_holds_its_value_and_all_of_it_that_is_possible(
    within: Range, value: float, below: float, above: float
) -> None:
    low, high = held(value, value - below, value + above, within)
    assert value - below <= low <= value <= high <= value + above
    for inside in np.linspace(value - below, value + above, 9):
        if within[0] <= inside <= within[1]:
            assert low <= inside <= high
    if within[0] <= value <= within[1]:
        assert within[0] <= low
        assert high <= within[1]


def test_held_intervals_cover_the_mean_exactly_as_often_as_those_that_leave_the_range() -> None:
    rng = np.random.default_rng(4)
    draws = rng.beta(5, 0.2, (2000, 12))
    low, high = t_interval(draws.T)
    assert (high > 1).mean() > 0.3
    bounds = [held(*case, SHARE) for case in zip(draws.mean(axis=1), low, high, strict=True)]
    mean = 5 / 5.2
    assert [a <= mean <= b for a, b in bounds] == [a <= mean <= b for a, b in zip(low, high, strict=True)]
    assert max(b for _, b in bounds) <= 1


def test_the_interval_of_a_summary_stays_within_the_range_of_its_measure() -> None:
    near_one = np.array([1.0, 1.0, 1.0, 0.7])
    assert summarise(near_one).high > 1  # type: ignore[operator]
    found = summarise(near_one, SHARE)
    assert found.high == 1
    assert found.low == summarise(near_one).low
    assert summarise(1 - near_one, SHARE).low == 0


def test_no_more_than_everything_is_lost_and_no_null_is_more_than_uniform() -> None:
    rng = np.random.default_rng(0)
    draws = np.clip(rng.normal(0.97, 0.05, (8, 1)) + rng.normal(0, 0.002, (8, 20)), 0, 1)
    lost = loss_of("vision", np.where(np.arange(20) % 10 == 0, 0.01, 0.0), draws)
    assert (lost.high, lost.null_high) == (1.0, 1.0)
    assert lost.low < lost.value < 1
    assert lost.null_low < lost.null
    kept = loss_of("vision", np.full(20, 0.6), draws * 0.5)
    assert kept.low < kept.value < 0, "a gain has no end"
    assert kept.null_high < 1


def test_what_cannot_be_told_stays_untold() -> None:
    assert all(math.isnan(bound) for bound in held(math.nan, math.nan, math.nan, SHARE))
