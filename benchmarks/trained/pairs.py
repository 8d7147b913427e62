"""Pairs as a diagnosis takes them: files of pictures, and a caption each."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.diagnostics.datasets import CaptionedImage, Dataset

if TYPE_CHECKING:
    from PIL.Image import Image


def written(pictures: Sequence[Image], captions: Sequence[str], folder: Path) -> Dataset:
    """A picture and a caption each; pictures are written to `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    samples = []
    for index, (picture, caption) in enumerate(zip(pictures, captions, strict=True)):
        path = folder / f"{index:03d}.png"
        picture.save(path)
        samples.append(CaptionedImage(index, path, (caption,)))
    return Dataset(tuple(samples))


def texts_alone(captions: Sequence[str], folder: Path) -> Dataset:
    """Texts for a model that reads no picture, each with the same grey one."""
    import PIL.Image

    return written([PIL.Image.new("RGB", (8, 8), (128, 128, 128))] * len(captions), captions, folder)
