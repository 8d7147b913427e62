from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from tasks.statistics import resampling
from tasks.statistics.bootstrap import mean_intervals
from tasks.statistics.bootstrap_t import bootstrap_ts
from tasks.statistics.clusters import of_images
from tasks.statistics.resampling import draw, products


def test_counts_are_those_of_the_indices() -> None:
    resamples = draw(30, np.random.default_rng(0), 400)
    indices = np.concatenate([drawn for _, drawn in resamples.indices()])
    counts = np.concatenate([drawn for _, drawn in resamples.counts()])
    assert counts.shape == indices.shape == (400, 30)
    assert np.array_equal(counts, [np.bincount(drawn, minlength=30) for drawn in indices])


@pytest.mark.parametrize("size", [1, 7 * 8 * 30 * 3, 10**6])
def test_resamples_are_the_same_however_they_are_cut(monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    resamples = draw(31, np.random.default_rng(0), 200)
    whole = next(iter(resamples.counts()))[1]
    monkeypatch.setattr(resampling, "CHUNK_BYTES", size)
    monkeypatch.setattr(resampling, "_FEW_BYTES", size)
    assert np.array_equal(np.concatenate([counts for _, counts in resamples.counts()]), whole)
    indices = np.concatenate([drawn for _, drawn in resamples.indices()])
    assert np.array_equal([np.bincount(drawn, minlength=31) for drawn in indices], whole)


def test_equal_generators_draw_equal_resamples_and_one_generator_draws_new_ones() -> None:
    rng = np.random.default_rng(3)
    first, second = draw(40, rng), draw(40, rng)
    assert draw(40, np.random.default_rng(3)) == first != second
    assert first.size == 10_000


def test_every_image_is_drawn_as_often_as_every_other() -> None:
    counts = next(iter(draw(50, np.random.default_rng(0), 10_000).counts()))[1]
    assert (counts.sum(axis=1) == 50).all()
    # A count has mean 1 and variance 1 − 1/n.
    assert np.abs(counts.mean(axis=0) - 1).max() < 5 / np.sqrt(10_000)
    assert counts.var() == pytest.approx(1 - 1 / 50, abs=0.01)


@pytest.mark.parametrize("n", [3, 255, 256, 257, 700])
def test_a_product_in_tiles_is_the_product(n: int) -> None:
    rng = np.random.default_rng(0)
    rows, counts = rng.normal(size=(70, n)), rng.integers(0, 5, size=(1_203, n)).astype(np.float64)
    assert np.allclose(products(rows, counts), rows @ counts.T, rtol=1e-12, atol=1e-11)


def test_resamples_need_two_images_and_one_resample() -> None:
    with pytest.raises(ValueError, match="n: "):
        draw(1, np.random.default_rng(0))
    with pytest.raises(ValueError, match="resamples: "):
        draw(10, np.random.default_rng(0), 0)


@pytest.mark.parametrize(("rows", "n"), [(2_500, 30), (2, 5_000)])
def test_memory_is_bounded_whatever_the_number_of_rows_and_images(rows: int, n: int) -> None:
    x = np.random.default_rng(0).random((rows, n))
    bound = 4 * resampling.CHUNK_BYTES
    resamples = draw(n, np.random.default_rng(0))
    assert 8 * resamples.size * max(rows, n) > 1.4 * bound, "a distribution or the counts alone would be more"
    tracemalloc.start()
    try:
        for found in (mean_intervals(of_images(x), resamples), bootstrap_ts(of_images(x), resamples, 0.5)):
            assert np.isfinite(found.low).all()
        assert tracemalloc.get_traced_memory()[1] < bound
    finally:
        tracemalloc.stop()
