"""Scenes as tensors: endless batches for training, and the held-out scenes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import count, islice
from typing import TYPE_CHECKING

from tasks.diagnostics.datasets.scenes import SIDE, picture, scene

if TYPE_CHECKING:
    from torch import Tensor

MEAN, STD = 0.22, 0.15
"""Mean and standard deviation of the pictures' channel values in [0, 1], rounded; the same in all channels."""

HELD_OUT = -1
"""Seed of the scenes that score a model. Data sets that people make have seeds of 0 and above, so no model of the zoo
was trained or scored on them."""

MOST_THINGS = 3


def training_seed(seed: int) -> int:
    """The seed of the scenes for a training run: below HELD_OUT, another for each run. `seed` is 0 or above."""
    return HELD_OUT - 1 - seed


def batches(seed: int, size: int, most: Callable[[int], int] = lambda _: MOST_THINGS) -> Iterator[list[int]]:
    """Indices of scenes, `size` at a time, none twice; the scenes of batch i hold `most(i)` things or fewer."""
    indices = count()
    for step in count():
        limit = most(step)
        yield list(islice((i for i in indices if len(scene(seed, i)) <= limit), size))


def with_things(seed: int, things: int, n: int) -> list[int]:
    """Indices of the first `n` scenes with that many things, 1 to 3."""
    return list(islice((i for i in count() if len(scene(seed, i)) == things), n))


def pixels(seed: int, indices: Sequence[int]) -> Tensor:
    """Normalised pictures, [scenes, 3, 64, 64], as the image processors of the zoo give them."""
    import numpy as np
    import torch

    raw = torch.from_numpy(np.stack([picture(seed, index) for index in indices]))
    assert raw.shape[1:] == (SIDE, SIDE, 3)
    return (raw.permute(0, 3, 1, 2).float() / 255 - MEAN) / STD
