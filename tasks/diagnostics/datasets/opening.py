"""From a data reference to samples: the one door to the data."""

from __future__ import annotations

from pathlib import Path

from store.errors import BadInput
from store.models import DataRef
from tasks.diagnostics.datasets import shapes
from tasks.diagnostics.datasets.coco import read_captions, select
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.datasets.locate import locate
from tasks.diagnostics.datasets.sample import Dataset, data_digest


def open_data(ref: DataRef, workspace: Path) -> Dataset:
    """The samples [first, first + n) of `ref`; relative paths start at `workspace`.

    `shapes` are generated, or extended, as far as needed. Images are not decoded yet. Raises BadInput.
    """
    images, annotations = _places(ref, workspace)
    return Dataset(select(read_captions(annotations), images, ref.first, ref.n, ref.captions_per_image))


def check(ref: DataRef, workspace: Path) -> str:
    """Decode every image that `ref` asks for, and return the digest of the data. Raises BadInput at the first fault."""
    return data_digest((sample, read_image(sample)[1]) for sample in open_data(ref, workspace).samples)


def _places(ref: DataRef, workspace: Path) -> tuple[Path, Path]:
    if ref.source == "shapes":
        return shapes.ensure(_shapes_root(ref, workspace), ref.seed, ref.first + ref.n, ref.captions_per_image)
    if not ref.images:
        raise BadInput("data: images is not set; name the folder that holds the images")
    if not ref.annotations:
        return locate(workspace / ref.images)
    return workspace / ref.images, workspace / ref.annotations


def _shapes_root(ref: DataRef, workspace: Path) -> Path:
    if ref.annotations:
        return (workspace / ref.annotations).parent
    return workspace / (ref.images or f"data/shapes-{ref.seed}")
