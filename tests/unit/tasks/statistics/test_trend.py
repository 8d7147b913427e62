from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.adequacy import Undetermined
from tasks.statistics.trend import Trend, layer_slopes, relative_depth, trend

Floats = NDArray[np.float64]
LAYERS, N = 6, 40


def falling(by: float = 0.3) -> Floats:
    """An entropy that falls over layers, on images that differ."""
    rng = np.random.default_rng(0)
    slope = -by + rng.normal(0, 0.1, N)
    return 1 + rng.normal(0, 0.2, N) + slope * relative_depth(LAYERS)[:, None] + rng.normal(0, 0.02, (LAYERS, N))


def found(x: Floats, depth: Floats | None = None) -> Trend:
    result = trend(x, depth)
    assert isinstance(result, Trend)
    return result


def test_slopes_are_those_of_a_line_through_the_layers_of_each_image() -> None:
    x, depth = falling(), np.array([0.0, 0.1, 0.3, 0.4, 0.9, 1.0])
    assert layer_slopes(x, depth) == pytest.approx(np.polyfit(depth, x, 1)[0], rel=1e-9)
    assert layer_slopes(x) == pytest.approx(np.polyfit(np.arange(LAYERS) / (LAYERS - 1), x, 1)[0], rel=1e-9)


def test_the_images_and_not_the_layers_are_the_sample() -> None:
    x = falling()
    result = found(x)
    theirs = stats.ttest_1samp(layer_slopes(x), 0)
    assert (result.test.t, result.test.df, result.test.p) == pytest.approx(
        (theirs.statistic, N - 1, theirs.pvalue), rel=1e-9
    )
    assert (result.interval.low, result.interval.high) == pytest.approx(theirs.confidence_interval(0.95), rel=1e-9)
    finer = np.repeat(x, 10, axis=0)
    again = found(finer, np.repeat(relative_depth(LAYERS), 10))
    assert again.test.p == pytest.approx(result.test.p, rel=1e-9), "more layers that say the same say no more"


def test_a_trend_is_found_and_its_absence_is_not_called_one() -> None:
    result = found(falling())
    assert result.slope == pytest.approx(-0.3, abs=0.06)
    assert result.test.p < 1e-6
    flat = falling(0) - falling(0).mean(axis=1, keepdims=True)
    assert found(flat).test.p > 0.99


def test_an_image_that_a_layer_misses_is_left_out() -> None:
    x = falling()
    x[2, 5] = np.nan
    result = found(x)
    assert (result.n, result.missing) == (N - 1, 1)
    x[0, :5] = np.nan
    assert isinstance(trend(x), Undetermined)


@pytest.mark.parametrize("x", [np.full((LAYERS, N), 0.7), np.random.default_rng(0).random(N) + np.zeros((LAYERS, 1))])
def test_slopes_that_are_rounding_noise_are_undetermined(x: Floats) -> None:
    result = trend(x)
    assert isinstance(result, Undetermined)
    assert "rounding noise" in result.reason


@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10), st.randoms(use_true_random=False))
def test_neither_unit_and_origin_nor_order_matter(seed: int, scale: float, shift: float, random: object) -> None:
    x = np.random.default_rng(seed).gumbel(size=(LAYERS, N))
    order = np.arange(N)
    random.shuffle(order)  # type: ignore[attr-defined]
    plain, changed, turned = found(x), found(scale * x[:, order] + shift), found(x[::-1])
    assert changed.slope == pytest.approx(scale * plain.slope, rel=1e-6, abs=1e-9 * scale)
    assert changed.test.p == pytest.approx(plain.test.p, rel=1e-5)
    assert turned.test.t == pytest.approx(-plain.test.t, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("depth", [np.zeros(LAYERS), np.arange(5.0), np.array([0, 1, 2, 3, 4, np.nan])])
def test_depths_that_make_no_line_are_refused(depth: Floats) -> None:
    with pytest.raises(ValueError, match="depth: "):
        trend(falling(), depth)


def test_one_layer_has_no_trend() -> None:
    with pytest.raises(ValueError, match="layers: "):
        trend(falling()[:1])
