"""Finding the parts of a COCO folder that a user names."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from store.errors import BadInput
from tasks.diagnostics.datasets import locate

MakeCoco = Callable[..., tuple[Path, Path]]


@pytest.mark.parametrize("place", [".", "images", "val"])
def test_images_are_found_in_the_folder_in_images_or_in_the_folder_the_file_is_named_after(
    place: str, make_coco: MakeCoco, tmp_path: Path
) -> None:
    images, annotations = make_coco()
    moved = tmp_path / place
    if moved != images:
        shutil.copytree(images, moved, dirs_exist_ok=True)
        shutil.rmtree(images)
    assert locate(tmp_path) == (moved, annotations)


def test_the_captions_file_may_lie_in_annotations(make_coco: MakeCoco, tmp_path: Path) -> None:
    images, annotations = make_coco()
    (tmp_path / "annotations").mkdir()
    moved = annotations.rename(tmp_path / "annotations" / annotations.name)
    assert locate(tmp_path) == (images, moved)


def test_several_captions_files_leave_the_choice_to_the_user(make_coco: MakeCoco, tmp_path: Path) -> None:
    _, annotations = make_coco()
    shutil.copy(annotations, tmp_path / "captions_train.json")
    with pytest.raises(BadInput, match=r"captions_train\.json, captions_val\.json\); pick one"):
        locate(tmp_path)


def test_what_is_not_there_is_named(make_coco: MakeCoco, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="there is no such folder"):
        locate(tmp_path / "none")
    with pytest.raises(BadInput, match=r"holds no captions_\*\.json"):
        locate(tmp_path)
    images, _ = make_coco()
    shutil.rmtree(images)
    with pytest.raises(BadInput, match=r"first image '10\.jpg' is in none of"):
        locate(tmp_path)
    make_coco(n=0)
    with pytest.raises(BadInput, match="`images` is empty"):
        locate(tmp_path)
