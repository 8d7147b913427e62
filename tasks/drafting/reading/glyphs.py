"""Glyphs of a page, and the words and lines that they make."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tasks.drafting.reading.pages import LAYOUT, SMALL, Box, PrintedLine

if TYPE_CHECKING:
    from pdfplumber.page import Page as PlumberPage

_LIGATURES = dict(zip("ﬀﬁﬂﬃﬄﬅﬆ", ("ff", "fi", "fl", "ffi", "ffl", "st", "st"), strict=True))
_PLAIN = str.maketrans(
    {"\u2212": "-", "\u00a0": " ", "\u2009": " ", "\u202f": " ", "\u200b": None, "\xad": None, "\x00": None}
    | _LIGATURES
)
_UNNAMED = re.compile(r"\(cid:\d+\)")
"""What stands for a glyph of which a font does not say what it is, such as the stroke of a Polish l."""
_GAP = 0.15
"""Of the size of a glyph: from this distance on, a space was meant."""
_APART = 1.2
"""Of the size of a glyph: from this distance on, two words of one line stand in different columns or cells."""
_SMALL = 0.8
_MOST_GLYPHS = 200_000
"""On one page."""
_NUMBER = re.compile(r"\d")
_PART = re.compile(r"[1-9]\d{0,2}[a-z]?|(?:19|20)\d\d[a-z]?|0")


@dataclass(slots=True)
class Under:
    """A link: its box, the figure that it leads to, or else where it leads."""

    box: Box
    key: str | None
    target: str
    address: bool
    """Whether it leads out of the paper."""
    text: str = ""
    """What is printed under it."""

    def explains(self) -> bool:
        """Whether the digits under it are those of the place that it leads to."""
        if self.key is not None or not self.target:
            return False
        if self.address:
            words = re.sub(r"\s", "", self.text)
            return len(words) > 3 and (words in self.target or words in unquote(self.target))
        if not _NUMBER.search(self.text):
            return True
        tail = self.target.partition(".")[2]
        tokens = re.findall(r"[A-Z]?[\w.]*\d[\w.]*", self.text)
        return all(token.strip(".") == tail or _PART.fullmatch(token.strip(".")) for token in tokens)


@dataclass(slots=True, eq=False)
class Glyph:
    """One glyph, or several that are drawn as one."""

    text: str
    font: str
    size: float
    x0: float
    top: float
    x1: float
    bottom: float
    under: Under | None = None
    place: int = 0
    """Among those of its page."""


def glyphs_of(page: PlumberPage) -> Iterator[Glyph]:
    """The glyphs of a page in the order in which they are drawn, without those of drawings that are put into it."""
    from pdfminer.converter import PDFLayoutAnalyzer
    from pdfminer.layout import LTChar, LTPage
    from pdfminer.pdfinterp import PDFPageInterpreter

    class Device(PDFLayoutAnalyzer):
        """Keeps the glyphs alone: lines, curves and pictures are passed over."""

        found: LTPage | None = None

        def paint_path(self, *_: object, **__: object) -> None:
            return

        def render_image(self, *_: object, **__: object) -> None:
            return

        def receive_layout(self, ltpage: LTPage) -> None:
            self.found = ltpage

    class Interpreter(PDFPageInterpreter):
        """Passes over drawings and pictures, whose words are scales and legends."""

        def do_Do(self, *_: object, **__: object) -> None:  # noqa: N802, as this is the name of the operator
            return

        def do_EI(self, *_: object, **__: object) -> None:  # noqa: N802
            return

    manager = page.pdf.rsrcmgr
    device = Device(manager, laparams=None)
    Interpreter(manager, device).process_page(page.page_obj)
    height = float(page.height)
    count = 0
    for each in device.found or ():
        if not isinstance(each, LTChar):
            continue
        count += 1
        if count > _MOST_GLYPHS:
            raise ValueError("too many glyphs on one page")
        size = each.size if each.upright else each.width
        yield Glyph(each.get_text(), each.fontname, size, each.x0, height - each.y1, each.x1, height - each.y0)


def plain(text: str) -> str:
    """The text of glyphs as it is compared: ligatures parted, one kind of minus, what has no name left out."""
    return _UNNAMED.sub("", text.translate(_PLAIN))


def joined(glyphs: list[Glyph]) -> str:
    """The text of glyphs on one line, from left to right, with a space where there is one to be seen."""
    ordered = sorted(glyphs, key=lambda glyph: glyph.x0)
    text, end = "", None
    for glyph in ordered:
        if end is not None and glyph.x0 - end > _GAP * glyph.size:
            text += " "
        text += plain(glyph.text)
        end = glyph.x1
    return re.sub(r"\s+", " ", text).strip()


def lines_of(glyphs: list[Glyph], page: int) -> Iterator[PrintedLine]:
    """Lines in the order in which they were drawn; what stands far apart, as in columns and cells, is parted."""
    run: list[Glyph] = []
    for glyph in glyphs:
        if not glyph.text.strip() and not run:
            continue
        if run and _ends(run[-1], glyph):
            if (line := _line(run, page)) is not None:
                yield line
            run = []
        run.append(glyph)
    if run and (line := _line(run, page)) is not None:
        yield line


def _ends(last: Glyph, glyph: Glyph) -> bool:
    """Whether a glyph no longer stands on the line of the one before it."""
    overlap = min(last.bottom, glyph.bottom) - max(last.top, glyph.top)
    if overlap < 0.3 * min(last.size, glyph.size):
        return True
    gap = glyph.x0 - last.x1
    return gap > _APART * max(last.size, glyph.size) or gap < -max(5.0, last.x1 - last.x0)


def _line(run: list[Glyph], page: int) -> PrintedLine | None:
    size = Counter(round(glyph.size, 1) for glyph in run for _ in glyph.text).most_common(1)[0][0]
    text, bare = "", ""
    before: Glyph | None = None
    was_small = False
    for glyph in run:
        shown = plain(glyph.text)
        if before is not None and glyph.x0 - before.x1 > _GAP * max(glyph.size, 0.7 * size):
            text, bare, was_small = f"{text} ", f"{bare} ", False
        small = glyph.size < _SMALL * size and bool(_NUMBER.match(shown))
        text += shown
        if glyph.under is not None and _NUMBER.search(shown) and glyph.under.explains():
            bare += "" if bare.endswith(LAYOUT) else LAYOUT
        else:
            bare += f"{SMALL}{shown}" if small and not was_small else shown
        was_small, before = small, glyph
    if not text.strip():
        return None
    box = (
        round(min(g.x0 for g in run), 2), round(min(g.top for g in run), 2),
        round(max(g.x1 for g in run), 2), round(max(g.bottom for g in run), 2),
    )  # fmt: skip
    return PrintedLine(_squeezed(text), page, _squeezed(bare), box, run[0].font, size)


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()
