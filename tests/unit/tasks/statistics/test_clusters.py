from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.adequacy import Sample, differences, examine
from tasks.statistics.clusters import Clusters, deviations, of_images, of_sample

Floats = NDArray[np.float64]


def rows(*shape: int) -> Floats:
    return np.random.default_rng(0).gumbel(size=shape)


def captions() -> tuple[Floats, NDArray[np.int64]]:
    """120 values of 40 images, one to five each, in no order."""
    rng = np.random.default_rng(1)
    image = np.repeat(np.arange(40) * 7, rng.integers(1, 6, 40))
    rng.shuffle(image)
    return rng.normal(size=image.size), image


def clustered(values: Floats, image: NDArray[np.int64]) -> Clusters:
    """Values as clusters, one for each image; NaN is a missing value."""
    present = ~np.isnan(values)
    own = [present & (image == each) for each in np.unique(image)]
    return Clusters(np.array([values[each].sum() for each in own]), np.array([float(each.sum()) for each in own]))


def test_deviations_of_single_values_are_those_of_the_values() -> None:
    x = rows(3, 2, 50)
    found = deviations(of_images(x))
    assert found.mean == pytest.approx(x.mean(axis=-1), rel=1e-14)
    assert found.sd == pytest.approx(x.std(axis=-1, ddof=1), rel=1e-13)
    assert found.third == pytest.approx(np.apply_along_axis(stats.kstat, -1, x, 3), rel=1e-10)
    assert (found.images == 50).all()


def test_missing_images_are_left_out() -> None:
    x = rows(2, 100)
    x[1, [3, 50, 99]] = np.nan
    found = deviations(of_images(x))
    kept = x[1][~np.isnan(x[1])]
    assert (found.images == [100, 97]).all()
    assert found.mean[1] == pytest.approx(kept.mean(), rel=1e-14)
    assert found.sd[1] == pytest.approx(kept.std(ddof=1), rel=1e-13)


def test_the_error_of_clusters_is_that_of_a_ratio_estimate() -> None:
    values, image = captions()
    found = deviations(clustered(values, image))
    residuals = np.array([(values[image == each] - values.mean()).sum() for each in np.unique(image)])
    by_hand = np.sqrt(40 / 39 * np.square(residuals).sum()) / values.size
    assert float(found.error) == pytest.approx(by_hand, rel=1e-12)


def test_values_of_an_image_that_agree_count_as_one() -> None:
    one = rows(50)
    assert float(deviations(Clusters(5 * one, np.full(50, 5.0))).error) == pytest.approx(
        float(deviations(of_images(one)).error), rel=1e-12
    )


def test_a_missing_caption_is_left_out_of_its_image() -> None:
    values, image = captions()
    values[5] = np.nan
    assert float(deviations(clustered(values, image)).mean) == pytest.approx(np.nanmean(values), rel=1e-12)


def test_a_sample_is_not_examined_again() -> None:
    a = 1 + 0.7e-7 * rows(50)
    pairs = differences(a, -a)
    assert isinstance(pairs, Sample)
    assert not deviations(of_images(pairs.values)).determined
    assert deviations(of_sample(pairs)).determined


odd = st.sampled_from([0.0, 0.7, 0.7 * (1 + 2**-30), 1.0, np.nan, np.inf, -np.inf, 1e200, -3.0])


@given(st.lists(odd, min_size=1, max_size=45), st.integers(0, 60), st.integers(0, 40))
def test_rows_are_determined_where_examine_makes_a_sample_of_them(
    some: list[float], ordinary: int, minimum: int
) -> None:
    x = np.concatenate([some, np.random.default_rng(ordinary).random(ordinary)])
    found = deviations(of_images(np.stack([x, np.arange(x.size, dtype=np.float64)])), minimum)
    assert bool(found.determined[0]) == isinstance(examine(x, minimum), Sample)
    assert np.isnan(found.pulls[0]).all() or found.determined[0]
