"""Tests of a location that assume symmetry instead of normality: Wilcoxon's signed ranks, and flips of signs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from tasks.statistics.adequacy import MINIMUM_IMAGES, Floats, Sample
from tasks.statistics.clusters import Clusters, deviations, of_sample
from tasks.statistics.location import SMALLEST_P, Alternative
from tasks.statistics.resampling import RESAMPLES, chunks, products

_ROUNDING = 1e-12
"""Sums that differ by less than this share of the sum of sizes tie."""


@dataclass(frozen=True, slots=True)
class SignedRank:
    """Outcome of Wilcoxon's signed rank test."""

    positive: float
    """Sum of the ranks of the values above the tested one."""
    p: float
    """In [`SMALLEST_P`, 1]."""
    alternative: Alternative


@dataclass(frozen=True, slots=True)
class SignFlip:
    """Outcome of a permutation test over signs."""

    p: float
    """Never 0: at least 2^-n when exact, else 1/(1 + flips)."""
    exact: bool
    """All patterns of signs were counted, else a random part of them."""
    flips: int
    """Patterns of signs that were counted."""
    alternative: Alternative


def signed_rank(sample: Sample, value: float = 0.0, alternative: Alternative = "two-sided") -> SignedRank:
    """Wilcoxon's signed rank test of a distribution symmetric about `value`.

    Zeros are ranked and then left out (Pratt 1959, "Remarks on zeros and ties in the Wilcoxon signed rank procedures",
    JASA 54). Exact up to 50 images without ties or zeros and 13 with them, else by the normal approximation. Samples
    go to scipy one by one: it chooses the method for a whole array, so that a tie in one row changes p in the others.
    Source: Wilcoxon (1945), "Individual comparisons by ranking methods", Biometrics Bulletin 1.
    """
    from scipy.stats import rankdata, wilcoxon

    moved = sample.values - value
    p = float(wilcoxon(moved, zero_method="pratt", alternative=alternative).pvalue)
    positive = float(rankdata(np.abs(moved))[moved > 0].sum())
    return SignedRank(positive, min(1.0, max(p, SMALLEST_P)), alternative)


def sign_flip(
    sample: Sample,
    rng: np.random.Generator,
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    flips: int = RESAMPLES,
) -> SignFlip:
    """Permutation test of a distribution symmetric about `value`, by flipping the signs of the values less `value`.

    Exact when there are no more than `flips` patterns of signs, else from that many random ones. Sources as
    `sign_flips`.
    """
    p = sign_flips(of_sample(sample), rng, value, alternative, flips, minimum=2)
    exact = _exact(sample.n, flips)
    return SignFlip(float(p), exact, 2**sample.n if exact else flips, alternative)


def sign_flips(
    clusters: Clusters,
    rng: np.random.Generator,
    value: Floats | float = 0.0,
    alternative: Alternative = "two-sided",
    flips: int = RESAMPLES,
    minimum: int = MINIMUM_IMAGES,
) -> Floats:
    """The p of the sign flip test of every row against `value`, a number or one for each row, shape [...].

    Patterns of signs are shared by all rows. The statistic is the mean; p counts the patterns that give one at least as
    extreme, the observed one being among them: (1 + count)/(1 + flips) of random ones. NaN in rows that bear no test.
    Raises ValueError when there is not one flip.
    Source: Fisher (1935), "The Design of Experiments", §21; Phipson and Smyth (2010), "Permutation p-values should
    never be zero", Statistical Applications in Genetics and Molecular Biology 9.
    """
    if flips < 1:
        raise ValueError(f"flips: at least one is needed, not {flips}")
    whole = deviations(clusters, minimum)
    rows = whole.rows()
    tested = np.broadcast_to(np.asarray(value, dtype=np.float64), whole.mean.shape)[whole.determined]
    moved = rows.pulls + (rows.mean - tested)[:, None] * rows.weights
    observed = moved.sum(axis=-1, keepdims=True)
    noise = _ROUNDING * np.abs(moved).sum(axis=-1, keepdims=True)
    exact = _exact(clusters.n, flips)
    extreme = np.zeros(len(moved))
    for signs in _patterns(clusters.n, 2**clusters.n if exact else flips, exact, rng, len(moved)):
        sums = products(moved, signs)
        match alternative:
            case "two-sided":
                found = np.abs(sums) >= np.abs(observed) - noise
            case "less":
                found = sums <= observed + noise
            case "greater":
                found = sums >= observed - noise
        extreme += np.count_nonzero(found, axis=-1)
    return whole.restored(extreme / 2**clusters.n if exact else (1 + extreme) / (1 + flips))


def _exact(n: int, flips: int) -> bool:
    return n < 63 and 2**n <= flips


def _patterns(n: int, size: int, exact: bool, rng: np.random.Generator, rows: int) -> Iterator[Floats]:
    """Chunk by chunk, patterns of signs, shape [chunk, n]: each of them when exact, else random ones."""
    for part in chunks(size, 2 * n + 2 * rows):
        if exact:
            bits = np.arange(part.start, part.stop)[:, None] >> np.arange(n) & 1
        else:
            bits = rng.integers(0, 2, (part.stop - part.start, n))
        yield 2 * bits.astype(np.float64) - 1
