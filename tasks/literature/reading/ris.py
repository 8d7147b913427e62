"""RIS to records, whatever stands between them and wherever an end is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tasks.literature.reading.assembling import assembled
from tasks.literature.reading.carrying import CARRIED, with_carried
from tasks.literature.reading.cleaning import clean
from tasks.literature.reading.csl import keywords_of
from tasks.literature.reading.dates import date_of
from tasks.literature.reading.identifiers import LONGEST, serials_of
from tasks.literature.reading.names import comma_names
from tasks.literature.reading.outcome import Piece, Read, Unreadable
from tasks.literature.reading.types import RIS
from tasks.literature.record import Date, Name, Record

_FIRST = re.compile(r"^([ \t\ufeff]{0,8})TY([ \t]{1,2})-", re.M)
_NUMBERING = re.compile(r"(?:\d{1,9}\.|<\d{1,9}>|Record #\d{1,9} of \d{1,9})[ \t]*")
"""A line that tools put before a record, which would pass for the end of the last field where its `ER` is missing."""
_MOST_BEFORE = 5
"""Lines that stand before a record, from its number on."""
_TITLES = ("TI", "T1", "CT")
_JOURNALS = ("JF", "JO", "T2", "BT", "JA", "J2", "J1", "T3")
_BOOKS = ("T2", "BT", "JF", "JO", "T3", "JA", "J2")
_PARTS = frozenset({"chapter", "paper-conference", "entry-encyclopedia", "entry-dictionary"})
_EDITORS = ("ED", "A2")
_SAME = {"A1": "AU"}
"""Tags of one meaning, whose values stay in the order of the file."""
_NUMBERS = ("M1", "AN", "C1")


@dataclass(slots=True)
class _Block:
    """Lines of one record."""

    line: int
    lines: list[str] = field(default_factory=list)
    tags: list[tuple[str, list[str]]] = field(default_factory=list)
    begun: bool = False
    """Whether it has a `TY`."""
    ended: bool = False

    @property
    def counts(self) -> bool:
        """Whether it is a record, if perhaps a broken one, and not stray lines between two."""
        return self.begun or (bool(self.tags) and (self.ended or any(tag in _TITLES for tag, _ in self.tags)))

    def piece(self) -> Piece:
        if not self.ended and self.tags:
            parts = self.tags[-1][1]
            for at in range(max(1, len(parts) - _MOST_BEFORE), len(parts)):
                if _NUMBERING.fullmatch(parts[at]):
                    del parts[at:]
                    break
        return Piece(self.line, "\n".join(self.lines).rstrip(), lambda: _read(self))


def ris_pieces(text: str) -> Iterator[Piece]:
    """Each record of a file, in order. Text must have newlines alone as line breaks.

    A record goes from `TY` to `ER`, to the next `TY` or to the end of the file. One that lacks its `TY` counts if it
    has an end or a title, and ends before a blank line and the tag that it began with. A line without a tag belongs
    to the field before it; between records it is passed over.
    """
    tag_of = _tags(text)
    block, blank = _Block(1), False
    for number, line in enumerate(text.split("\n"), 1):
        found = tag_of.match(line)
        tag, value = (found[1], found[2].strip()) if found else ("", line)
        begins = blank and bool(block.tags) and not block.begun and tag == block.tags[0][0]
        blank = not line.strip()
        if begins and block.counts:
            yield block.piece()
            block = _Block(number)
        if tag == "TY":
            if block.counts:
                yield block.piece()
            block = _Block(number, begun=True)
        elif tag == "ER" and not value:
            block.ended = True
            block.lines.append(line)
            if block.counts:
                yield block.piece()
            block = _Block(number + 1)
            continue
        elif tag and not block.tags:
            block.line, block.lines = number, []
        if tag and tag != "ER":
            block.tags.append((tag, [value]))
        elif block.tags and line.strip():
            block.tags[-1][1].append(line.strip())
        block.lines.append(line)
    if block.counts:
        yield block.piece()


def _tags(text: str) -> re.Pattern[str]:
    """Lines with a tag, as this file writes them: as its first `TY`, or as the format says."""
    first = _FIRST.search(text)
    indent = len(first[1]) if first else 0
    if first and len(first[2]) == 1:
        return re.compile(rf"[ \t\ufeff]{{0,{indent}}}([A-Z][A-Z0-9])[ \t]{{1,2}}-(?=[ \t]|$)(.*)")
    return re.compile(rf"[ \t\ufeff]{{0,{indent}}}([A-Z][A-Z0-9])[ \t]{{2}}-(.*)")


def _read(block: _Block) -> Read:
    notes = []
    if not block.begun:
        notes.append("it has no TY")
    if not block.ended:
        notes.append("it has no ER")
    values: dict[str, list[str]] = {}
    for tag, parts in block.tags:
        if text := " ".join(part for part in parts if part):
            values.setdefault(_SAME.get(tag, tag), []).append(text)
    if not values:
        raise Unreadable("it has no field")
    record = _record(values)
    carried = next((each for each in values.get("U5", ()) if each.startswith(f"{CARRIED}:")), "")
    key = clean(values.get("ID", [""])[0])
    return Read(with_carried(record, carried.partition(":")[2]), key, tuple(notes))


def _record(values: dict[str, list[str]]) -> Record:
    def first(*tags: str) -> str:
        return next((value for tag in tags for value in values.get(tag, ())), "")

    kind = RIS.get(first("TY").upper(), "document")
    titles = _TITLES if kind in _PARTS or kind not in ("book", "collection") else (*_TITLES, "BT")
    links = values.get("UR", []) + values.get("L2", []) + values.get("LK", [])
    return assembled(
        title=first(*titles),
        type=kind,
        authors=_names(values, ("AU",)),
        editors=_names(values, _EDITORS if "ED" not in values else ("ED",)),
        issued=_issued(values),
        container=first(*(_BOOKS if kind in _PARTS else _JOURNALS)),
        publisher=first("PB"),
        volume=first("VL"),
        issue=first("IS"),
        pages=_pages(first("SP"), first("EP")),
        doi=first("DO") or next((each for each in links if "doi.org/10." in each[:LONGEST]), ""),
        arxiv=next((each for tag in _NUMBERS for each in values.get(tag, ()) if "arxiv" in each[:20].lower()), ""),
        identifiers=serials_of(" ".join(values.get("SN", ()))),
        url=links[0] if links else "",
        abstract=" ".join(values.get("AB") or values.get("N2") or ()),
        language=first("LA"),
        keywords=[each for value in values.get("KW", ()) for each in (keywords_of(value) if ";" in value else [value])],
    )  # fmt: skip


def _names(values: dict[str, list[str]], tags: tuple[str, ...]) -> Iterator[Name]:
    """Names of all tags of a role, each once, as tools write the same names under two tags."""
    said = dict.fromkeys(value for tag in tags for value in values.get(tag, ()))
    for value in said:
        for each in value.split(";"):
            yield from comma_names(each)


def _pages(first: str, last: str) -> str:
    return first if not last or first == last or first.endswith(f"-{last}") else f"{first}-{last}" if first else last


def _issued(values: dict[str, list[str]]) -> Date | None:
    """The first date that has a month, or else the first."""
    dates = [date for tag in ("PY", "Y1", "DA") for each in values.get(tag, ()) if (date := date_of(each))]
    if not dates:
        return None
    return next((date for date in dates if date.month and date.year == dates[0].year), dates[0])
