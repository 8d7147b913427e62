"""Generated scenes: the same everywhere, and a longer data set extends a shorter one."""

from __future__ import annotations

import hashlib
import json
import os
import threading
from pathlib import Path

import numpy as np
import pytest

from store.errors import OF_THE_MACHINE, BadInput
from tasks.diagnostics.datasets import shapes
from tasks.diagnostics.datasets.scenes import captions, picture, scene

PIXELS, WORDS = "2ac0cc98c26927ed", "b32ac37d136aa35f"


def contents(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_scenes_are_the_same_on_every_machine() -> None:
    pixels = b"".join(picture(7, index).tobytes() for index in range(50))
    words = json.dumps([captions(7, index, 5) for index in range(50)]).encode()
    assert hashlib.sha256(pixels).hexdigest()[:16] == PIXELS
    assert hashlib.sha256(words).hexdigest()[:16] == WORDS


def test_seeds_and_indices_give_different_scenes() -> None:
    assert len({scene(seed, index) for seed in (0, 1) for index in range(100)}) > 190


def test_every_scene_has_one_to_three_things_that_show() -> None:
    for index in range(200):
        things = scene(0, index)
        assert 1 <= len(things) <= 3
        assert len({thing.shape for thing in things}) == len({thing.colour for thing in things}) == len(things)
        drawn = len(np.unique(picture(0, index).reshape(-1, 3), axis=0))
        assert drawn == len(things) + 1


def test_captions_have_four_to_fourteen_words_and_name_what_is_there() -> None:
    for index in range(300):
        there = {word for thing in scene(0, index) for word in (thing.shape, thing.colour, thing.size)}
        for caption in captions(0, index, 7):
            assert 4 <= len(caption.split()) <= 14, caption
            named = set(caption.split()) & {"circle", "square", "triangle", "cross", "ring", "star", "red", "green"}
            assert named <= there


def test_a_caption_does_not_depend_on_how_many_are_asked_for() -> None:
    assert captions(3, 5, 2) == captions(3, 5, 9)[:2]


def test_the_same_folder_is_left_alone(tmp_path: Path) -> None:
    shapes.ensure(tmp_path / "s", 1, 5, 3)
    before = {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")}
    shapes.ensure(tmp_path / "s", 1, 4, 2)
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "s").rglob("*")} == before


def test_an_extended_folder_is_the_folder_that_was_long_from_the_start(tmp_path: Path) -> None:
    shapes.ensure(tmp_path / "grown", 1, 3, 2)
    shapes.ensure(tmp_path / "grown", 1, 3, 4)
    shapes.ensure(tmp_path / "grown", 1, 8, 1)
    shapes.ensure(tmp_path / "whole", 1, 8, 4)
    assert contents(tmp_path / "grown") == contents(tmp_path / "whole")


def test_an_interrupted_extension_is_finished(tmp_path: Path) -> None:
    shapes.ensure(tmp_path / "s", 1, 3, 2)
    (tmp_path / "s" / "images" / "000001.png").unlink()
    shapes.ensure(tmp_path / "s", 1, 3, 2)
    shapes.ensure(tmp_path / "whole", 1, 3, 2)
    assert contents(tmp_path / "s") == contents(tmp_path / "whole")


def test_the_captions_file_tells_the_seed_and_the_objects(tmp_path: Path) -> None:
    _, annotations = shapes.ensure(tmp_path / "s", 9, 2, 5)
    document = json.loads(annotations.read_text())
    assert document["info"]["seed"] == 9
    assert document["images"][1]["objects"][0]["shape"] == scene(9, 1)[0].shape


@pytest.mark.parametrize("name", ["captions_shapes.json", "holiday.jpg"])
def test_a_folder_that_holds_something_else_is_refused_and_left_as_it_is(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(BadInput, match="holds something other than the shapes of seed 0; name another folder"):
        shapes.ensure(tmp_path, 0, 2, 2)
    assert contents(tmp_path) == {name: b"mine"}


def test_the_shapes_of_another_seed_are_something_else(tmp_path: Path) -> None:
    shapes.ensure(tmp_path / "s", 1, 2, 2)
    with pytest.raises(BadInput, match="shapes of seed 2"):
        shapes.ensure(tmp_path / "s", 2, 2, 2)


def test_a_place_that_cannot_be_written_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"shapes cannot be written there|something other"):
        shapes.ensure(tmp_path / "file" / "s", 0, 1, 1)


def test_two_processes_that_generate_at_once_leave_one_whole_data_set(tmp_path: Path) -> None:
    faults: list[BaseException] = []

    def work() -> None:
        try:
            shapes.ensure(tmp_path / "s", 0, 6, 3)
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    shapes.ensure(tmp_path / "whole", 0, 6, 3)
    assert not faults
    assert contents(tmp_path / "s") == contents(tmp_path / "whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["s", "whole"]


@pytest.mark.parametrize("number", sorted(OF_THE_MACHINE))
def test_a_disk_that_is_full_now_is_no_fault_of_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    def full(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(shapes, "_ensure", full)
    with pytest.raises(OSError, match=os.strerror(number)):
        shapes.ensure(tmp_path / "data", 7, 2, 1)
