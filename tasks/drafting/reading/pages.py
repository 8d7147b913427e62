"""The pages of a paper as they were set: figures by their links, and words that stand outside of them, line by line."""

from __future__ import annotations

import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from store.errors import BadInput
from tasks.drafting.building.limits import Limits
from tasks.drafting.building.running import run

LIMITS = Limits(seconds=60.0, file_bytes=200_000_000)
"""What reading may take: a PDF of any kind ends within them, as it is read in a process of its own."""

LARGEST = 100_000_000
"""Bytes of a PDF that is read at all."""

_ROOT = Path(__file__).resolve().parents[3]

Box = tuple[float, float, float, float]
"""Left, top, right and bottom, in points from the upper left corner of a page."""


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A link of the pages to the row of a figure, and what is printed under it."""

    key: str
    text: str
    page: int
    """From 1."""
    box: Box


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a page, or the part of one in a column or cell, without the figures in it."""

    text: str
    page: int
    """From 1."""
    bare: str
    """The text, in which `LAYOUT` stands for digits that lead to a section, float, equation or reference of the paper,
    and `SMALL` before small digits such as footnote marks."""
    box: Box
    font: str
    """Of its first character."""
    size: float
    """Of most of its characters, in points."""


LAYOUT, SMALL = "\ufffc", "\ue001"
FRACTIONS = "¼½¾⅐-⅞"
"""Signs that are numbers without being digits, as in a class of a regular expression."""


@dataclass(frozen=True, slots=True)
class Row:
    """Where the pages say of a figure where it comes from."""

    page: int
    top: float


@dataclass(frozen=True, slots=True)
class Font:
    """A font of the pages."""

    name: str
    kind: str
    embedded: bool


@dataclass(frozen=True, slots=True)
class Pages:
    """A paper as it was set."""

    count: int
    figures: tuple[PrintedFigure, ...]
    lines: tuple[PrintedLine, ...]
    """In the order in which they were set, which is that of reading, column by column."""
    fonts: tuple[Font, ...]
    metadata: Mapping[str, str]
    addresses: tuple[tuple[int, str], ...] = ()
    """Pages, each with an address that it links to."""
    rows: Mapping[str, Row] | None = None
    """Key -> the place that links to the figure lead to."""
    works: tuple[Row, ...] = ()
    """Where the entries of the list of references begin."""

    def text(self, page: int) -> str:
        """The words of a page, outside of figures."""
        return "\n".join(line.text for line in self.lines if line.page == page)


def read_pages(path: Path) -> Pages:
    """Read a PDF in a process of its own; BadInput in one line where it is none, is locked, broken or too much."""
    name = _shown(path.name)
    try:
        found = path.stat()
    except OSError as error:
        raise BadInput(f"{name} cannot be read ({error.strerror})") from None
    if not stat.S_ISREG(found.st_mode):
        raise BadInput(f"{name} is no file")
    if found.st_size > LARGEST:
        raise BadInput(f"{name} has more than {LARGEST} bytes, and is no paper")
    with tempfile.TemporaryDirectory(prefix="gonogo-reading-") as private:
        folder = Path(private) / "work"
        folder.mkdir()
        command = [sys.executable, "-m", "tasks.drafting.reading.pdf", str(path.resolve()), str(folder / "read.json")]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])}
        ran = run(command, folder, env, LIMITS, time.monotonic() + LIMITS.seconds, None)
        if ran.broke:
            raise BadInput(f"{name} cannot be read as a PDF: it {ran.broke}")
        try:
            told = json.loads((folder / "read.json").read_text("utf-8"))
        except (OSError, ValueError):
            raise BadInput(f"{name} cannot be read as a PDF: reading it ended without a result") from None
    if "refused" in told:
        raise BadInput(f"{name} {told['refused']}")
    return pages_from(told)


def as_json(pages: Pages) -> str:
    """What `pages_from` takes."""
    return json.dumps(asdict(pages))


def pages_from(told: Mapping[str, Any]) -> Pages:
    """The pages that were written as JSON."""
    return Pages(
        count=told["count"],
        figures=tuple(PrintedFigure(**{**each, "box": tuple(each["box"])}) for each in told["figures"]),
        lines=tuple(PrintedLine(**{**each, "box": tuple(each["box"])}) for each in told["lines"]),
        fonts=tuple(Font(**each) for each in told["fonts"]),
        metadata=told["metadata"],
        addresses=tuple((page, address) for page, address in told["addresses"]),
        rows=None if told["rows"] is None else {key: Row(**each) for key, each in told["rows"].items()},
        works=tuple(Row(**each) for each in told["works"]),
    )


def _shown(name: str) -> str:
    return "".join(each if each.isprintable() else " " for each in name)[:80]
