"""One printed figure is altered: where it is defined, where a section prints it, or in the pages themselves."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tasks.drafting.building.choice import build
from tasks.drafting.checking import checked, held
from tasks.drafting.expected import RECORD, Expected

PLACES = ("numbers.tex", "a section", "the pages")

_DEFINED = re.compile(r"\\gonogodef\{([^}]+)\}\{([^\n]*?)\}% event")
_PRINTED = re.compile(r"\\fig\{([^}]+)\}")
_DIGIT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Altered:
    """One trial."""

    place: str
    key: str
    named: bool
    """Whether the check names the figure."""
    found: tuple[str, ...]


def alterations(folder: Path, count: int, draw: random.Random) -> Iterator[Altered]:
    """So many trials on the sources of one paper, each on a fresh copy of what it alters."""
    pages = _pages(folder)
    for number in range(count):
        place = PLACES[number % len(PLACES)]
        if place == "the pages":
            yield _in_pages(folder, pages, draw)
        elif place == "numbers.tex":
            yield _in_numbers(folder, draw)
        else:
            yield _in_section(folder, draw)


def _pages(folder: Path) -> bytes:
    built = build(folder, 0)
    if built.pdf is None:
        raise SystemExit(f"LaTeX is needed here: {built.error or built.log}")
    return built.pdf.read_bytes()


def _in_numbers(folder: Path, draw: random.Random) -> Altered:
    path = folder / "numbers.tex"
    text, used = path.read_text(), Expected.read((folder / RECORD).read_bytes()).uses
    found = draw.choice([each for each in _DEFINED.finditer(text) if each[1] in used and _DIGIT.search(each[2])])
    altered = text[: found.start(2)] + _other(found[2], draw) + text[found.end(2) :]
    return _tried(folder, path, text, altered, "numbers.tex", found[1])


def _in_section(folder: Path, draw: random.Random) -> Altered:
    known = Expected.read((folder / RECORD).read_bytes()).figures
    paths = [path for path in sorted((folder / "sections").glob("*.tex")) if _PRINTED.search(path.read_text())]
    path = draw.choice(paths)
    text = path.read_text()
    found = draw.choice(list(_PRINTED.finditer(text)))
    altered = text[: found.start()] + _other(known[found[1]], draw) + text[found.end() :]
    return _tried(folder, path, text, altered, "a section", found[1])


def _tried(folder: Path, path: Path, text: str, altered: str, place: str, key: str) -> Altered:
    path.write_text(altered)
    try:
        built, result = checked(folder)
    finally:
        path.write_text(text)
    told = tuple(fault.said for fault in result.faults) if not built.error else (built.error,)
    return Altered(place, key, any(key in each for each in told), told)


def _in_pages(folder: Path, pages: bytes, draw: random.Random) -> Altered:
    """A digit under the link of a figure becomes another, by its place in the stream of the page."""
    expected = Expected.read((folder / RECORD).read_bytes())
    keys = [key for key in expected.uses if len(re.sub(r"\D", "", expected.figures[key])) > 2]
    while True:
        key = draw.choice(keys)
        digits = expected.figures[key].lstrip("-< ").encode()
        spots = [found.start() for found in re.finditer(rb"(?<=[(\[])" + re.escape(digits) + rb"(?=[),\]])", pages)]
        if spots:
            break
    at = draw.choice(spots) + draw.choice([place for place, sign in enumerate(digits) if chr(sign).isdigit()])
    other = str((int(chr(pages[at])) + draw.randint(1, 9)) % 10).encode()
    path = folder / "altered.pdf"
    path.write_bytes(pages[:at] + other + pages[at + 1 :])
    told = tuple(fault.said for fault in held(expected, folder, path).faults)
    path.unlink()
    alike = {each for each, text in expected.figures.items() if text == expected.figures[key]}
    return Altered("the pages", key, any(each in said for said in told for each in alike), told)


def _other(text: str, draw: random.Random) -> str:
    """The text with one digit changed."""
    at = draw.choice([found.start() for found in _DIGIT.finditer(text)])
    return f"{text[:at]}{(int(text[at]) + draw.randint(1, 9)) % 10}{text[at + 1 :]}"
