"""Windows of photographs that scikit-image and scikit-learn ship, and crops of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks.trained.packages import found, in_environment

if TYPE_CHECKING:
    from PIL.Image import Image

SKIMAGE = (
    *("astronaut.png", "brick.png", "camera.png", "chelsea.png", "coffee.png", "coins.png", "grass.png", "gravel.png"),
    *("hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg", "page.png"),
)
SKLEARN = ("china.jpg", "flower.jpg")
CROP = 0.6
"""Side of a crop, as a share of that of its window."""


def windows(folder: Path) -> list[Image]:
    """Two a photograph, squares at both ends of its longer side, one after the other; RGB."""
    from PIL.Image import open as read

    paths = [found("scikit-image", folder) / "skimage" / "data" / name for name in SKIMAGE]
    paths += [in_environment("sklearn") / "datasets" / "images" / name for name in SKLEARN]
    pictures = [read(path).convert("RGB") for path in paths]
    return [_end(picture, end) for end in (0, 1) for picture in pictures]


def _end(picture: Image, end: int) -> Image:
    width, height = picture.size
    side = min(width, height, max(width, height) // 2)
    x, y = (end * (width - side), end * (height - side))
    return picture.crop((x, y, x + side, y + side))


def crop(window: Image, corner: int) -> Image:
    """The crop at one of the four corners."""
    width, height = window.size
    w, h = round(CROP * width), round(CROP * height)
    x, y = (corner % 2) * (width - w), (corner // 2) * (height - h)
    return window.crop((x, y, x + w, y + h))


def grey(picture: Image) -> Image:
    """In grey, with all shades alike often: copies with random weights would go by colour and brightness."""
    from PIL.ImageOps import equalize

    return equalize(picture.convert("L")).convert("RGB")
