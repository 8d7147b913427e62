"""Starts a study: a folder with a study file to edit."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from orchestrator.artifacts import write_durably
from orchestrator.settings import Settings, require_addressable
from orchestrator.study.file import read_study
from orchestrator.usecases.session import require_beginning
from orchestrator.workspace import Workspace
from store.errors import BadInput

DEMO = "demo"
"""As a source: the demo study, which every installation has."""


LIBRARY = "literature"
"""Folder of the demo's files of literature, in its workspace."""


@dataclass(frozen=True, slots=True)
class Started:
    """The study file of a workspace."""

    path: Path
    written: bool
    """False when one was there already, and stays as it is."""


def start_study(directory: Path, source: str | None = None, keep: bool = False) -> Started:
    """Write DIRECTORY/study.toml: the starter, or a copy of `source`, which is DEMO or the path of a valid study file.

    Raises BadInput when `source` is neither, or a study file is there already that is not to be kept, and
    IntegrityFailure where the log of a study was lost.
    """
    require_addressable(directory)
    require_beginning(Settings(workspace=directory))
    target = Workspace(directory).study_file
    if target.exists():
        if keep and source == DEMO:
            _copy_library(directory)
        if keep:
            return Started(target, written=False)
        raise BadInput(f"{target} is there already; choose another folder, or give --keep to leave it as it is")
    if source == DEMO:
        _copy_library(directory)
    write_durably(target, _content(source))
    return Started(target, written=True)


def _copy_library(directory: Path) -> None:
    """Give the demo its files of literature, where they are not there yet."""
    for file in files("templates").joinpath("study/library").iterdir():
        target = directory / LIBRARY / file.name
        if not target.exists():
            write_durably(target, file.read_bytes())


def _content(source: str | None) -> bytes:
    if source is None or source == DEMO:
        return files("templates").joinpath(f"study/{source or 'study'}.toml").read_bytes()
    read_study(Path(source))
    return Path(source).read_bytes()
