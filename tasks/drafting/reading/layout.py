"""What lines of a page are by where and how they stand: numbers of pages and lines, headings, references."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from tasks.drafting.reading.pages import Pages, PrintedLine

_PAGE_NUMBER = re.compile(r"(?:page\s+)?[-–]?\s*(\d{1,4})\s*[-–]?(?:\s*(?:of|/)\s*\d{1,4})?", re.IGNORECASE)
_NUMBERED = re.compile(r"(?P<number>(?:\d{1,2}|[A-Z])(?:\.\d{1,2}){0,3})\.?(?=\s|$)")
REFERENCES = re.compile(
    r"(?:(?:\d{1,2}|[IVX]{1,5})\.?\s+)?(?:R\s?EFERENCES|References|REFERENCES|Bibliography|B\s?IBLIOGRAPHY"
    r"|Literature(?: [Cc]ited)?|Works [Cc]ited)"
)
CAPTION = re.compile(r"(Table|Figure|Algorithm|Listing|Tab\.|Fig\.)\s+(\d{1,3})(?=[.:]|\s*[-–(]+\s*[Cc]ontinued)")
"""The beginning of a caption."""
SOURCES = re.compile(r"(?:(?:\d{1,2}|[A-Z])\.?\s+)?Every figure")
"""The heading of the table that tells where figures come from."""
_APPENDIX = re.compile(
    r"(?:(?:\d{1,2}|[A-Z])\.?\s+)?(?:Reproducibility|Every figure)$"
    r"|(?:A\s?PPENDI(?:X|CES)|Appendi(?:x|ces)|Supplement\w*|S\s?UPPLEMENT\w*)\b"
)
_CONTENTS = re.compile(r"(?:Table of )?Contents", re.IGNORECASE)
_FEWEST_LINE_NUMBERS = 12


@dataclass(slots=True)
class Layout:
    """What each line is; sets hold places of lines."""

    furniture: set[int] = field(default_factory=set)
    """Numbers of pages and lines, running heads, the table of contents."""
    headings: dict[int, str] = field(default_factory=dict)
    """Headings with numbers, each with its number."""
    references: set[int] = field(default_factory=set)
    """The list of references, with its heading."""
    appendix: int | None = None
    """The first line of what follows the list of references, or of an appendix."""

    sources: int | None = None
    """The heading of the table that tells where figures come from."""
    size: float = 0.0
    """Of the text, in points."""

    @property
    def numbers(self) -> set[str]:
        """Numbers of sections."""
        return set(self.headings.values())


def layout_of(pages: Pages) -> Layout:
    """Tell the lines of a paper apart."""
    lines = pages.lines
    found = Layout()
    found.furniture |= _page_numbers(pages) | _line_numbers(lines)
    is_heading = _headings(lines, found.furniture)
    _number(lines, is_heading, found)
    found.size = _size(lines)
    found.furniture |= _running_heads(lines, found) | _contents(lines, is_heading, found)
    begins = [at for at in is_heading if REFERENCES.fullmatch(_heading_at(lines, at))]
    if begins:
        first = begins[-1]
        rest = [at for at in is_heading if at > first and _begins_another(lines, at, lines[first])]
        found.references = set(range(first, rest[0] if rest else len(lines)))
        found.references -= _floats_among(pages, found.references)
        found.appendix = rest[0] if rest else None
    else:
        rest = [at for at in is_heading if _APPENDIX.match(lines[at].text) or found.headings.get(at, "1").isalpha()]
        found.appendix = rest[0] if rest else None
    found.sources = next((at for at in is_heading if SOURCES.fullmatch(_heading_at(lines, at))), None)
    return found


def _floats_among(pages: Pages, references: set[int]) -> set[int]:
    """Floats that were put among the references: from a caption to the next entry, or the end of the page."""
    entries = {(row.page, int(row.top) + more) for row in pages.works for more in range(-2, 16)}
    floats: set[int] = set()
    page = 0
    for at in sorted(references):
        line = pages.lines[at]
        if CAPTION.match(line.text):
            page = line.page
        elif line.page != page or (line.page, int(line.box[1])) in entries or re.match(r"\[\d{1,3}\]", line.text):
            page = 0
        if page:
            floats.add(at)
    return floats


def _heading_at(lines: Sequence[PrintedLine], at: int) -> str:
    """A heading, of which the number may stand apart."""
    text = lines[at].text
    after = lines[at + 1] if at + 1 < len(lines) else None
    if re.fullmatch(r"(?:\d{1,2}|[A-Z]|[IVX]{1,5})\.?", text) and after is not None and after.page == lines[at].page:
        return f"{text} {after.text}"
    return text


def _page_numbers(pages: Pages) -> set[int]:
    """Numbers at the top or the bottom of pages that grow by one from page to page."""
    top: dict[int, float] = defaultdict(lambda: 1e9)
    bottom: dict[int, float] = defaultdict(float)
    for line in pages.lines:
        top[line.page] = min(top[line.page], line.box[1])
        bottom[line.page] = max(bottom[line.page], line.box[3])
    ahead: dict[int, int] = {}
    for at, line in enumerate(pages.lines):
        number = _PAGE_NUMBER.fullmatch(line.text)
        outermost = line.box[3] >= bottom[line.page] - 3 or line.box[1] <= top[line.page] + 3
        if number is not None and outermost:
            ahead[at] = int(number[1]) - line.page
    if not ahead:
        return set()
    usual = Counter(ahead.values()).most_common(1)[0]
    offset = 0 if 0 in ahead.values() or usual[1] < 2 else usual[0]
    return {at for at, each in ahead.items() if each == offset}


def _line_numbers(lines: Sequence[PrintedLine]) -> set[int]:
    """Numbers of lines in the margin, as in what is handed in for review."""
    margins: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for at, line in enumerate(lines):
        if re.fullmatch(r"\d{1,4}", line.text):
            for side, edge in ((0, line.box[0]), (1, line.box[2])):
                margins[line.page, side, round(edge)].append(at)
    found: set[int] = set()
    edges: set[tuple[int, int]] = set()
    for most in (True, False):  # a last page has few of them, at the edge of the others
        for (_, side, edge), places in margins.items():
            ordered = sorted(places, key=lambda at: lines[at].box[1])
            numbers = [int(lines[at].text) for at in ordered]
            in_turn = sum(b == a + 1 for a, b in pairwise(numbers)) >= 0.9 * (len(ordered) - 1)
            span = lines[ordered[-1]].box[1] - lines[ordered[0]].box[1]
            if in_turn and most and len(ordered) >= _FEWEST_LINE_NUMBERS and span > 300:
                edges.add((side, edge))
                found.update(ordered)
            elif in_turn and not most and (side, edge) in edges:
                found.update(ordered)
    return found


def _running_heads(lines: Sequence[PrintedLine], found: Layout) -> set[int]:
    """Headings that stand once more at the top of pages."""
    titles = set()
    for at in found.headings:
        title, after = lines[at].text, lines[min(at + 1, len(lines) - 1)].text
        titles |= {_letters(title), _letters(title + after)}
    top: dict[int, float] = defaultdict(lambda: 1e9)
    for line in lines:
        top[line.page] = min(top[line.page], line.box[1])
    heads = set()
    for at, line in enumerate(lines):
        after = lines[at + 1].text if at + 1 < len(lines) else ""
        first = line.box[1] <= top[line.page] + 4 and at not in found.headings
        if first and titles & {_letters(line.text), _letters(line.text + after)}:
            heads.add(at)
    return heads


def _letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()


def _contents(lines: Sequence[PrintedLine], is_heading: Sequence[int], found: Layout) -> set[int]:
    """The table of contents, which ends where the first section begins."""
    begins = [at for at in is_heading if _CONTENTS.fullmatch(lines[at].text)]
    if not begins:
        return set()
    return set(range(begins[0], min((at for at in found.headings if at > begins[0]), default=begins[0])))


def _headings(lines: Sequence[PrintedLine], furniture: set[int]) -> list[int]:
    """Lines in another font than most words, or in a larger one."""
    fonts: Counter[str] = Counter()
    for line in lines:
        fonts[line.font] += len(line.text)
    body = {font for font, _ in fonts.most_common(1)}
    size = _size(lines)
    return [
        at
        for at, line in enumerate(lines)
        if at not in furniture and line.size > 0.85 * size and (line.font not in body or line.size > size + 0.4)
    ]


def _size(lines: Sequence[PrintedLine]) -> float:
    """The largest size in which much of the text is set."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return max((each for each, count in sizes.items() if count >= 0.25 * sizes.total()), default=0.0)


def _number(lines: Sequence[PrintedLine], is_heading: Sequence[int], found: Layout) -> None:
    last: tuple[int, ...] = ()
    for at in is_heading:
        line = lines[at]
        number = _NUMBERED.match(line.bare)
        if number is None:
            continue
        parts = tuple(int(part) if part.isdigit() else 100 + ord(part) for part in number["number"].split("."))
        alone = number.end() == len(line.text)
        after = lines[at + 1] if at + 1 < len(lines) else None
        same = after is not None and after.page == line.page and abs(after.box[3] - line.box[3]) < 3
        capital = re.match(
            r"\s*[^\W\d_a-z]", (after.text if after is not None else "") if alone else line.text[number.end() :]
        )
        if capital and (not alone or same) and _follows(parts, last):
            found.headings[at] = number["number"]
            last = parts


def _follows(parts: tuple[int, ...], last: tuple[int, ...]) -> bool:
    """Whether a section's number may follow another: 2 or 1.1 after 1, 1.2.1 or 1.3 after 1.2, A after any."""
    if not last:
        return parts in ((0,), (1,), (100 + ord("A"),))
    if parts[0] >= 100 > last[0]:
        return parts == (100 + ord("A"),)
    if parts == (*last, 1):
        return True
    k = len(parts)
    return k <= len(last) and parts[:-1] == last[: k - 1] and parts[-1] == last[k - 1] + 1


def _begins_another(lines: Sequence[PrintedLine], at: int, heading: PrintedLine) -> bool:
    """Whether a heading ends the list of references: it looks like theirs, and is no part of an entry."""
    line = lines[at]
    alike = line.font == heading.font or line.size > heading.size + 0.4
    return (
        alike
        and abs(line.size - heading.size) < 6
        and line.size > heading.size - 0.5
        and line.box[0] < heading.box[0] + 400
    )
