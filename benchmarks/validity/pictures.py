"""Two kinds of small pictures with captions, which nobody saw when the limits were chosen: shapes, and stripes."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.datasets import CaptionedImage, Dataset

SIDE = 32
Data = Literal["shapes", "stripes"]
COLOURS = {
    "red": (220, 40, 40),
    "green": (40, 170, 60),
    "blue": (50, 80, 220),
    "yellow": (235, 215, 50),
    "purple": (150, 50, 190),
    "cyan": (60, 205, 215),
}
SHAPES = ("circle", "square", "triangle", "cross")
CORNERS = ("above-left", "above-right", "below-left", "below-right")
STRIPES = ("flat", "upright", "rising", "falling")
SIDES = ("left", "right")
WORDS = (*COLOURS, *SHAPES, *CORNERS, *STRIPES, *SIDES)
LENGTH = 6
"""Words of a caption: of each of two things its colour, its form and its place."""


def picture(data: Data, seed: int, index: int) -> tuple[NDArray[np.uint8], str]:
    """A picture, [SIDE, SIDE, 3], and its caption."""
    rng = np.random.default_rng([sum(map(ord, data)), seed, index])
    colours = rng.choice(len(COLOURS), 2, replace=False)
    pixels = np.full((SIDE, SIDE, 3), rng.integers(20, 70), dtype=np.float64)
    y, x = np.mgrid[0:SIDE, 0:SIDE].astype(np.float64)
    words: list[str] = []
    forms = rng.choice(4, 2, replace=False)
    places = rng.choice(4, 2, replace=False) if data == "shapes" else rng.permutation(2)
    for colour, form, place in zip(colours, forms, places, strict=True):
        if data == "shapes":
            mask = _shape(x, y, int(form), int(place), rng)
            words += [list(COLOURS)[colour], SHAPES[form], CORNERS[place]]
        else:
            mask = _stripes(x, y, int(form), int(place), rng)
            words += [list(COLOURS)[colour], STRIPES[form], SIDES[place]]
        pixels[mask] = list(COLOURS.values())[colour]
    noisy = pixels + rng.normal(0, 12, pixels.shape)
    return noisy.round().clip(0, 255).astype(np.uint8), " ".join(words)


def _shape(
    x: NDArray[np.float64], y: NDArray[np.float64], form: int, corner: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    dx, dy = x - (8 + 16 * (corner % 2) + rng.integers(-1, 2)), y - (8 + 16 * (corner // 2) + rng.integers(-1, 2))
    match form:
        case 0:
            return np.asarray(dx**2 + dy**2 <= 25)
        case 1:
            return np.asarray((abs(dx) <= 5) & (abs(dy) <= 5))
        case 2:
            return np.asarray((dy <= 5) & (dy >= 2 * abs(dx) - 5))
        case _:
            return np.asarray(((abs(dx) <= 1) | (abs(dy) <= 1)) & (abs(dx) <= 5) & (abs(dy) <= 5))


def _stripes(
    x: NDArray[np.float64], y: NDArray[np.float64], form: int, side: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    across = (y, x, x + y, x - y)[form] + rng.integers(0, 8)
    half = x >= SIDE / 2 if side else x < SIDE / 2
    return np.asarray(half & (across % 8 < 4))


def dataset(data: Data, seed: int, n: int, folder: Path) -> Dataset:
    """`n` pictures of a seed, one caption each; written to a folder unless they are there."""
    import PIL.Image

    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for index in range(n):
        pixels, caption = picture(data, seed, index)
        path = folder / f"{data}-{seed}-{index:04d}.png"
        if not path.exists():
            PIL.Image.fromarray(pixels).save(path)
        samples.append(CaptionedImage(index, path, (caption,)))
    return Dataset(tuple(samples))
