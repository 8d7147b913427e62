from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import stats

from tasks.statistics.adequacy import Sample, differences, examine
from tasks.statistics.clusters import Clusters, of_images
from tasks.statistics.location import Alternative
from tasks.statistics.sensitivity import sign_flip, sign_flips, signed_rank

Floats = NDArray[np.float64]
ALTERNATIVES: tuple[Alternative, ...] = ("two-sided", "less", "greater")


def sample(x: Floats) -> Sample:
    found = examine(x, minimum=2)
    assert isinstance(found, Sample)
    return found


def rng() -> np.random.Generator:
    return np.random.default_rng(5)


def test_all_signs_of_the_sleep_data(sleep: tuple[Floats, Floats]) -> None:
    pairs = differences(*sleep, minimum=2)
    assert isinstance(pairs, Sample)
    found = sign_flip(pairs, rng())
    # No difference is positive and one is 0: four patterns are as extreme, all of one sign, with either sign of the 0.
    assert (found.p, found.exact, found.flips) == (4 / 1_024, True, 1_024)
    assert sign_flip(pairs, rng(), alternative="less").p == 2 / 1_024
    assert sign_flip(pairs, rng(), alternative="greater").p == 1.0


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_scipy_agrees_on_an_exact_permutation_test(alternative: Alternative) -> None:
    x = np.random.default_rng(1).gumbel(size=11)
    found = sign_flip(sample(x), rng(), 0.2, alternative)
    theirs = stats.permutation_test(
        (x - 0.2,), np.mean, permutation_type="samples", n_resamples=np.inf, alternative=alternative
    )
    assert found.exact
    assert found.p == pytest.approx(theirs.pvalue, rel=1e-12)


@pytest.mark.parametrize("alternative", ALTERNATIVES)
def test_random_signs_come_near_all_signs(alternative: Alternative) -> None:
    x = sample(np.random.default_rng(1).normal(0.4, 1, size=14))
    every, some = (sign_flip(x, rng(), 0.0, alternative, flips) for flips in (2**14, 2**14 - 1))
    assert (every.exact, some.exact) == (True, False)
    assert some.p == pytest.approx(every.p, abs=5 * math.sqrt(every.p * (1 - every.p) / 2**14) + 1e-4)


def test_no_p_is_zero() -> None:
    x = sample(np.random.default_rng(1).normal(100, 1, size=60))
    assert sign_flip(x, rng(), flips=999).p == 1 / 1_000
    assert sign_flip(sample(x.values[:8]), rng()).p == 2 / 2**8
    assert 0 < signed_rank(x).p < 1e-10


@pytest.mark.parametrize("scale", [0.1, 1.0, 3.0])
def test_sums_that_tie_are_not_taken_apart_by_rounding(scale: float) -> None:
    x = scale * np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, -8.0])
    patterns = 2 * (np.arange(256)[:, None] >> np.arange(8) & 1) - 1
    whole = np.abs(patterns @ np.array([1, 2, 3, 4, 5, 6, 7, 8]))
    assert sign_flip(sample(x), rng()).p == (whole >= 20).mean()


def test_every_row_has_the_p_that_it_has_alone() -> None:
    x = np.random.default_rng(0).normal(0.2, 1, size=(2, 3, 40))
    x[1, 2] = 0.5
    value = np.array([[0.0, 0.1, 0.2], [0.3, 0.4, 0.5]])
    found = sign_flips(of_images(x), rng(), value, flips=500)
    assert found[0, 1] == sign_flip(sample(x[0, 1]), rng(), 0.1, flips=500).p
    assert np.isnan(found).tolist() == [[False] * 3, [False, False, True]]


def test_all_captions_of_an_image_are_flipped_together() -> None:
    x = np.random.default_rng(0).normal(0.2, 1, size=40)
    together = sign_flips(Clusters(3 * x, np.full(40, 3.0)), rng(), 0.1)
    assert float(together) == float(sign_flips(of_images(x), rng(), 0.1))


def test_patterns_do_not_depend_on_how_work_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    few, many = np.random.default_rng(0).normal(0.2, 1, size=(2, 10)), np.random.default_rng(0).normal(size=(2, 40))
    whole = [sign_flips(of_images(x), rng(), minimum=2) for x in (few, many)]
    monkeypatch.setattr("tasks.statistics.resampling.CHUNK_BYTES", 8 * 100)
    for x, expected in zip((few, many), whole, strict=True):
        assert np.array_equal(sign_flips(of_images(x), rng(), minimum=2), expected)


def test_a_test_without_a_flip_is_refused() -> None:
    with pytest.raises(ValueError, match="flips: "):
        sign_flip(sample(np.arange(9.0)), rng(), flips=0)


def test_signed_ranks_by_hand() -> None:
    found = signed_rank(sample(np.array([-1.0, 2.0, 3.0, -4.0, 5.0, 6.0])))
    assert found.positive == 2 + 3 + 5 + 6
    # Subsets of {1, …, 6} with a sum of at most 5, doubled: ∅ 1 2 3 4 5 12 13 14 23.
    assert found.p == pytest.approx(2 * 10 / 2**6)


def test_zeros_are_ranked_and_then_left_out_as_pratt_says() -> None:
    x = np.array([0.0, 0.0, *np.linspace(-0.3, 1.7, 58)])
    ranks = stats.rankdata(np.abs(x))
    n, zeros = x.size, 2
    mean = (n * (n + 1) - zeros * (zeros + 1)) / 4
    spread = n * (n + 1) * (2 * n + 1) - zeros * (zeros + 1) * (2 * zeros + 1)
    ties = np.unique(np.abs(x[x != 0]), return_counts=True)[1]
    spread = math.sqrt((spread - (ties**3 - ties).sum() / 2) / 24)
    found = signed_rank(sample(x), alternative="greater")
    assert found.positive == ranks[x > 0].sum()
    assert found.p == pytest.approx(stats.norm.sf((found.positive - mean) / spread), rel=1e-9)


def test_scipys_p_of_a_row_depends_on_ties_in_other_rows_and_ours_does_not() -> None:
    plain = np.random.default_rng(1).normal(0.3, 1, size=20)
    tied = np.round(np.random.default_rng(2).normal(0.3, 1, size=20), 1)
    alone = stats.wilcoxon(plain, zero_method="pratt").pvalue
    beside = stats.wilcoxon(np.stack([plain, tied]), zero_method="pratt", axis=-1).pvalue[0]
    assert alone != pytest.approx(beside, rel=1e-3)
    assert signed_rank(sample(plain)).p == alone


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.floats(-10, 10), st.randoms(use_true_random=False))
def test_neither_unit_and_origin_nor_order_matter(seed: int, scale: float, shift: float, random: object) -> None:
    x = np.random.default_rng(seed).gumbel(size=10)
    order = np.arange(10)
    random.shuffle(order)  # type: ignore[attr-defined]
    for test in (signed_rank, lambda s, value, side: sign_flip(s, rng(), value, side)):
        plain = test(sample(x), 0.5, "greater")  # type: ignore[operator]
        changed = test(sample(scale * x[order] + shift), scale * 0.5 + shift, "greater")  # type: ignore[operator]
        mirrored = test(sample(-x), -0.5, "less")  # type: ignore[operator]
        assert changed.p == pytest.approx(plain.p, rel=1e-9)
        assert mirrored.p == pytest.approx(plain.p, rel=1e-9)


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.floats(-2, 2), st.floats(0, 2))
def test_the_evidence_falls_as_the_value_grows(seed: int, value: float, more: float) -> None:
    x = sample(np.random.default_rng(seed).gumbel(size=10))
    assert sign_flip(x, rng(), value, "greater").p <= sign_flip(x, rng(), value + more, "greater").p
