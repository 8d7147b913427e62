"""Each digit outside of figures is of a known kind: a page, section, float or reference, or quoted from the record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from tasks.drafting.checks.known import Known
from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.layout import CAPTION, Layout, layout_of
from tasks.drafting.reading.pages import FRACTIONS, LAYOUT, SMALL, PrintedLine

_TOKEN = re.compile(rf"[^\s()\[\]{{}},;“”‘’\"{LAYOUT}]*[\d{FRACTIONS}][^\s()\[\]{{}};“”‘’\"{LAYOUT}]*")
_DIGIT = rf"[\d{FRACTIONS}]"
_AROUND = ".,:–-<>=≈~/*'†‡|"
"""Signs before and behind a token that are none of it."""
_MENTION = re.compile(
    r"\b(?P<kind>Tables?|Tabs?\.|Figures?|Figs?\.|Sections?|Secs?\.|Appendix|Appendices|Eqs?\.|Equations?|Algorithms?"
    r"|Listings?)[\s~]*(?P<numbers>\(?\d{1,3}(?:\.\d{1,2})*\)?(?:\s*(?:,|and|–|-|to)\s*\(?\d{1,3}(?:\.\d{1,2})*\)?)*)"
    r"(?![\d.]*\d|%)"
)
_ENDS_WITH_KIND = re.compile(r"\b(?:Tables?|Figures?|Figs?\.|Sections?|Secs?\.|Appendix|Eqs?\.|Equations?)$")
_CITED = re.compile(r"\[(\d{1,3}(?:\s*[,–-]\s*\d{1,3})*)\]")
_ITEM = re.compile(r"\(?(\d{1,2})[.)](?=\s|$)")
_EQUATION = re.compile(r"\((\d{1,3})\)$")
_NOTE = re.compile(rf"^{SMALL}(\d{{1,2}})(?!\d)")
_MARK = re.compile(rf"(?<=[^\s\d]){SMALL}\d{{1,2}}(?![\d.])")
_INDEX = re.compile(rf"(?<![^\W\d_])([^\W\d_]{{1,2}}|[)\]]){SMALL}\d{{1,3}}(?![\d.])")
_SMALL = 0.8
_MOST_TOLD = 200


def check(paper: Paper) -> Iterator[Fault]:
    """Digits that no figure, no name and no number of the layout explains."""
    if paper.pages is None:
        return
    layout = layout_of(paper.pages)
    known = Known(paper, layout)
    numbering = _Numbering(paper, layout)
    told = 0
    for at, line in enumerate(paper.pages.lines):
        if at in layout.furniture or at in layout.references:
            continue
        for token in _unexplained(at, line, known, numbering):
            told += 1
            if told <= _MOST_TOLD:
                yield Fault("digits", f"{token} is bound to no figure (in: {line.text[:80]})", line.page)
    if told > _MOST_TOLD:
        yield Fault("digits", f"{told - _MOST_TOLD} more numbers are bound to no figure")


def _unexplained(at: int, line: PrintedLine, known: Known, numbering: _Numbering) -> Iterator[str]:
    if not re.search(_DIGIT, line.bare):
        return
    left = numbering.without(at, line)
    for match in _TOKEN.finditer(left):
        token = match[0].strip(_AROUND)
        start = match.start() + match[0].index(token) if token else 0
        if not re.search(_DIGIT, token) or known.has(at, line, line.bare[:start], token):
            continue
        pieces = [piece for piece in re.split(r",(?!\d{3}\b)", token) if re.search(r"\d", piece)]
        shown = token.replace(SMALL, "")
        if len(pieces) > 1:
            yield from (piece for piece in pieces if not known.has(at, line, line.bare[:start], piece))
        else:
            yield shown


class _Numbering:
    """Numbers that the layout gives: what they count is counted with them, so that no other passes as one."""

    def __init__(self, paper: Paper, layout: Layout) -> None:
        assert paper.pages is not None
        self._layout, self._lines = layout, paper.pages.lines
        self._linked = any(LAYOUT in line.bare for line in self._lines)
        self._works = len(paper.expected.citations)
        shown: dict[str, set[str]] = {}
        for line in self._lines:
            if (caption := CAPTION.match(line.bare)) is not None:
                shown.setdefault(caption[1][:3].lower(), set()).add(caption[2])
        self._shown: Mapping[str, set[str]] = shown
        self._equations = self._notes = 0
        self._lists: list[int] = []
        self._size: float | None = None

    def without(self, at: int, line: PrintedLine) -> str:
        """A line, in which the digits of numbers that count sections, floats, notes, items and works are blank."""
        text = line.bare
        if at in self._layout.headings:
            end = text.find(self._layout.headings[at]) + len(self._layout.headings[at])
            text = " " * end + text[end:]
        text = CAPTION.sub(_blank, text, count=1) if CAPTION.match(text) else text
        text = _MENTION.sub(lambda found: _blank(found) if self._is_there(found) else found[0], text)
        if at and _ENDS_WITH_KIND.search(self._lines[at - 1].bare) and (broken := re.match(r"\(?[\d.]*\d\)?", text)):
            kind = _ENDS_WITH_KIND.search(self._lines[at - 1].bare)
            whole = _MENTION.match(f"{kind[0] if kind else ''} {broken[0]}")
            if whole is not None and self._is_there(whole):
                text = " " * broken.end() + text[broken.end() :]
        if not self._linked:
            text = _CITED.sub(lambda found: _blank(found) if self._are_works(found[1]) else found[0], text)
        self._size = line.size
        return self._counted(text)

    def _counted(self, text: str) -> str:
        small = self._size is not None and self._size < _SMALL * self._layout.size
        note = _NOTE.match(text) or (re.match(r"(\d{1,2})$", text) if small else None)
        if note is not None and int(note[1]) == self._notes + 1:
            self._notes += 1
            text = " " * note.end() + text[note.end() :]
        text = _INDEX.sub(lambda found: found[1] + " " * (len(found[0]) - len(found[1])), text)
        text = _MARK.sub(_blank, text)
        if (item := _ITEM.match(text)) is not None and self._is_next(int(item[1])):
            text = " " * item.end() + text[item.end() :]
        equation = _EQUATION.search(text)
        if equation is None or int(equation[1]) != self._equations + 1:
            return text
        if re.search(r"[A-Za-z]{3}", text[: equation.start()]):
            return text
        self._equations += 1
        return text[: equation.start()]

    def _is_next(self, number: int) -> bool:
        """Whether a list goes on with the number, or one begins with it."""
        while self._lists and self._lists[-1] != number - 1:
            if number == 1:
                break
            self._lists.pop()
        if number == 1:
            self._lists.append(1)
            return True
        if self._lists:
            self._lists[-1] = number
        return bool(self._lists)

    def _is_there(self, mention: re.Match[str]) -> bool:
        kind, numbers = mention["kind"][:3].lower(), re.findall(r"\d+(?:\.\d+)*", mention["numbers"])
        if kind in ("tab", "fig", "alg", "lis"):
            return all(number in self._shown.get(kind, ()) for number in numbers)
        if kind in ("sec", "app"):
            return all(number in self._layout.numbers for number in numbers)
        return all(number.isdigit() and int(number) < 100 for number in numbers)

    def _are_works(self, numbers: str) -> bool:
        return all(0 < int(number) <= self._works for number in re.findall(r"\d+", numbers))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
