"""The reader of a COCO captions file: structure first, then the run of images that is asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any

from store.errors import OF_THE_MACHINE, BadInput
from tasks.diagnostics.datasets.sample import CaptionedImage

_MAX_ID = 2**63 - 1
"""Image ids are kept as 64-bit integers."""


@dataclass(frozen=True, slots=True)
class Captions:
    """A captions file that is sound in itself: images in ascending order of id, captions in that of annotation id."""

    file: Path
    names: dict[int, str]
    captions: dict[int, list[str]]


def read_captions(file: Path) -> Captions:
    """Read and check a captions file. Raises BadInput, in one line, naming the file, the key and the remedy."""
    document = _parse(file)
    names = dict(sorted(_images(document, file)))
    captions: dict[int, list[str]] = {image_id: [] for image_id in names}
    for _, image_id, caption in sorted(_annotations(document, file), key=lambda annotation: annotation[0]):
        if image_id not in captions:
            raise BadInput(f"{file}: annotations: image_id {image_id} is not among `images`; add the image or drop it")
        captions[image_id].append(caption)
    return Captions(file, names, captions)


def select(read: Captions, images: Path, first: int, n: int, captions_per_image: int) -> tuple[CaptionedImage, ...]:
    """The samples [first, first + n) with exactly `captions_per_image` captions each.

    Raises BadInput when there are too few images or captions, a caption is blank, or an image's name leads out of
    the folder or to no file.
    """
    ids = list(read.names)
    if first + n > len(ids):
        raise BadInput(f"{read.file}: holds {len(ids)} images, but {first + n} are needed; ask for fewer or add images")
    if not images.is_dir():
        raise BadInput(f"{images}: there is no such folder of images; name the folder that {read.file.name} describes")
    return tuple(_sample(read, images, image_id, captions_per_image) for image_id in ids[first : first + n])


def _sample(read: Captions, images: Path, image_id: int, wanted: int) -> CaptionedImage:
    captions = tuple(read.captions[image_id][:wanted])
    if len(captions) < wanted:
        raise BadInput(
            f"{read.file}: image {image_id} has {len(captions)} captions, but {wanted} are needed; "
            "add captions or set captions_per_image lower"
        )
    for caption in captions:
        _check_caption(caption, image_id, read.file)
    return CaptionedImage(image_id, _image_path(read, images, image_id), captions)


def _check_caption(caption: str, image_id: int, file: Path) -> None:
    if not caption.strip():
        raise BadInput(f"{file}: annotations: image {image_id} has a blank caption; fill it in or remove it")
    try:
        caption.encode()
    except UnicodeEncodeError:
        raise BadInput(
            f"{file}: annotations: image {image_id} has a caption that is not Unicode; save it as UTF-8"
        ) from None


def _image_path(read: Captions, images: Path, image_id: int) -> Path:
    name = read.names[image_id]
    if escapes(name):
        raise BadInput(f"{read.file}: images: file_name {name!r} leads out of the images folder; use a plain name")
    path = images / name
    if not is_file(path):
        raise BadInput(f"{path}: image {image_id} is missing; put the file there or name the right images folder")
    return path


def is_file(path: Path) -> bool:
    """Whether there is a file, also where the name is one that no file can have."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def escapes(name: str) -> bool:
    """Whether a relative file name could lead out of its folder, on any platform."""
    forms = PurePosixPath(name), PureWindowsPath(name)
    return not name or "\0" in name or any(form.is_absolute() or form.anchor or ".." in form.parts for form in forms)


def _parse(file: Path) -> dict[str, Any]:
    try:
        document = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise BadInput(f"{file}: there is no such captions file; give the path of a COCO captions JSON") from None
    except OSError as error:
        if error.errno in OF_THE_MACHINE:
            raise
        raise BadInput(f"{file}: cannot be read ({error.strerror}); give the path of a COCO captions JSON") from None
    except RecursionError:
        raise BadInput(f"{file}: is nested too deeply to be COCO captions; check the file") from None
    except ValueError as error:
        raise BadInput(f"{file}: is not JSON ({error}); give a COCO captions JSON") from None
    if not isinstance(document, dict):
        raise BadInput(f"{file}: is not a JSON object with `images` and `annotations`; give a COCO captions JSON")
    return document


def _records(document: dict[str, Any], key: str, file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    records = document.get(key)
    if not isinstance(records, list):
        raise BadInput(f"{file}: `{key}` is missing or not a list; give a COCO captions JSON")
    for position, record in enumerate(records):
        if not isinstance(record, dict):
            raise BadInput(f"{file}: {key}[{position}] is not an object; give a COCO captions JSON")
        yield position, record


def _images(document: dict[str, Any], file: Path) -> Iterator[tuple[int, str]]:
    seen: set[int] = set()
    for position, record in _records(document, "images", file):
        image_id = _integer(record, "id", f"{file}: images[{position}]")
        if image_id in seen:
            raise BadInput(f"{file}: images: id {image_id} occurs twice; keep one of the two")
        seen.add(image_id)
        yield image_id, _text(record, "file_name", f"{file}: images[{position}]")


def _annotations(document: dict[str, Any], file: Path) -> Iterator[tuple[int, int, str]]:
    for position, record in _records(document, "annotations", file):
        where = f"{file}: annotations[{position}]"
        yield _integer(record, "id", where), _integer(record, "image_id", where), _text(record, "caption", where)


def _integer(record: dict[str, Any], key: str, where: str) -> int:
    value = record.get(key)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _MAX_ID:
        raise BadInput(f"{where}: `{key}` is missing or not an integer of 0 or more; give a COCO captions JSON")
    return value


def _text(record: dict[str, Any], key: str, where: str) -> str:
    value = record.get(key)
    if not isinstance(value, str):
        raise BadInput(f"{where}: `{key}` is missing or not a text; give a COCO captions JSON")
    return value
