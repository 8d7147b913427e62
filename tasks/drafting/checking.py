"""A folder of sources, built and checked: the pages, what was counted in them, and their faults."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from store.errors import BadInput
from tasks.drafting.building.built import Built
from tasks.drafting.checks import check
from tasks.drafting.expected import RECORD, Expected
from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.pages import Pages, read_pages

BIBLIOGRAPHY, PROSE = "references.bib", "prose"


@dataclass(frozen=True, slots=True)
class Found:
    """What the check of a paper found."""

    pages: int
    figures: int
    """Places where a figure is printed."""
    references: int
    faults: tuple[Fault, ...]


def checked(folder: Path, build: Callable[[Path, int], Built], scratch: Path) -> tuple[Built, Found]:
    """Build the sources of a folder in a copy of it, under `scratch`, and check them with the pages."""
    expected = Expected.read((folder / RECORD).read_bytes())
    copy = Path(tempfile.mkdtemp(dir=scratch)).resolve() / "build"
    shutil.copytree(folder, copy, symlinks=True)
    _plain_files_only(copy)
    built = build(copy, expected.epoch)
    return built, held(expected, folder, built.pdf, "" if built.preview else built.log)


def held(expected: Expected, folder: Path, pdf: Path | None, log: str = "") -> Found:
    """A paper that is set already, held against the record; `folder` has the sources."""
    pages = read_pages(pdf) if pdf is not None else None
    bibliography = (folder / BIBLIOGRAPHY).read_text("utf-8") if (folder / BIBLIOGRAPHY).is_file() else ""
    faults = check(Paper(expected, pages, log, prose_of(folder), bibliography))
    return Found(
        pages=pages.count if pages is not None else 0,
        figures=_count(pages),
        references=len(expected.citations),
        faults=faults,
    )


def prose_of(folder: Path) -> Mapping[str, str]:
    """What people wrote, by its place in the folder."""
    found = sorted((folder / PROSE).glob("*.tex")) if (folder / PROSE).is_dir() else []
    return {f"{PROSE}/{path.name}": path.read_bytes().decode("utf-8", "replace") for path in found}


def _count(pages: Pages | None) -> int:
    return len(pages.figures) if pages is not None else 0


def _plain_files_only(folder: Path) -> None:
    """BadInput for a link, or anything that is neither file nor folder: it may lead out of the folder."""
    for path in folder.rglob("*"):
        if path.is_symlink() or not (path.is_dir() or path.is_file()):
            raise BadInput(f"{path.relative_to(folder)} is no plain file, and a paper is built of plain files alone")
