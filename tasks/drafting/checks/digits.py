"""Each digit outside of figures is of a known kind: a page, section, float or reference, or quoted from the record."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.drafting.fault import Fault, Paper
from tasks.drafting.reading.pages import PrintedLine

_TOKEN = re.compile(r"[^\s()\[\]{},;“”‘’\"]*\d[^\s()\[\]{},;“”‘’\"]*")
_AROUND = ".:–-<>=≈~/"
"""Signs before and behind a token that are none of it."""
_SECTION = re.compile(r"^(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*\s+(?=[A-Z])")
_NUMBER_OF_SECTION = re.compile(r"^(?:\d{1,2}|[A-Z])(?:\.\d{1,2})*$")
_FLOAT = re.compile(r"\b(Tables?|Figures?|Sections?|Appendix|Eq\.)\s*~?\s*\d{1,3}(?:\s*(?:,|and)\s*\d{1,3})*")
_FLOAT_BROKEN = re.compile(r"^\d{1,3}(?=[):.,]| and )")
_FLOAT_ENDS = re.compile(r"\b(?:Tables?|Figures?|Sections?|and)$")
_CITED = re.compile(r"\[\d{1,3}(?:,\s*\d{1,3})*\]")
_REFERENCES = re.compile(r"^References$")
_APPENDIX = re.compile(r"^A\s+\S")


def check(paper: Paper) -> Iterator[Fault]:
    """Digits that no figure, no name and no number of the layout explains."""
    if paper.pages is None:
        return
    known = _Known(paper)
    before, in_references = "", False
    for line in paper.pages.lines:
        in_references = (in_references or bool(_REFERENCES.match(line.text))) and not _APPENDIX.match(line.text)
        if not in_references:
            for token in _unexplained(line, before, known):
                yield Fault("digits", f"{token} is bound to no figure (in: {line.text[:80]})", line.page)
        before = line.text


def _unexplained(line: PrintedLine, before: str, known: _Known) -> Iterator[str]:
    text = line.text
    if text == str(line.page) or (line.bold and _NUMBER_OF_SECTION.match(text)):
        return
    left = _CITED.sub(" ", _FLOAT.sub(" ", _SECTION.sub("", text)))
    if _FLOAT_ENDS.search(before):
        left = _FLOAT_BROKEN.sub("", left)
    words = left.strip()
    for match in _TOKEN.finditer(words):
        token = match[0].strip(_AROUND)
        if not known.has(token, begins=match.start() == 0, ends=match.end() == len(words)):
            yield token


class _Known:
    """Tokens with digits that the record's own texts have."""

    def __init__(self, paper: Paper) -> None:
        expected = paper.expected
        texts = [*expected.known, *expected.figures, *expected.figures.values()] if paper.pages else []
        self._tokens = {match[0].strip(_AROUND) for text in texts for match in _TOKEN.finditer(text)}
        self._figures = set(expected.figures.values())
        self._joined = "\n".join(sorted(self._tokens))
        for text in paper.prose.values():
            self._tokens |= set(_allowed(text))

    def has(self, token: str, begins: bool, ends: bool) -> bool:
        """Whether the token is known, or may be part of one that is broken at that end of its line."""
        if token in self._tokens:
            return True
        if begins and ends:
            return token in self._joined
        if begins:
            return f"{token}\n" in f"{self._joined}\n"
        return ends and f"\n{token.rstrip('-')}" in f"\n{self._joined}"


def _allowed(prose: str) -> Iterator[str]:
    from tasks.drafting.reading.prose import let_through

    yield from (match[0].strip(_AROUND) for match in _TOKEN.finditer(let_through(prose)))
