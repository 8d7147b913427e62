"""How planted runs are scored: areas, localisation, shares and explained variance, as arithmetic."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.planted.false_alarms import outside
from benchmarks.planted.goals import reached
from benchmarks.planted.scores import auc, by_share, by_spread, localised, r_squared, share, slope, stratified_auc
from tasks.diagnostics.losses import Loss


def loss(name: str, value: float, band: float, null: float = 0.9) -> Loss:
    return Loss(name, value, value, value, 1.0, 1.0, null, null - band, null + band)


def test_the_area_is_the_share_of_pairs_in_the_right_order_and_ties_count_half() -> None:
    assert auc([3, 4], [1, 2]) == 1
    assert auc([1, 2], [3, 4]) == 0
    assert auc([1, 1], [1, 1, 1]) == 0.5
    assert auc([2, 5], [1, 3, 4]) == pytest.approx(4 / 6)
    with pytest.raises(ValueError, match="positives and negatives"):
        auc([], [1])


def test_strata_are_compared_within_themselves() -> None:
    low, high = {"low": [0.2, 0.3], "high": [5.2]}, {"low": [0.0, 0.1], "high": [5.0, 5.3]}
    found = stratified_auc(low, high)
    assert found.mean == pytest.approx((4 * 1 + 2 * 0.5) / 6), "pooled, 5.0 would stand above 0.3"
    assert found.least == 0.5
    with pytest.raises(KeyError):
        stratified_auc({"other": [1.0]}, high)


def test_a_unit_is_localised_when_it_alone_has_the_greatest_score() -> None:
    assert localised({"a": 3.0, "b": 2.0}, "a")
    assert not localised({"a": 3.0, "b": 3.0}, "a")
    assert not localised({"a": 1.0, "b": 2.0}, "a")


def test_a_small_loss_counts_for_more_where_seeds_hardly_differ() -> None:
    losses = [
        loss("vision/00/00", 0.02, band=0.001),
        loss("vision/00/01", 0.001, band=0.003),
        loss("text/00/00", 0.1, band=0.05, null=0.8),
    ]
    shares, spreads = by_share(losses), by_spread(losses)
    assert not localised(shares, "vision/00/00")
    assert localised(spreads, "vision/00/00")
    spread = (0.5 * (0.001**2 + 0.003**2)) ** 0.5
    assert spreads["vision/00/00"] == pytest.approx(0.02 * 0.9 / spread), "units of a tower share their spread"
    assert spreads["text/00/00"] == pytest.approx(0.1 * 0.8 / 0.05)


def test_a_share_has_its_exact_interval() -> None:
    none, some = share([False] * 200), share([True] * 10 + [False] * 190)
    assert (none.value, none.low) == (0, 0)
    assert none.high == pytest.approx(1 - 0.025 ** (1 / 200))
    assert (some.value, some.n) == (0.05, 200)
    assert (some.low, some.high) == (pytest.approx(0.0242, abs=1e-4), pytest.approx(0.0900, abs=1e-4))
    with pytest.raises(ValueError, match="trials"):
        share([])


def test_a_line_explains_what_it_explains() -> None:
    x = np.arange(100.0)
    noise = np.random.default_rng(0).normal(0, 1, 100)
    assert r_squared(x, 3 - 2 * x) == pytest.approx(1)
    assert slope(x, 3 - 2 * x) == pytest.approx(-2)
    assert r_squared(x, noise) < 0.1
    with pytest.raises(ValueError, match="constant"):
        r_squared(x, np.ones(100))


@pytest.mark.parametrize(
    ("whole", "parts", "said"),
    [
        (0.995, {"vision": 1.0, "text": 0.99}, "met"),
        (0.995, {"vision": 1.0, "text": 0.98}, "met on the whole, not for text"),
        (0.98, {"vision": 1.0, "text": 0.96}, "not met"),
    ],
)
def test_an_aim_is_met_on_the_whole_or_in_every_part(whole: float, parts: dict[str, float], said: str) -> None:
    assert reached(whole, parts, 0.99) == said


def test_a_sound_test_shows_other_rates_by_chance() -> None:
    assert outside(200, 0.0, 1.0) == pytest.approx(0)
    assert outside(200, 0.03, 0.07) == pytest.approx(0.14, abs=0.02)
    assert outside(2000, 0.03, 0.07) < 0.001
