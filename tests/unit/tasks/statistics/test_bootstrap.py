from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.bootstrap import BootstrapMethod, mean_intervals
from tasks.statistics.clusters import Clusters, of_images
from tasks.statistics.resampling import Resamples, draw

Floats = NDArray[np.float64]
N = 50


def resamples(n: int = N, size: int = 2_000) -> Resamples:
    return draw(n, np.random.default_rng(8), size)


def skewed(*shape: int) -> Floats:
    return np.random.default_rng(1).exponential(size=(*shape, N))


def test_the_intervals_are_scipys_where_the_resamples_are_the_same() -> None:
    x = skewed(4)
    drawn = np.concatenate([indices for _, indices in resamples().indices()])
    methods: tuple[BootstrapMethod, ...] = ("BCa", "percentile")
    for method in methods:
        found = mean_intervals(of_images(x), resamples(), method=method)
        for row, low, high in zip(x, found.low, found.high, strict=True):
            ours = stats._resampling.BootstrapResult(None, row[drawn].mean(axis=-1), None)
            theirs = stats.bootstrap((row,), np.mean, n_resamples=0, bootstrap_result=ours, method=method)
            assert (low, high) == pytest.approx(theirs.confidence_interval, rel=1e-10)


def test_the_intervals_are_scipys_to_monte_carlo_error() -> None:
    x, size = skewed(40), 4_000
    found = mean_intervals(of_images(x), resamples(size=size))
    theirs = stats.bootstrap((x,), np.mean, n_resamples=size, batch=100, axis=-1, method="BCa", rng=9)
    apart = np.stack([found.low - theirs.confidence_interval.low, found.high - theirs.confidence_interval.high])
    # Errors of a tail quantile, √(.025·.975)/φ(1.96), and twice that of the median in the bias, √.25/φ(0), over √B.
    error = x.std(axis=-1, ddof=1) / np.sqrt(N) * np.hypot(0.156 / 0.0584, 2 * 0.5 / 0.3989) * np.sqrt(2 / size)
    assert 0.3 < np.sqrt(np.square(apart / error).mean()) < 2


def test_every_row_has_the_interval_that_it_has_alone() -> None:
    x = skewed(3, 2)
    found = mean_intervals(of_images(x), resamples())
    alone = mean_intervals(of_images(x[2, 1]), resamples())
    assert found.low.shape == found.high.shape == found.estimate.shape == (3, 2)
    assert (found.low[2, 1], found.high[2, 1]) == pytest.approx((float(alone.low), float(alone.high)), rel=1e-12)


@pytest.mark.parametrize("size", [8 * N, 8 * 40 * N, 8 * 2_000 * 3])
def test_intervals_do_not_depend_on_how_work_is_cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    whole = mean_intervals(of_images(skewed(7)), resamples())
    monkeypatch.setattr("tasks.statistics.resampling.CHUNK_BYTES", size)
    monkeypatch.setattr("tasks.statistics.resampling.CACHE_BYTES", size)
    found = mean_intervals(of_images(skewed(7)), resamples())
    assert found.low == pytest.approx(whole.low, rel=1e-13)
    assert found.high == pytest.approx(whole.high, rel=1e-13)


def uneven() -> Clusters:
    rng = np.random.default_rng(2)
    sizes = rng.integers(1, 6, N).astype(np.float64)
    return Clusters(sizes * rng.normal(1, 1, N) + rng.normal(size=N) * np.sqrt(sizes), sizes)


def holes() -> Clusters:
    x = skewed()
    x[[4, 30]] = np.nan
    return of_images(x)


@pytest.mark.parametrize("clusters", [uneven(), holes()], ids=["captions", "missing images"])
def test_the_interval_of_a_ratio_of_sums_is_the_one_that_scipy_has_of_any_statistic(clusters: Clusters) -> None:
    sums, sizes = clusters.sums, np.broadcast_to(clusters.sizes, (N,))

    def ratio(images: Floats, axis: int = -1) -> Floats:
        return np.asarray(sums[images].sum(axis=axis) / sizes[images].sum(axis=axis))

    drawn = np.concatenate([indices for _, indices in resamples().indices()])
    ours = stats._resampling.BootstrapResult(None, ratio(drawn), None)
    theirs = stats.bootstrap((np.arange(N),), ratio, n_resamples=0, bootstrap_result=ours, method="BCa")
    found = mean_intervals(clusters, resamples())
    assert float(found.estimate) == pytest.approx(float(ratio(np.arange(N))), rel=1e-12)
    assert (float(found.low), float(found.high)) == pytest.approx(theirs.confidence_interval, rel=1e-9)


def test_captions_of_one_image_do_not_make_an_interval_narrower_when_they_agree() -> None:
    x = skewed()
    alone = mean_intervals(of_images(x), resamples())
    five = mean_intervals(Clusters(5 * x, np.full(N, 5.0)), resamples())
    pretended = mean_intervals(of_images(np.repeat(x, 5)), resamples(5 * N))
    assert (float(five.low), float(five.high)) == pytest.approx((float(alone.low), float(alone.high)), rel=1e-12)
    width = float(pretended.high - pretended.low) / float(alone.high - alone.low)
    assert width == pytest.approx(1 / np.sqrt(5), abs=0.05)


@settings(max_examples=20)
@given(st.floats(0.01, 100), st.floats(-10, 10))
def test_intervals_follow_the_unit_and_the_origin(scale: float, shift: float) -> None:
    x = skewed()
    plain, changed = (mean_intervals(of_images(each), resamples(size=300)) for each in (x, scale * x + shift))
    assert float(changed.low) == pytest.approx(scale * float(plain.low) + shift, rel=1e-6, abs=1e-9)
    assert float(changed.high) == pytest.approx(scale * float(plain.high) + shift, rel=1e-6, abs=1e-9)


def test_mirrored_data_have_the_mirrored_interval() -> None:
    plain, mirrored = (mean_intervals(of_images(each), resamples()) for each in (skewed(), -skewed()))
    assert (float(mirrored.low), float(mirrored.high)) == pytest.approx((-float(plain.high), -float(plain.low)))


@given(st.floats(0.5, 0.999))
@settings(max_examples=20)
def test_more_confidence_gives_a_wider_interval(confidence: float) -> None:
    wide, narrow = (
        mean_intervals(of_images(skewed(3)), resamples(size=300), c) for c in (confidence, 0.9 * confidence)
    )
    assert (wide.low <= narrow.low).all()
    assert (wide.high >= narrow.high).all()


def test_rows_that_bear_no_test_have_no_interval_and_leave_the_others_alone() -> None:
    x = skewed(5)
    alone = mean_intervals(of_images(x[4]), resamples())
    x[0], x[1, 0], x[2, :4] = 0.7, np.inf, np.nan
    found = mean_intervals(of_images(x), resamples())
    assert np.isnan(found.low).tolist() == np.isnan(found.high).tolist() == [True, True, True, False, False]
    assert (found.low[4], found.high[4]) == pytest.approx((float(alone.low), float(alone.high)), rel=1e-12)
    assert np.isnan(mean_intervals(of_images(x[4:, :29]), resamples(29)).low).all(), "29 images are too few"


def test_resamples_of_other_images_and_no_confidence_are_refused() -> None:
    with pytest.raises(ValueError, match="resamples: they are of 49 images"):
        mean_intervals(of_images(skewed()), resamples(49))
    with pytest.raises(ValueError, match="confidence"):
        mean_intervals(of_images(skewed()), resamples(), 95.0)
