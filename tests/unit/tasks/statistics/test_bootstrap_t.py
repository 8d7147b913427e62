from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tasks.statistics.adequacy import Sample, Undetermined, examine
from tasks.statistics.bootstrap_t import BootstrapT, bootstrap_t, bootstrap_ts
from tasks.statistics.clusters import Clusters, of_images
from tasks.statistics.location import Alternative, t_test
from tasks.statistics.resampling import Resamples, draw

Floats = NDArray[np.float64]
N = 40


def resamples(n: int = N, size: int = 1_000) -> Resamples:
    return draw(n, np.random.default_rng(8), size)


def skewed(*shape: int) -> Floats:
    return np.random.default_rng(1).exponential(size=(*shape, N))


def sample(x: Floats) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


def determined(found: BootstrapT | Undetermined) -> BootstrapT:
    assert isinstance(found, BootstrapT)
    return found


def error_of_ratio(sums: Floats, sizes: Floats) -> tuple[float, float]:
    """A ratio of sums and its standard error, from the definition."""
    n, ratio = sums.size, sums.sum() / sizes.sum()
    return ratio, math.sqrt(n / (n - 1) * np.square(sums - ratio * sizes).sum()) / sizes.sum()


@pytest.mark.parametrize("captions", [1, 5])
def test_test_and_interval_agree_with_ones_computed_from_the_definition(captions: int) -> None:
    rng = np.random.default_rng(4)
    sizes = rng.integers(1, captions + 1, N).astype(np.float64)
    sums = sizes * skewed() + rng.normal(size=N)
    found = bootstrap_ts(Clusters(sums, sizes), resamples(), 0.8, "greater")

    mean, error = error_of_ratio(sums, sizes)
    ts = []
    for drawn in np.concatenate([indices for _, indices in resamples().indices()]):
        again, its_error = error_of_ratio(sums[drawn], sizes[drawn])
        ts.append((again - mean) / its_error)
    t = (mean - 0.8) / error
    assert float(found.t) == pytest.approx(t, rel=1e-12)
    assert float(found.p) == pytest.approx((1 + (np.array(ts) >= t).sum()) / 1_001, rel=1e-12)
    high, low = mean - error * np.quantile(ts, [0.025, 0.975])
    assert (float(found.low), float(found.high)) == pytest.approx((low, high), rel=1e-9)


def test_one_sample_is_a_row() -> None:
    x = skewed()
    found = determined(bootstrap_t(sample(x), resamples(), 0.7))
    row = bootstrap_ts(of_images(x), resamples(), 0.7)
    assert (found.t, found.p) == (float(row.t), float(row.p))
    assert (found.interval.low, found.interval.high) == (float(row.low), float(row.high))
    assert found.t == pytest.approx(t_test(sample(x), 0.7).t, rel=1e-12)


def test_missing_images_are_left_out_of_t() -> None:
    x = skewed()
    x[[3, 17]] = np.nan
    found = bootstrap_ts(of_images(x), resamples(), 0.7)
    assert float(found.t) == pytest.approx(t_test(sample(x), 0.7).t, rel=1e-12)
    assert float(found.low) < np.nanmean(x) < float(found.high)


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_no_p_is_zero_however_far_the_value(alternative: Alternative) -> None:
    smallest = 2 / 1_001 if alternative == "two-sided" else 1 / 1_001
    far = -1e6 if alternative == "greater" else 1e6
    assert determined(bootstrap_t(sample(skewed()), resamples(), far, alternative)).p == smallest


def test_right_skew_moves_the_interval_to_the_right_of_students() -> None:
    from tasks.statistics.intervals import t_interval

    x = skewed()
    low, high = t_interval(x)
    found = determined(bootstrap_t(sample(x), resamples(size=10_000)))
    assert found.interval.low > float(low)
    assert found.interval.high > float(high)


@settings(max_examples=30)
@given(st.floats(0.4, 2.0))
def test_the_two_sided_p_is_small_where_the_interval_leaves_the_value_out(value: float) -> None:
    found = determined(bootstrap_t(sample(skewed()), resamples(), value))
    outside = not found.interval.low <= value <= found.interval.high
    # Half a per cent of leeway for (1 + count)/(1 + B) and for the interpolation of quantiles.
    assert found.p < 0.055 if outside else found.p > 0.045


@settings(max_examples=30)
@given(st.floats(-2, 4), st.floats(0, 2))
def test_the_evidence_for_a_greater_mean_falls_as_the_value_grows(value: float, more: float) -> None:
    near, far = (determined(bootstrap_t(sample(skewed()), resamples(), at, "greater")) for at in (value, value + more))
    assert near.p <= far.p


@settings(max_examples=20)
@given(st.floats(0.01, 100), st.floats(-10, 10))
def test_neither_the_unit_nor_the_origin_matters(scale: float, shift: float) -> None:
    plain = determined(bootstrap_t(sample(skewed()), resamples(size=300), 0.7))
    changed = determined(bootstrap_t(sample(scale * skewed() + shift), resamples(size=300), scale * 0.7 + shift))
    assert changed.t == pytest.approx(plain.t, rel=1e-6)
    assert changed.p == pytest.approx(plain.p, abs=2 / 301)
    assert changed.interval.low == pytest.approx(scale * plain.interval.low + shift, rel=1e-5, abs=1e-8)


def nearly_constant(different: int) -> Floats:
    x = np.ones(N)
    x[:different] = np.random.default_rng(0).random(different)
    return x


def test_a_sample_whose_resamples_may_be_constant_is_undetermined() -> None:
    found = bootstrap_t(sample(nearly_constant(3)), resamples())
    assert isinstance(found, Undetermined)
    assert found.reason == "too few images differ: a resample may hold one value alone"
    rows = bootstrap_ts(of_images(np.stack([nearly_constant(3), skewed()])), resamples())
    assert np.isnan(rows.p).tolist() == np.isnan(rows.low).tolist() == [True, False]


def test_a_few_images_more_that_differ_are_enough() -> None:
    assert (31 / N) ** N < 1e-4 < (33 / N) ** N
    assert determined(bootstrap_t(sample(nearly_constant(9)), resamples())).p > 0
    assert isinstance(bootstrap_t(sample(nearly_constant(7)), resamples()), Undetermined)


def test_a_handful_of_images_has_no_distribution_of_t() -> None:
    x = np.array([0.1, 0.4, 0.2, 0.7, 0.3, 0.9])
    assert isinstance(bootstrap_t(sample(x[:5]), resamples(5)), Undetermined)
    assert determined(bootstrap_t(sample(x), resamples(6))).interval.low < x.mean()


def test_each_row_has_a_value_of_its_own() -> None:
    x = skewed(3)
    found = bootstrap_ts(of_images(x), resamples(), np.array([0.5, 1.0, 1.5]))
    alone = bootstrap_ts(of_images(x[2]), resamples(), 1.5)
    assert (found.t[2], found.p[2]) == pytest.approx((float(alone.t), float(alone.p)), rel=1e-12)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="resamples: "):
        bootstrap_t(sample(skewed()), resamples(41))
    with pytest.raises(ValueError, match="confidence"):
        bootstrap_t(sample(skewed()), resamples(), confidence=0)
