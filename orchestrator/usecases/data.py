"""Makes image-caption data, or checks data of one's own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from store.models import DataRef


@dataclass(frozen=True, slots=True)
class CheckedData:
    """Images and captions that can be used, with their digest."""

    images: Path
    annotations: Path
    n: int
    captions_per_image: int
    digest: str
    """SHA-256 of the images and captions that are used."""

    def view(self) -> dict[str, Any]:
        """`gonogo.data/1`."""
        return {
            "schema": "gonogo.data/1",
            "images": str(self.images),
            "annotations": str(self.annotations),
            "n": self.n,
            "captions_per_image": self.captions_per_image,
            "digest": self.digest,
        }


def make_shapes(directory: Path, n: int, captions: int, seed: int) -> str:
    """Generate `n` scenes of coloured shapes, with captions, in the COCO format; their digest."""
    from tasks.diagnostics.datasets import check

    ref = DataRef(source="shapes", images=str(directory.resolve()), n=n, captions_per_image=captions, seed=seed)
    return check(ref, Path.cwd())


def check_data(directory: Path, n: int | None, captions: int) -> CheckedData:
    """Open the first `n` images of a COCO folder, by default all, and count the captions of each.

    Raises BadInput for an image that does not open, or has too few captions.
    """
    from tasks.diagnostics.datasets import check, locate
    from tasks.diagnostics.datasets.coco import read_captions

    folder, annotations = locate(directory)
    n = n or len(read_captions(annotations).names)
    ref = DataRef(
        source="coco", images=str(folder.resolve()), annotations=str(annotations.resolve()), n=n,
        captions_per_image=captions,
    )  # fmt: skip
    return CheckedData(folder, annotations, n, captions, check(ref, Path.cwd()))
