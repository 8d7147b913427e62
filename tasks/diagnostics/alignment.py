"""What is cross-modal in a dual encoder shows in its embeddings alone: the gap between modalities, and retrieval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.families.dual import DualEncoder
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from PIL.Image import Image

_RESAMPLES = 1000
_PERMUTATIONS = 200


@dataclass(frozen=True, slots=True)
class Alignment:
    """How the two embeddings of a dual encoder lie to one another, with 95 % bootstrap intervals over images."""

    gap: tuple[float, float, float]
    """Modality gap, (value, low, high): distance between the mean embeddings, which have length 1 each; 0 to 2.
    Source: Liang et al. (2022), "Mind the Gap", NeurIPS."""
    retrieval: Floats
    """[images], 1 where the image's own caption is the most similar of all, else 0."""
    chance: float
    """Mean of `retrieval` for embeddings that know nothing."""
    share: tuple[float, float, float] | None
    """Permutation share, (value, low, high): of the retrieval score, what is lost when images are permuted; None where
    there is no score to lose. Source: Gat et al. (2021), "Perceptual Score", NeurIPS."""


def alignment(
    model: DualEncoder, images: Sequence[Image], captions: Sequence[str], batch_size: int, seed: int
) -> Alignment:
    """Embed image-caption pairs, one caption an image, and compare."""
    import torch

    parts = []
    with torch.inference_mode():
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
    gaps, shares = [], []
    for _ in range(_RESAMPLES):
        drawn = rng.integers(0, n, n)
        gaps.append(float(np.linalg.norm(of_images[drawn].mean(axis=0) - of_captions[drawn].mean(axis=0))))
        shares.append(_share(retrieval[drawn], permuted[drawn]))
    gap = float(np.linalg.norm(of_images.mean(axis=0) - of_captions.mean(axis=0)))
    share = _share(retrieval, permuted)
    return Alignment(
        (gap, *_middle(gaps)),
        retrieval,
        1 / n,
        None if np.isnan(share) or np.isnan(shares).any() else (share, *_middle(shares)),
    )


def _share(matched: Floats, permuted: Floats) -> float:
    return float(1 - permuted.mean() / matched.mean()) if matched.any() else float("nan")


def _middle(draws: list[float]) -> tuple[float, float]:
    low, high = np.quantile(draws, (0.025, 0.975))
    return float(low), float(high)
