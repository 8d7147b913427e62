"""What is cross-modal in a dual encoder shows in its embeddings alone: the gap between modalities, and retrieval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

    from tasks.diagnostics.intervention.steering import Changes

_RESAMPLES = 1000
_PERMUTATIONS = 200


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the two embeddings of a dual encoder lie to one another, with 95 % bootstrap intervals over images."""

    gap: tuple[float, float, float]
    """Modality gap, (value, low, high): distance between the means of embeddings that have length 1 each; 0 to 2.
    What a mean of few images adds to it is taken off. Source: Liang et al. (2022), "Mind the Gap", NeurIPS."""
    retrieval: Floats
    """[images], 1 where the image's own caption is the most similar of all, else 0."""
    chance: float
    """Mean of `retrieval` for embeddings that know nothing."""
    share: tuple[float, float, float] | None
    """Permutation share, (value, low, high): of the retrieval score, what is lost when images are permuted; None where
    there is no score to lose. Source: Gat et al. (2021), "Perceptual Score", NeurIPS."""


def alignment(
    model: DualEncoder, images: Sequence[Image], captions: Sequence[str], batch_size: int, seed: int, changes: Changes
) -> Alignment:
    """Embed image-caption pairs, one caption an image, and compare; attention is changed as for all measures."""
    import torch

    from tasks.diagnostics.intervention.steering import Steering

    parts = []
    with torch.inference_mode(), Steering(model.module, changes):
        for start in range(0, len(images), batch_size):
            part = slice(start, start + batch_size)
            parts.append([each.double().cpu() for each in model.embeddings(images[part], captions[part])])
    of_images, of_captions = (torch.cat([part[side] for part in parts]).numpy() for side in (0, 1))
    return _compare(of_images, of_captions, np.random.default_rng(seed))


def _compare(of_images: Floats, of_captions: Floats, rng: np.random.Generator) -> Alignment:
    n = len(of_images)
    chosen = (of_images @ of_captions.T).argmax(axis=1)
    retrieval = (chosen == np.arange(n)).astype(np.float64)
    permuted = np.mean([chosen == rng.permutation(n) for _ in range(_PERMUTATIONS)], axis=0)
    resamples = rng.integers(0, n, (_RESAMPLES, n))
    share = _share(retrieval, permuted)
    shares = [_share(retrieval[drawn], permuted[drawn]) for drawn in resamples]
    return Alignment(
        _gap(of_images - of_captions, resamples),
        retrieval,
        1 / n,
        None if np.isnan(share) or np.isnan(shares).any() else (share, *_middle(shares)),
    )


def _gap(differences: Floats, resamples: NDArray[np.int64]) -> tuple[float, float, float]:
    """Length of the mean of `differences`, [images, width], with its basic bootstrap interval.

    The squared length of a mean of n is too large by the variance over n, which a resample has twice. So the square is
    estimated by the mean product of two different images, which is unbiased, and its errors by those of resamples.
    """
    n = len(differences)
    products = differences @ differences.T
    counts = np.stack([np.bincount(drawn, minlength=n) for drawn in resamples])
    biased, square = _squares(np.ones((1, n)), products)
    low, high = square[0] - np.quantile(_squares(counts, products)[1] - biased[0], (0.975, 0.025))
    value, low, high = np.sqrt(np.clip((square[0], low, high), 0, 4))
    return float(value), float(low), float(high)


def _squares(counts: NDArray[np.floating | np.integer], products: Floats) -> tuple[Floats, Floats]:
    """Squared length of the mean, biased and unbiased, [resamples]; each counts its images, [resamples, images]."""
    n = len(products)
    biased = np.einsum("ri,ij,rj->r", counts, products, counts, optimize=True) / n**2
    return biased, (n * biased - counts @ np.diagonal(products) / n) / (n - 1)


def _share(matched: Floats, permuted: Floats) -> float:
    return float(1 - permuted.mean() / matched.mean()) if matched.any() else float("nan")


def _middle(draws: list[float]) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
