"""Reads a PDF: the figures that are printed in it, by their links, and the words that stand outside of them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.errors import BadInput

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

DESTINATION, ADDRESS = "src.", "urn:gonogo:figure:"
"""How the target of a figure's link begins: a place in the paper, or in a preview an address."""

_RIGHT = 0.9
"""Points at the right of a link's box in which the centre of a glyph is no longer in it: else commas join."""
_MINUS = str.maketrans({"\u2212": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": None, "\xad": None})
_MOST_PAGES = 2000
_BOLD = re.compile(r"bold|medi|black|heavy|cmbx|-b$", re.IGNORECASE)
"""Of names of fonts."""
_MOST_DRAWINGS = 200
_TOUCHING, _NEAR = 0.8, 8.0
_APART = 5.0
"""Points between two words of one line, from which on they stand in different columns or cells."""


@dataclass(frozen=True, slots=True)
class PrintedFigure:
    """A link of the pages to the row of a figure, and what is printed under it."""

    key: str
    text: str
    page: int
    """From 1."""


@dataclass(frozen=True, slots=True)
class PrintedLine:
    """A line of a page, without the figures in it."""

    text: str
    page: int
    bold: bool = False
    """Whether all of it is, as headings are."""


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
    fonts: tuple[Font, ...]
    metadata: Mapping[str, str]

    def text(self, page: int) -> str:
        """The words of a page, outside of figures."""
        return "\n".join(line.text for line in self.lines if line.page == page)


def read_pages(path: Path) -> Pages:
    """Read a PDF; BadInput in one line where it is none, is locked, or is broken."""
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.psexceptions import PSException

    try:
        with pdfplumber.open(path) as pdf:
            if not 0 < len(pdf.pages) <= _MOST_PAGES:
                raise BadInput(f"{path.name} has {len(pdf.pages)} pages, and is no paper")
            read = [_read(page, number) for number, page in enumerate(pdf.pages, 1)]
            metadata = {str(key): str(value) for key, value in (pdf.metadata or {}).items()}
    except BadInput:
        raise
    except PDFPasswordIncorrect:
        raise BadInput(f"{path.name} is locked by a password") from None
    except (PSException, ValueError, LookupError, TypeError, AttributeError, RecursionError, OSError) as error:
        raise BadInput(f"{path.name} cannot be read as a PDF ({type(error).__name__})") from None
    except Exception as error:  # pdfplumber wraps what pdfminer raises in a class of its own
        if type(error).__module__.partition(".")[0] not in ("pdfplumber", "pdfminer"):
            raise
        raise BadInput(f"{path.name} cannot be read as a PDF ({type(error).__name__})") from None
    fonts = {font for _, _, found in read for font in found}
    return Pages(
        count=len(read),
        figures=tuple(each for figures, _, _ in read for each in figures),
        lines=tuple(each for _, lines, _ in read for each in lines),
        fonts=tuple(sorted(fonts, key=lambda font: (font.name, font.kind))),
        metadata=metadata,
    )


def _read(page: PlumberPage, number: int) -> tuple[list[PrintedFigure], list[PrintedLine], set[Font]]:
    links = list(_links(page))
    under: list[list[Any]] = [[] for _ in links]
    drawn = _drawing_fonts(page)
    rest: list[Any] = []
    by_row: dict[int, list[int]] = {}
    for place, (_, box) in enumerate(links):
        for row in range(int(box[1]) // 8, int(box[3]) // 8 + 1):
            by_row.setdefault(row, []).append(place)
    for glyph in page.chars:
        if glyph["fontname"] in drawn:
            continue
        x, y = (glyph["x0"] + glyph["x1"]) / 2, (glyph["top"] + glyph["bottom"]) / 2
        places = by_row.get(int(y) // 8, ())
        inside = next((under[place] for place in places if _holds(links[place][1], x, y)), rest)
        inside.append(glyph)
    figures = [PrintedFigure(key, _joined(glyphs), number) for (key, _), glyphs in zip(links, under, strict=True)]
    lines = [PrintedLine(text, number, bold) for text, bold in _lines(list(_without_marks(rest)))]
    page.close()
    return figures, lines, set(_fonts(page))


def _links(page: PlumberPage) -> Iterator[tuple[str, tuple[float, float, float, float]]]:
    """Keys of figures that the page links to, each with its box: left, top, right, bottom."""
    for found in page.annots:
        key = _key(found["data"], found.get("uri"))
        if key is not None:
            yield key, (found["x0"], found["top"], found["x1"], found["bottom"])


def _key(data: Mapping[str, Any], uri: str | None) -> str | None:
    if uri is not None and uri.startswith(ADDRESS):
        return uri.removeprefix(ADDRESS)
    action = data.get("A")
    named = action.get("D") if isinstance(action, dict) else data.get("Dest")
    if isinstance(named, bytes):
        named = named.decode("utf-8", "replace")
    text = str(getattr(named, "name", named) or "")
    return text.removeprefix(DESTINATION) if text.startswith(DESTINATION) else None


def _holds(box: tuple[float, float, float, float], x: float, y: float) -> bool:
    return box[0] <= x <= box[2] - _RIGHT and box[1] <= y <= box[3]


def _joined(glyphs: list[Any]) -> str:
    """The text of glyphs on one line, from left to right, with a space where there is one to be seen."""
    ordered = sorted(glyphs, key=lambda glyph: glyph["x0"])
    text = ""
    for before, glyph in zip([None, *ordered], ordered, strict=False):
        if before is not None and glyph["x0"] - before["x1"] > 0.15 * glyph["size"]:
            text += " "
        text += glyph["text"]
    return re.sub(r"\s+", " ", text.translate(_MINUS)).strip()


def _without_marks(glyphs: list[Any]) -> Iterator[Any]:
    """The glyphs without the raised digits that mark footnotes: smaller than the letters beside them, and higher."""
    for at, glyph in enumerate(glyphs):
        beside = (glyphs[other] for other in (at - 1, at + 1) if 0 <= other < len(glyphs))
        if not (glyph["text"].isdigit() and any(_is_raised(glyph, other) for other in beside)):
            yield glyph


def _is_raised(glyph: Any, other: Any) -> bool:
    near = min(abs(glyph["x0"] - other["x1"]), abs(other["x0"] - glyph["x1"])) < _NEAR
    return bool(near and glyph["size"] < 0.8 * other["size"] and glyph["bottom"] < other["bottom"] - 1)


def _lines(glyphs: list[Any]) -> list[tuple[str, bool]]:
    """The words of a page, line by line; what stands far apart on one line, as in two columns, is parted."""
    from pdfplumber.utils.text import extract_words

    words = extract_words(
        glyphs, x_tolerance_ratio=0.2, y_tolerance=2, keep_blank_chars=False, extra_attrs=["fontname"]
    )
    lines: list[list[Any]] = []
    for word in words:
        last = lines[-1][-1] if lines else None
        if last is not None and abs(last["bottom"] - word["bottom"]) < 2 and -1 <= word["x0"] - last["x1"] < _APART:
            lines[-1].append(word)
        else:
            lines.append([word])
    return [
        (
            _spaced(line).translate(_MINUS),
            all(_BOLD.search(word["fontname"]) is not None for word in line),
        )
        for line in lines
    ]


def _spaced(line: list[Any]) -> str:
    """The words of a line, with a space wherever there is one to be seen: a change of font parts none."""
    text = line[0]["text"]
    for before, word in pairwise(line):
        text += (" " if word["x0"] - before["x1"] > _TOUCHING else "") + word["text"]
    return str(text)


def _fonts(page: PlumberPage) -> Iterator[Font]:
    yield from (_font(font) for _, font in _used_fonts(page))


def _drawing_fonts(page: PlumberPage) -> frozenset[str]:
    """Names of the fonts that drawings alone use, whose words are scales and legends."""
    levels: dict[bool, set[str]] = {True: set(), False: set()}
    for inside, font in _used_fonts(page):
        levels[inside].add(_font(font).name)
    return frozenset(levels[True] - levels[False])


def _used_fonts(page: PlumberPage) -> Iterator[tuple[bool, Mapping[str, Any]]]:
    """Fonts of the page, and of the drawings that are put into it, which come with True."""
    from pdfminer.pdftypes import resolve1

    pending, seen = [(False, page.page_obj.resources)], 0
    while pending and seen < _MOST_DRAWINGS:
        seen += 1
        inside, given = pending.pop()
        resources = resolve1(given) or {}
        yield from ((inside, resolve1(font)) for font in (resolve1(resources.get("Font")) or {}).values())
        for inner in (resolve1(resources.get("XObject")) or {}).values():
            attributes = getattr(resolve1(inner), "attrs", {})
            if "Resources" in attributes:
                pending.append((True, attributes["Resources"]))


def _font(font: Mapping[str, Any]) -> Font:
    from pdfminer.pdftypes import resolve1

    kind, name = (getattr(resolve1(font.get(key)), "name", "") for key in ("Subtype", "BaseFont"))
    inner = resolve1((resolve1(font.get("DescendantFonts")) or [font])[0])
    descriptor = resolve1(inner.get("FontDescriptor")) or {}
    embedded = kind == "Type3" or any(f"FontFile{which}" in descriptor for which in ("", "2", "3"))
    return Font(str(name), str(kind), embedded)
