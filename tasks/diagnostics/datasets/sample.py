"""An image with its captions, and an ordered run of them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class CaptionedImage:
    """One image and the captions that are used with it."""

    image_id: int
    path: Path
    captions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Dataset:
    """Samples in ascending order of image id, all with the same number of captions."""

    samples: tuple[CaptionedImage, ...]

    @property
    def captions_per_image(self) -> int:
        """Captions of each image."""
        return len(self.samples[0].captions)

    def __len__(self) -> int:
        return len(self.samples)


def data_digest(used: Iterable[tuple[CaptionedImage, str]]) -> str:
    """SHA-256, in hex, of the data really used: of each image its id, the SHA-256 of its file, and its captions."""
    whole = hashlib.sha256()
    for sample, image_sha256 in used:
        whole.update(json.dumps([sample.image_id, image_sha256, sample.captions]).encode("ascii") + b"\n")
    return whole.hexdigest()
