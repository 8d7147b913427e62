"""The data of the benchmark: sets of generated scenes, each with one kind of caption."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.diagnostics.datasets import shapes
from tasks.diagnostics.datasets.scenes import captions, picture

if TYPE_CHECKING:
    from PIL.Image import Image

IMAGES = 32
KINDS = 5
"""Kinds of caption that the scenes have; they differ in length."""
SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Images with their captions."""

    name: str
    """Names the content, as the generator fixes it."""
    images: Sequence[Image]
    captions: Sequence[Sequence[str]]
    """As many for each image."""


def one_each(which: int) -> Pairs:
    """Set number `which`: 32 scenes of its own with one caption each, whose kind, and so length, turns with the set.

    What has no null of the same captions beside it then has to live with captions of other lengths, as in practice.
    """
    kind = which % KINDS
    return _pairs(range(which * IMAGES, (which + 1) * IMAGES), slice(kind, kind + 1))


def all_kinds(images: int) -> Pairs:
    """Some scenes with a caption of every kind each."""
    return _pairs(range(images), slice(KINDS))


def _pairs(indices: range, kinds: slice) -> Pairs:
    from PIL import Image

    return Pairs(
        f"shapes {shapes.VERSION}, seed {SEED}, {indices}, captions {kinds}",
        [Image.fromarray(picture(SEED, index)) for index in indices],
        [captions(SEED, index, KINDS)[kinds] for index in indices],
    )
