"""Studies that are really run: tiny models, generated data, a real log and a real MLflow store."""

from __future__ import annotations

import fcntl
import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from orchestrator.cli.main import run

from . import tracked as tracked_study

STUDY = """
[study]
name = "tiny"
question = "Does attention collapse in small models?"
claim = "It does"
seed = 7
target = 2126-12-31

[[models]]
id = "clip-tiny"
family = "clip"
name = "tiny"
weights = "random"

[[models]]
id = "siglip-tiny"
family = "siglip"
name = "tiny"
weights = "random"

[[models]]
id = "far-away"
family = "clip"
name = "base-patch32"
weights = "openai/clip-vit-base-patch32"
substitutes = ["clip:small@random"]

[data]
source = "shapes"
n = 32
captions_per_image = 2

[decision]
metric = "mcs_norm"
null = 0.5
threshold = 0.7
at_least = [2, 3]
looks = 2
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a second cycle is slow."""
    for item in items:
        if "two_cycles" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@dataclass(frozen=True)
class Said:
    """What a command said and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Gonogo = Callable[..., Said]


@pytest.fixture(scope="session", autouse=True)
def own_cache(shared_folder: Path) -> Iterator[None]:
    """Nulls are kept for this run alone, and none of an earlier one is taken."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(shared_folder / "cache"))
        yield


def unsigned(workspace: Path) -> None:
    """Take back what was signed at the end of a run: a run that died before had signed nothing."""
    shutil.rmtree(workspace / "heads")
    for name, statement in (
        ("mlflow.db", "DELETE FROM experiment_tags WHERE key = 'gonogo.head'"),
        ("gonogo.db", "DELETE FROM heads"),
    ):
        with sqlite3.connect(workspace / name) as connection:
            connection.execute(statement)
        connection.close()


@pytest.fixture
def gonogo(capfd: pytest.CaptureFixture[str]) -> Gonogo:
    """Run a command line in this process, where the heavy libraries are loaded already."""

    def call(*arguments: object) -> Said:
        capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        said = capfd.readouterr()
        return Said(code, said.out, said.err)

    return call


def new_study(folder: Path, text: str = STUDY) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.toml").write_text(text, encoding="utf-8")
    return folder


def made_once(folder: Path, make: Callable[[Path], object]) -> Path:
    """A folder that the first worker makes who needs it; the others wait for it."""
    folder.parent.mkdir(exist_ok=True)
    done = folder.with_suffix(".done")
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def made_cycle(shared_folder: Path) -> Path:
    def make(folder: Path) -> None:
        assert run(["run", "--workspace", str(new_study(folder))]) == 3

    return made_once(shared_folder / "one" / "study", make)


@pytest.fixture(scope="session")
def one_cycle(made_cycle: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after its first cycle, which waits for a human. Copy it before changing it."""
    return shutil.copytree(made_cycle, tmp_path_factory.mktemp("one") / "study")


@pytest.fixture(scope="session")
def two_cycles(made_cycle: Path, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same workspace after a human decided and the second cycle ran."""

    def make(folder: Path) -> None:
        shutil.copytree(made_cycle, folder)
        answer = ["--choose", "at-least-2", "--as", "Ada Lovelace", "--reason", "two of three carry the claim"]
        assert run(["decide", "c1-claim-strength", *answer, "--workspace", str(folder)]) == 0
        assert run(["run", "--workspace", str(folder)]) == 0

    made = made_once(shared_folder / "two" / "study", make)
    return shutil.copytree(made, tmp_path_factory.mktemp("two") / "study")


@pytest.fixture
def workspace(made_cycle: Path, tmp_path: Path) -> Path:
    """A copy of the workspace after one cycle, to do with as a test likes."""
    return shutil.copytree(made_cycle, tmp_path / "study")


@pytest.fixture(scope="session")
def made_library(shared_folder: Path) -> Path:
    """A workspace after one cycle with literature. Copy it before changing it."""

    def make(folder: Path) -> None:
        new_study(folder, tracked_study.STUDY)
        (folder / "a.bib").write_text(tracked_study.BIB)
        (folder / "b.ris").write_text(tracked_study.RIS)
        assert run(["run", "--workspace", str(folder)]) == 0

    return made_once(shared_folder / "library" / "study", make)


@pytest.fixture
def tracked(made_library: Path, tmp_path: Path) -> Path:
    """A copy of the workspace after a cycle with literature, to do with as a test likes."""
    return shutil.copytree(made_library, tmp_path / "study")
