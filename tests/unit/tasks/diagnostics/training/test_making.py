"""A model appears whole in a folder or not at all, and nothing that a person put there is lost."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from store.errors import BadInput
from tasks.diagnostics import zoo
from tasks.diagnostics.training import making
from tasks.diagnostics.training.loop import TrainingProgress
from tasks.diagnostics.zoo.card import FILE, read_card


@pytest.fixture
def few_scenes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Score on as few scenes as can be."""
    monkeypatch.setattr(making, "SCORED", 100)


@pytest.mark.usefixtures("few_scenes")
def test_a_model_is_trained_into_a_folder_that_may_be_written_again(tmp_path: Path) -> None:
    seen: list[TrainingProgress] = []
    first = making.make("shapes-clip", tmp_path / "new" / "clip", 0, 2, seen.append)
    assert [progress.step for progress in seen] == [1, 2]
    assert seen[0].minutes_left > 0
    assert first == read_card(tmp_path / "new" / "clip")
    assert {file.name for file in (tmp_path / "new" / "clip").iterdir()} == {*first.files, FILE}
    again = making.make("shapes-clip", tmp_path / "new" / "clip", 0, 2, seen.append)
    assert again.training.curve == first.training.curve
    assert again.sha256 == first.sha256, "the same seed gives the same weights"
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["clip"]


def test_an_interrupted_training_leaves_nothing_behind(tmp_path: Path) -> None:
    def stop(progress: TrainingProgress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        making.make("shapes-clip", tmp_path / "clip", 0, 2, stop)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_training_leaves_the_earlier_model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(zoo.folder("shapes-clip"), tmp_path / "clip")
    before = {file.name: file.read_bytes() for file in (tmp_path / "clip").iterdir()}

    def fail(progress: TrainingProgress) -> None:
        raise RuntimeError("no more")

    with pytest.raises(RuntimeError):
        making.make("shapes-clip", tmp_path / "clip", 0, 2, fail)
    assert {file.name: file.read_bytes() for file in (tmp_path / "clip").iterdir()} == before
    assert [file.name for file in tmp_path.iterdir()] == ["clip"]


def test_a_folder_with_anything_else_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("three years")
    with pytest.raises(BadInput, match=r"thesis\.txt"):
        making.check_out(tmp_path)
    shutil.copytree(zoo.folder("shapes-clip"), tmp_path / "clip")
    making.check_out(tmp_path / "clip")
    (tmp_path / "clip" / "notes.txt").write_text("mine")
    with pytest.raises(BadInput, match=r"notes\.txt"):
        making.check_out(tmp_path / "clip")
    with pytest.raises(BadInput, match="is a file"):
        making.check_out(tmp_path / "thesis.txt")
    making.check_out(tmp_path / "nothing-yet")


@pytest.mark.parametrize("name", zoo.NAMES)
def test_the_shipped_models_are_not_written_over(name: str) -> None:
    with pytest.raises(BadInput, match="gonogo ships"):
        making.check_out(zoo.folder(name))


def test_missing_libraries_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "LIBRARIES", ("numpy", "no-such-library"))
    with pytest.raises(making.MissingLibraries, match=r"needs no-such-library; pip install") as caught:
        making.installed_versions()
    assert "numpy" not in str(caught.value)
