"""Finding the captions file and the images in a folder that a user names."""

from __future__ import annotations

from pathlib import Path

from store.errors import BadInput
from tasks.diagnostics.datasets.coco import escapes, is_file, read_captions

_PREFIX = "captions_"


def locate(folder: Path) -> tuple[Path, Path]:
    """The folder of images and the captions file in `folder`.

    The captions file is `captions_*.json`, in the folder or in its `annotations/`. The images are looked for in the
    subfolder that the file is named after (`val2017/` for `captions_val2017.json`), in `images/`, then in the folder
    itself; the place that holds the first image counts. Raises BadInput when there is none, or a choice to make.
    """
    captions = _captions_file(folder)
    names = read_captions(captions).names
    if not names:
        raise BadInput(f"{captions}: `images` is empty; give a captions file that lists images")
    first = next(iter(names.values()))
    places = (folder / captions.stem.removeprefix(_PREFIX), folder / "images", folder)
    for place in places:
        if not escapes(first) and is_file(place / first):
            return place, captions
    looked = ", ".join(str(place) for place in places)
    raise BadInput(f"{captions}: its first image {first!r} is in none of {looked}; put the images in one of them")


def _captions_file(folder: Path) -> Path:
    if not folder.is_dir():
        raise BadInput(f"{folder}: there is no such folder of data; give a folder with captions_*.json and its images")
    found = sorted(folder.glob(f"{_PREFIX}*.json")) or sorted((folder / "annotations").glob(f"{_PREFIX}*.json"))
    if not found:
        raise BadInput(f"{folder}: holds no captions_*.json; add the COCO captions file")
    if len(found) > 1:
        names = ", ".join(file.name for file in found)
        raise BadInput(f"{folder}: holds several captions files ({names}); pick one and name it with its images folder")
    return found[0]
