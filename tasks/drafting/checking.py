"""A folder of sources, built and checked: the pages, what was counted in them, and their faults."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from store.errors import BadInput
from tasks.drafting.building.built import Built
from tasks.drafting.building.choice import build
from tasks.drafting.checks import check
from tasks.drafting.checks.prose import hidden_commands, unknown_keys
from tasks.drafting.expected import RECORD, Expected
from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.pages import Pages, read_pages

MAIN, FIGURES = "paper.tex", "sections/figures.tex"
_PUT_IN = re.compile(r"\\input\{(sections/[a-z-]+\.tex)\}")

BIBLIOGRAPHY, PROSE, STYLE, PREAMBLE = "references.bib", "prose", "style", "preamble.tex"


@dataclass(frozen=True, slots=True)
class Found:
    """What the check of a paper found."""

    pages: int
    figures: int
    """Places where a figure is printed."""
    references: int
    faults: tuple[Fault, ...]


def checked(folder: Path) -> tuple[Built, Found]:
    """Build the sources of a folder, into which the pages and the log are put, and check them with the pages.

    Raises BadInput where people name a figure that the record does not have, or use a command that reads files by
    ways of its own.
    """
    expected = Expected.read((folder / RECORD).read_bytes())
    unknown = next(unknown_keys(prose_of(folder), expected.figures), None)
    if unknown is not None:  # LaTeX would stop there too, and name no other
        raise BadInput(unknown.said)
    hidden = next(hidden_commands({**prose_of(folder), **_preamble(folder)}), None)
    if hidden is not None:
        raise BadInput(hidden.said)
    style = folder / STYLE
    built = build(folder, expected.epoch, style=style if style.is_dir() else None)
    return built, held(expected, folder, built.pdf, "" if built.preview else built.log)


def held(expected: Expected, folder: Path, pdf: Path | None, log: str = "") -> Found:
    """A paper that is set already, held against the record; `folder` has the sources."""
    pages = read_pages(pdf) if pdf is not None else None
    bibliography = (folder / BIBLIOGRAPHY).read_text("utf-8") if (folder / BIBLIOGRAPHY).is_file() else ""
    faults = check(Paper(expected, pages, log, prose_of(folder), bibliography, _sections(folder)))
    return Found(
        pages=pages.count if pages is not None else 0,
        figures=_count(pages),
        references=len(expected.citations),
        faults=faults,
    )


def prose_of(folder: Path) -> Mapping[str, str]:
    """What people wrote for readers, by its place in the folder."""
    found = [path for path in sorted((folder / PROSE).glob("*.tex")) if path.name != PREAMBLE]
    return {f"{PROSE}/{path.name}": path.read_bytes().decode("utf-8", "replace") for path in found}


def _preamble(folder: Path) -> Mapping[str, str]:
    """What people tell LaTeX before the text begins."""
    path = folder / PROSE / PREAMBLE
    return {f"{PROSE}/{PREAMBLE}": path.read_bytes().decode("utf-8", "replace")} if path.is_file() else {}


def _sections(folder: Path) -> Mapping[str, str]:
    """The sections that the frame puts in, in its order."""
    frame = (folder / MAIN).read_text("utf-8") if (folder / MAIN).is_file() else ""
    names = [name for name in _PUT_IN.findall(frame) if (folder / name).is_file() and name != FIGURES]
    return {name: (folder / name).read_text("utf-8") for name in names}


def _count(pages: Pages | None) -> int:
    return len(pages.figures) if pages is not None else 0
