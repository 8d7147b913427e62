"""The measures of a dual encoder, from the entropies of its two towers: arrays in, arrays out."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mcs(vision: Floats, text: Floats) -> Floats:
    """Modality contribution score, vision entropy / (vision entropy + text entropy), of image-caption pairs.

    `vision` has shape [n], `text` [n, captions]; each of the n images gets the mean over its captions. 0.5 is balance.
    NaN where a pair's entropies are both 0, or one is NaN. Raw, it follows the lengths of the two sequences: uniform
    attention gives ln(keys) in each tower, whatever was learned.
    """
    pairs = np.broadcast_to(vision[:, None], text.shape)
    whole = pairs + text
    score = np.divide(pairs, whole, out=np.full(text.shape, np.nan), where=whole > 0)
    return np.asarray(score.mean(axis=1))


def paired_layers(vision_depth: int, text_depth: int) -> list[tuple[int, int]]:
    """For each vision layer, the text layer to compare it with.

    It has the same index where the depths are equal, else the nearest relative depth:
    round(i (text_depth - 1) / (vision_depth - 1)), halves to the even one.
    """
    step = (text_depth - 1) / (vision_depth - 1) if vision_depth > 1 else 0.0
    return [(layer, round(layer * step)) for layer in range(vision_depth)]


def bands(depth: int) -> dict[str, range]:
    """Early, middle and late layers: thirds of the depth, the middle one taking what is left over.

    Empty below three layers, where thirds mean nothing.
    """
    third = depth // 3
    if not third:
        return {}
    return {"early": range(third), "middle": range(third, depth - third), "late": range(depth - third, depth)}
