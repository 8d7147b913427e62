"""The `shapes` data set: generated scenes in the COCO captions format, so that everything runs without a download."""

from __future__ import annotations

import io
import json
import shutil
import uuid
from dataclasses import asdict
from pathlib import Path
from typing import Any

from store.errors import OF_THE_MACHINE, BadInput
from tasks.diagnostics.datasets.scenes import SIDE, captions, picture, scene

VERSION = 1
"""Raised when the same seed would give other scenes."""

CAPTIONS_FILE = "captions_shapes.json"
_MOST_CAPTIONS = 1000


def ensure(root: Path, seed: int, n: int, captions_per_image: int) -> tuple[Path, Path]:
    """Make sure that `root` holds at least `n` images of `seed`; returns its images folder and captions file.

    Image i and its caption j depend on (seed, i, j) alone, so a longer data set extends a shorter one. A reader never
    meets half a data set: a new folder appears whole, and an extension is there once the captions file is replaced.
    Raises BadInput when the folder holds something else or may not be written, and OSError for a full disk.
    """
    if captions_per_image > _MOST_CAPTIONS:
        raise BadInput(f"data: captions_per_image is at most {_MOST_CAPTIONS} for shapes, not {captions_per_image}")
    try:
        _ensure(root, seed, n, captions_per_image)
    except OSError as error:
        if error.errno in OF_THE_MACHINE:  # a disk that is full now is no fault of the folder
            raise
        raise BadInput(f"{root}: shapes cannot be written there ({error.strerror}); choose another folder") from None
    return root / "images", root / CAPTIONS_FILE


def document(seed: int, n: int, captions_per_image: int) -> dict[str, Any]:
    """The captions file of the first `n` scenes of `seed`."""
    return {
        "info": {
            "description": "scenes of coloured shapes, generated",
            "version": VERSION,
            "seed": seed,
            "captions_per_image": captions_per_image,
        },
        "images": [_image_record(seed, index) for index in range(n)],
        "annotations": [
            {"id": index * _MOST_CAPTIONS + j, "image_id": index, "caption": caption}
            for index in range(n)
            for j, caption in enumerate(captions(seed, index, captions_per_image))
        ],
    }


def _image_record(seed: int, index: int) -> dict[str, Any]:
    objects = [asdict(thing) for thing in scene(seed, index)]
    return {"id": index, "file_name": _file_name(index), "width": SIDE, "height": SIDE, "objects": objects}


def _file_name(index: int) -> str:
    return f"{index:06d}.png"


def _ensure(root: Path, seed: int, n: int, captions_per_image: int) -> None:
    if not root.exists() or (root.is_dir() and not any(root.iterdir())):
        _create(root, seed, n, captions_per_image)
    have_n, have_captions = _existing(root, seed)
    most_n, most_captions = max(n, have_n), max(captions_per_image, have_captions)
    _write_images(root, seed, most_n)
    if (most_n, most_captions) != (have_n, have_captions):
        _write_document(root, document(seed, most_n, most_captions))


def _create(root: Path, seed: int, n: int, captions_per_image: int) -> None:
    building = root.parent / f".{root.name}-{uuid.uuid4().hex}"
    try:
        _write_images(building, seed, n)
        _write_document(building, document(seed, n, captions_per_image))
        building.rename(root)
    except OSError:
        if not (root / CAPTIONS_FILE).exists():  # otherwise another process was first, and wrote the same
            raise
    finally:
        shutil.rmtree(building, ignore_errors=True)


def _existing(root: Path, seed: int) -> tuple[int, int]:
    """How many images and captions per image a folder holds."""
    try:
        found = json.loads((root / CAPTIONS_FILE).read_bytes())
        n, captions_per_image = len(found["images"]), int(found["info"]["captions_per_image"])
        same = found == document(seed, n, captions_per_image)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        same = False
    if not same:
        raise BadInput(f"{root}: holds something other than the shapes of seed {seed}; name another folder for them")
    return n, captions_per_image


def _write_images(root: Path, seed: int, n: int) -> None:
    from PIL import Image

    (root / "images").mkdir(parents=True, exist_ok=True)
    for index in range(n):
        path = root / "images" / _file_name(index)
        if not path.exists():
            png = io.BytesIO()
            Image.fromarray(picture(seed, index)).save(png, "PNG")
            _replace(path, png.getvalue())


def _write_document(root: Path, content: dict[str, Any]) -> None:
    _replace(root / CAPTIONS_FILE, json.dumps(content, indent=1).encode("ascii") + b"\n")


def _replace(path: Path, data: bytes) -> None:
    """Write a file so that it is there whole or not at all."""
    partial = path.with_name(f".{path.name}-{uuid.uuid4().hex}")
    partial.write_bytes(data)
    partial.replace(path)
