"""Reads a PDF, run as a process of its own: python -m tasks.drafting.reading.pdf FILE RESULT."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from store.errors import BadInput
from tasks.drafting.reading.fonts import fonts_of
from tasks.drafting.reading.glyphs import Glyph, Under, glyphs_of, joined, lines_of
from tasks.drafting.reading.pages import Box, Font, Pages, PrintedFigure, PrintedLine, Row, as_json

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage
    from pdfplumber.pdf import PDF

DESTINATION, ADDRESS = "src.", "urn:gonogo:figure:"
"""How the target of a figure's link begins: a place in the paper, or in a preview an address."""

WORK = "cite."
"""How the name of a place in the list of references begins."""

MOST_PAGES = 1000
_RIGHT = 0.9
"""Points at the right of a link's box in which the centre of a glyph is no longer in it: else commas join."""
_LONGEST_KEY = 500
_MOST_NODES = 20_000
_LONGEST_METADATA = 100_000


def pages_of(path: Path) -> Pages:
    """Read a PDF in this process; BadInput, which does not name the file, where it is none, is locked, or is broken."""
    try:
        return _pages_of(path)
    except BadInput:
        raise
    except RecursionError:
        raise BadInput("cannot be read as a PDF (it is nested too deep)") from None
    except MemoryError:
        raise BadInput("cannot be read as a PDF (it needs too much memory)") from None
    except Exception as error:  # pdfminer raises whatever a broken file leads to, and pdfplumber wraps it
        name = type(error.args[0] if error.args and isinstance(error.args[0], Exception) else error).__name__
        if "Password" in name or "Encryption" in name:
            raise BadInput("is locked by a password") from None
        raise BadInput(f"cannot be read as a PDF ({name})") from None


def _pages_of(path: Path) -> Pages:
    import pdfplumber

    with path.open("rb") as file:
        if b"%PDF-" not in file.read(1024):
            raise BadInput("is no PDF")
    with pdfplumber.open(path) as pdf:
        if not 0 < len(pdf.pages) <= MOST_PAGES:
            raise BadInput(f"has {len(pdf.pages)} pages, and is no paper")
        figures: list[PrintedFigure] = []
        lines: list[PrintedLine] = []
        fonts: set[Font] = set()
        addresses: list[tuple[int, str]] = []
        drawn: set[str] = set()
        heights = []
        for number, page in enumerate(pdf.pages, 1):
            heights.append(round(float(page.height), 2))
            links = [*_links(page)]
            under, rest = _shared_out(glyphs_of(page), links)
            for link, glyphs in zip(links, under, strict=True):
                if link.key is not None:
                    figures.append(PrintedFigure(link.key, joined(glyphs), number, link.box))
            lines.extend(lines_of(rest, number))
            addresses.extend((number, link.target) for link in links if link.address)
            fonts |= set(fonts_of(page.page_obj.resources))
            drawn |= set(_drawings(page))
            page.close()
        places = list(_places(pdf, heights))
        return Pages(
            count=len(heights),
            figures=tuple(figures),
            lines=tuple(lines),
            fonts=tuple(sorted(fonts, key=lambda font: (font.name, font.kind))),
            metadata=_metadata(pdf) | ({"drawings": " ".join(sorted(drawn))} if drawn else {}),
            addresses=tuple(addresses),
            rows={name.removeprefix(DESTINATION): row for name, row in places if name.startswith(DESTINATION)},
            works=tuple(row for name, row in places if name.startswith(WORK)),
        )


def _shared_out(glyphs: Iterator[Glyph], links: list[Under]) -> tuple[list[list[Glyph]], list[Glyph]]:
    """The glyphs under each link, and all that are under no figure's link."""
    by_row: dict[int, list[int]] = {}
    for place, link in enumerate(links):
        for row in range(int(link.box[1]) // 8, min(int(link.box[3]) // 8, 10_000) + 1):
            by_row.setdefault(row, []).append(place)
    under: list[list[Glyph]] = [[] for _ in links]
    every = list(glyphs)
    for place, glyph in enumerate(every):
        glyph.place = place
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.top + glyph.bottom) / 2
        near = [each for each in by_row.get(int(y) // 8, ()) if _holds(links[each].box, x, y)]
        if near:
            best = min(near, key=lambda each: links[each].key is None)
            under[best].append(glyph)
            glyph.under = links[best]
    for number, link in enumerate(links):
        if link.key is not None:
            under[number] = _drawn_at_once(under[number])
        link.text = joined(under[number])
    return under, [glyph for glyph in every if glyph.under is None or glyph.under.key is None]


def _drawn_at_once(glyphs: list[Glyph]) -> list[Glyph]:
    """The longest run of glyphs that were drawn one after another: what was drawn over them is none of the figure."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and glyph.place - runs[-1][-1].place <= 1:
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    longest = max(runs, key=len, default=[])
    for glyph in glyphs:
        if glyph not in longest:
            glyph.under = None
    return longest


def _holds(box: Box, x: float, y: float) -> bool:
    return box[0] <= x <= box[2] - _RIGHT and box[1] <= y <= box[3]


def _links(page: PlumberPage) -> Iterator[Under]:
    """All links of a page.

    They are read one by one, as what else hangs on an annotation may go round in circles.
    """
    from pdfminer.pdftypes import resolve1

    annotations = resolve1(page.page_obj.annots)
    for found in annotations if isinstance(annotations, list) else ():
        data = resolve1(found)
        if not isinstance(data, dict) or _word(data.get("Subtype")) != "Link":
            continue
        sides = resolve1(data.get("Rect"))
        if not isinstance(sides, list) or len(sides) != 4:
            continue
        box = _box(page, [float(resolve1(side)) for side in sides])
        address, target = _address(data), _target(data)
        if address.startswith(ADDRESS):
            target, address = DESTINATION + address.removeprefix(ADDRESS), ""
        key = target.removeprefix(DESTINATION)[:_LONGEST_KEY] if target.startswith(DESTINATION) else None
        yield Under(box, key, address or target, bool(address))


def _box(page: PlumberPage, sides: list[float]) -> Box:
    """The sides of an annotation as they are seen, on a page that may be turned."""
    left, low, right, high = page.page_obj.mediabox
    xs, ys = sides[::2], sides[1::2]
    match page.page_obj.rotate:
        case 90:
            xs, ys = [y - low for y in ys], [right - x for x in xs]
        case 180:
            xs, ys = [right - x for x in xs], [high - y for y in ys]
        case 270:
            xs, ys = [high - y for y in ys], [x - left for x in xs]
        case _:
            xs, ys = [x - left for x in xs], [y - low for y in ys]
    (x0, x1), (y0, y1) = xs, ys
    height = float(page.height)
    top, bottom = sorted((height - y0, height - y1))
    return (round(min(x0, x1), 3), round(top, 3), round(max(x0, x1), 3), round(bottom, 3))


def _address(data: Mapping[str, Any]) -> str:
    """The address out of the paper that a link leads to; empty where it has none."""
    from pdfminer.pdftypes import resolve1

    action = resolve1(data.get("A"))
    return _word(action.get("URI")) if isinstance(action, dict) else ""


def _target(data: Mapping[str, Any]) -> str:
    """The name of the place in the paper that a link leads to; empty where it has none."""
    from pdfminer.pdftypes import resolve1

    action = resolve1(data.get("A"))
    return _word(action.get("D") if isinstance(action, dict) else data.get("Dest"))


def _word(value: object) -> str:
    """A name or a string of a PDF as text; empty for anything else."""
    from pdfminer.pdftypes import resolve1
    from pdfminer.psparser import PSLiteral

    value = resolve1(value)
    if isinstance(value, PSLiteral):
        value = value.name
    if isinstance(value, bytes):
        return value.decode("utf-16", "replace") if value[:2] in (b"\xfe\xff", b"\xff\xfe") else value.decode("latin-1")
    return value if isinstance(value, str) else ""


def _drawings(page: PlumberPage) -> Iterator[str]:
    """The files that drawings of a page were taken from, which LaTeX notes with each."""
    from pdfminer.pdftypes import resolve1

    resources = resolve1(page.page_obj.resources)
    inner = resolve1(resources.get("XObject")) if isinstance(resources, dict) else None
    for each in inner.values() if isinstance(inner, dict) else ():
        name = _word(getattr(resolve1(each), "attrs", {}).get("PTEX.FileName"))
        if name:
            yield name[:_LONGEST_KEY]


def _metadata(pdf: PDF) -> dict[str, str]:
    from pdfminer.pdftypes import PDFStream, resolve1

    told = {str(key): str(value)[:_LONGEST_METADATA] for key, value in (pdf.metadata or {}).items()}
    more = resolve1(pdf.doc.catalog.get("Metadata"))
    if isinstance(more, PDFStream):
        told["XMP"] = more.get_data().decode("utf-8", "replace")[:_LONGEST_METADATA]
    return told


def _places(pdf: PDF, heights: list[float]) -> Iterator[tuple[str, Row]]:
    """The places that links to figures and to works lead to."""
    from pdfminer.pdftypes import resolve1

    numbers = {page.page_obj.pageid: number for number, page in enumerate(pdf.pages, 1)}
    names = resolve1(pdf.doc.catalog.get("Names"))
    pending = [names.get("Dests")] if isinstance(names, dict) else []
    for _ in range(_MOST_NODES):
        if not pending:
            return
        node = resolve1(pending.pop())
        if not isinstance(node, dict):
            continue
        pending.extend(resolve1(node.get("Kids")) or [])
        named = resolve1(node.get("Names")) or []
        for name, place in zip(named[::2], named[1::2], strict=False):
            key = _word(name)
            if not key.startswith((DESTINATION, WORK)):
                continue
            place = resolve1(place)
            where = resolve1(place.get("D")) if isinstance(place, dict) else place
            if not (isinstance(where, list) and len(where) >= 4):
                continue
            page, top = numbers.get(getattr(where[0], "objid", None)), resolve1(where[3])
            if page is not None and isinstance(top, int | float):
                yield key, Row(page, round(heights[page - 1] - top, 2))


def main(path: Path, result: Path) -> None:
    """Read `path` and write what was found, or why it cannot be read, to `result`."""
    import logging

    logging.disable(logging.CRITICAL)
    try:
        told = as_json(pages_of(path))
    except BadInput as error:
        told = json.dumps({"refused": str(error)})
    result.write_text(told, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
