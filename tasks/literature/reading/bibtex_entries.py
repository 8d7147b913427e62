"""Splits BibTeX into entries, each with its line, so that one that is broken ends before the next."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from tasks.literature.reading.counting import Lines

_BEGINS = re.compile(
    r"^[ \t\ufeff]*+@[ \t]*+(?:(?:string|preamble|comment)\b|[A-Za-z][\w.-]*+\s*+[{(]\s*+[^\s,{}()=\"]*+[ \t]*+[,=\n])",
    re.M | re.I,
)
"""A line that can hardly be part of a value: `@type{key,`, `@type{name =`, `@type{key` or a command of BibTeX."""
_OPENS = re.compile(r"(?:^|[})])[ \t\ufeff]*+@[ \t]*+([A-Za-z][\w.-]*+)\s*+([{(])", re.M)
_GOES_ON = re.compile(r"\s*+,\s*+[A-Za-z][\w-]*+\s*+=\s*+[{\"0-9]")
_NOT_CLOSED = "a brace or quotation mark is not closed before the next entry or the end of the file"
_CLOSED_EARLY = "a brace closes it before its last field"
_RAW = {"{": re.compile(r"[{}]"), "(": re.compile(r'[{}()"]')}
_ESCAPED = {"{": re.compile(r"\\.|[{}]", re.S), "(": re.compile(r'\\.|[{}()"]', re.S)}
NO_ENTRIES = frozenset({"comment", "preamble", "string"})


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry or command as it stands in a file."""

    kind: str
    """Its type, in lower case."""
    line: int
    raw: str
    body: str
    """What is between its braces or parentheses."""
    body_line: int
    escapes: bool
    """Whether a backslash before a brace was taken as taking it out of the count."""
    fault: str = ""
    """Why it has no end of its own, in one line."""


@dataclass(slots=True)
class _Spare:
    """How many characters may still be looked at twice, so that no file takes more than its share of time."""

    characters: int = 1 << 26

    def take(self, characters: int) -> bool:
        """Whether so many are left, which are then gone."""
        self.characters -= characters
        return self.characters >= 0


def entries_of(text: str) -> Iterator[Entry]:
    """All entries and commands of a file, in order; prose between them is passed over.

    Each is looked for between two lines that begin an entry, and one that does not close ends there. Text must have
    newlines alone as line breaks. Takes time in proportion to the text.
    """
    lines, spare = Lines(text), _Spare()
    starts = [found.start() for found in _BEGINS.finditer(text)]
    bounds = sorted({0, *starts, len(text)})
    for start, end in pairwise(bounds):
        at = start
        while found := _OPENS.search(text, at, end):
            entry, at = _entry(text, found, end, lines, spare)
            if entry is not None:
                yield entry


def _entry(text: str, found: re.Match[str], end: int, lines: Lines, spare: _Spare) -> tuple[Entry | None, int]:
    """The entry that opens here, and where to look for the next one."""
    kind, opening = found[1].lower(), found[2]
    start = text.index("@", found.start())
    closes, escapes = _close(text, found.end(), end, opening, spare)
    if closes < 0 and kind == "comment":
        return None, found.end() if spare.take(end - start) else end
    fault = _NOT_CLOSED if closes < 0 else _CLOSED_EARLY if _GOES_ON.match(text, closes + 1, end) else ""
    stop = end if fault else closes + 1
    line = lines.line(start)
    body = text[found.end() : end if fault else closes]
    entry = Entry(kind, line, text[start:stop].rstrip(), body, lines.line(found.end()), escapes, fault)
    return entry, stop if fault else closes


def _close(text: str, at: int, end: int, opening: str, spare: _Spare) -> tuple[int, bool]:
    """Where an entry closes, and whether escaped braces had to be left out of the count; -1 where it does not.

    BibTeX counts them and other tools do not; where both ways close it, the later end is that of the entry.
    """
    counted = _end(_RAW[opening], text, at, end, opening)
    stop = end if counted < 0 else counted + 1
    if text.find("\\{", at, stop) < 0 and text.find("\\}", at, stop) < 0:
        return counted, False
    if spare.characters < 0:
        return counted, False
    left_out = _end(_ESCAPED[opening], text, at, end, opening)
    spare.take((end if left_out < 0 else left_out) - stop)
    return (left_out, True) if left_out > counted else (counted, False)


def _end(tokens: re.Pattern[str], text: str, at: int, end: int, opening: str) -> int:
    depth, quoted, closing = 0, False, "}" if opening == "{" else ")"
    for found in tokens.finditer(text, at, end):
        sign = found[0]
        if sign == "{":
            depth += 1
        elif sign == closing and depth == 0 and not quoted:
            return found.start()
        elif sign == "}":
            depth = max(0, depth - 1)
        elif sign == '"' and depth == 0:
            quoted = not quoted
    return -1
