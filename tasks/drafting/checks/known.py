"""Digits that the record quotes, and where on the pages these quotations stand."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tasks.drafting.fault import Paper
from tasks.drafting.reading.flow import Flow, squeezed
from tasks.drafting.reading.glyphs import plain
from tasks.drafting.reading.layout import Layout
from tasks.drafting.reading.pages import PrintedLine

_WORD = re.compile(r"[^\s()\[\]{},;“”‘’\"]+")
_PURE = re.compile(r"[-+−<>=≈~$]*[\d.,:%/–-]+[.,:%]*")
"""A number, and nothing but a number."""
_CONTEXT = 8
"""Letters beside a number by which a quotation is known, where a page or a figure parts it."""
_OF_AN_EVENT = re.compile(r"\bevents?$")
_LETTERS = re.compile(r"[^\W\d_]")


class Known:
    """Texts of the record, of people and of dates, found on the pages."""

    def __init__(self, paper: Paper, layout: Layout) -> None:
        assert paper.pages is not None
        expected = paper.expected
        self._figures = {key: plain(text) for key, text in expected.figures.items()}
        known = [plain(text) for text in expected.known]
        self._numbers = {text for text in known if _PURE.fullmatch(text)}
        self._rows, self._sources, self._lines = _rows(paper), layout.sources, paper.pages.lines
        self._texts = {text.lstrip("-< ") for text in self._figures.values()}
        self._flow = Flow([line.bare for line in paper.pages.lines])
        for day in (expected.as_of, expected.deadline):
            self._flow.explain(_written(day) if day is not None else ())
        self._flow.explain(text for text in (*known, *self._figures) if not _PURE.fullmatch(text) or _is_date(text))
        words = {word.strip(".:") for text in (*known, *self._figures) for word in _WORD.findall(text)}
        self._flow.explain(word for word in words if _LETTERS.search(word) and re.search(r"\d", word))
        self._flow.explain((part for text in known for part in _parts(text)), whole=False)
        for text in paper.prose.values():
            self._flow.explain(_of_people(text))

    def has(self, at: int, line: PrintedLine, before: str, token: str) -> bool:
        """Whether the token, behind `before` on line number `at`, is quoted there."""
        if self._flow.is_explained(at, before, token):
            return True
        if token in self._numbers and _OF_AN_EVENT.search(before.strip() or self._lines[max(0, at - 1)].text):
            return True
        if not self._rows and self._sources is not None and at >= self._sources:
            return token in self._numbers or token in self._texts
        place = self._rows.get((line.page, int(line.box[1])))
        if place is None:
            return False
        return token in self._numbers or any(token == self._figures.get(key, "").lstrip("-< ") for key in place)


def _rows(paper: Paper) -> dict[tuple[int, int], list[str]]:
    """Page and line in points -> the figures whose row is there; every line between two rows belongs to one."""
    assert paper.pages is not None
    rows = sorted((row.page, row.top, key) for key, row in (paper.pages.rows or {}).items())
    found: dict[tuple[int, int], list[str]] = {}
    for number, (page, top, key) in enumerate(rows):
        after = rows[number + 1] if number + 1 < len(rows) else None
        ends = after[1] if after is not None and after[0] == page else top + 60
        for place in range(int(top) - 8, int(max(top, min(ends, top + 60))) + 1):
            found.setdefault((page, place), []).append(key)
    return found


def _written(day: date) -> Iterator[str]:
    yield day.isoformat()
    for month in (f"{day:%B}", f"{day:%b}"):
        yield from (f"{month} {day.day}, {day.year}", f"{day.day} {month} {day.year}", f"{month} {day.year}")


def _is_date(text: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", text) is not None


def _parts(text: str) -> Iterator[str]:
    """Each number of a quotation with the letters before or behind it."""
    whole = squeezed(text)
    for found in re.finditer(r"\d[\d.,]*", whole):
        before, after = whole[max(0, found.start() - _CONTEXT) : found.start()], whole[found.end() :][:_CONTEXT]
        for part in (before + found[0].rstrip(".,"), found[0] + after):
            if len(_LETTERS.findall(part)) >= 4:
                yield part


def _of_people(prose: str) -> Iterator[str]:
    """What people wrote with digits that are no fault: names, and allowed numbers with a word beside them."""
    from tasks.drafting.reading.prose import let_through

    words = let_through(prose).split()
    for at, word in enumerate(words):
        token = word.strip(".,;:()[]{}$'\"")
        if not re.search(r"\d", token):
            continue
        if _LETTERS.search(token):
            yield token
            continue
        beside = [words[at - 1] + word if at else "", word + words[at + 1] if at + 1 < len(words) else ""]
        near = [each for each in beside if _LETTERS.search(each)]
        yield from near or [token]
