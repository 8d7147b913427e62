"""Tests of many studies at once are those of each study alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from benchmarks.calibration.many_tests import johnson_tests, t_tests
from tasks.statistics.adequacy import Sample, Undetermined, examine
from tasks.statistics.clusters import Clusters, of_images
from tasks.statistics.location import Alternative, johnson_test, t_test


def sample(x: NDArray[np.float64]) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_every_row_has_the_test_that_it_has_alone(alternative: Alternative) -> None:
    x = np.random.default_rng(0).gumbel(size=(3, 2, 50))
    x[0, 1, [4, 9]] = np.nan
    value = np.array([[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])
    for many, one in ((t_tests, t_test), (johnson_tests, johnson_test)):
        found = many(of_images(x), value, alternative)
        for at in np.ndindex(3, 2):
            alone = one(sample(x[at]), float(value[at]), alternative)
            assert (found.t[at], found.df[at], found.p[at]) == pytest.approx((alone.t, alone.df, alone.p), rel=1e-9)


def test_rows_that_bear_no_test_have_no_p_where_scipy_gives_zero() -> None:
    x = np.random.default_rng(0).normal(size=(5, 40))
    x[0], x[1, 0], x[2, :3] = 0.9, np.inf, np.nan
    for many in (t_tests, johnson_tests):
        found = many(of_images(x))
        assert np.isnan(found.t).tolist() == np.isnan(found.p).tolist() == [True, True, True, False, False]
        assert np.isnan(many(of_images(x[4:, :29])).p).all(), "29 images are too few"
    with np.errstate(all="ignore"), pytest.warns(RuntimeWarning):
        theirs = stats.ttest_1samp(x[0], 0.5)
    assert (theirs.statistic, theirs.pvalue) == (math.inf, 0)
    assert isinstance(examine(x[0]), Undetermined)


def test_captions_of_one_image_count_as_one_image() -> None:
    x = np.random.default_rng(0).normal(0.6, 0.1, size=(40, 5))
    found, means = t_tests(Clusters(x.sum(axis=1), np.full(40, 5.0)), 0.5), t_test(sample(x.mean(axis=1)), 0.5)
    assert (float(found.t), float(found.df), float(found.p)) == pytest.approx((means.t, 39, means.p), rel=1e-10)
