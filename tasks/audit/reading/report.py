"""A report that was read: lines of visible text with their number in the file, sections and tables."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import accumulate
from typing import Literal

from tasks.audit.reading.sentences import Excerpts, sentences

Kind = Literal["heading", "item", "text", "row", "code"]

LONGEST_LINE = 4_000
"""Characters of visible text that are read as one line; what is longer is cut into several."""
_MOST_JOINED = 100
"""Lines that are read as one."""
_NEAR = 20
"""Sentences in which the text of a link is looked for, from that of the last one on."""


@dataclass(frozen=True, slots=True)
class Link:
    """Text that points to another place in the same document."""

    text: str
    """Without markup, numbers in one writing, with a sign such as `<` where one stands before it."""
    target: str
    """The id that it points to."""


@dataclass(frozen=True, slots=True)
class Stated:
    """Text whose markup states its value, as `<data value="0.5671">` and attributes `data-value` do."""

    text: str
    value: str


@dataclass(frozen=True, slots=True)
class Marks:
    """What the markup of a line says besides its text."""

    codes: tuple[str, ...] = ()
    """What is set as code in it."""
    links: tuple[Link, ...] = ()
    stated: tuple[Stated, ...] = ()
    anchors: tuple[str, ...] = ()
    """Ids by which links point to it."""

    def __add__(self, other: Marks) -> Marks:
        """Those of two lines that are read as one."""
        return Marks(
            self.codes + other.codes,
            self.links + other.links,
            self.stated + other.stated,
            self.anchors + other.anchors,
        )

    def shared_out(self, texts: Sequence[str]) -> list[Marks]:
        """To the sentences of a line: links and stated values to those they stand in, ids to the first, code to all."""
        links = _placed([each.text for each in self.links], texts)
        stated = _placed([each.text for each in self.stated], texts)
        return [
            Marks(
                self.codes,
                tuple(each for each, at in zip(self.links, links, strict=True) if at == number),
                tuple(each for each, at in zip(self.stated, stated, strict=True) if at == number),
                () if number else self.anchors,
            )
            for number in range(len(texts))
        ]


def _placed(marked: Sequence[str], texts: Sequence[str]) -> list[int]:
    """In which of the texts each marked one stands, in their order; where it is not found, where the last one did."""
    found, at = [], 0
    for mark in marked:
        bare = mark.lstrip("<>≤≥ ")
        near = range(at, min(at + _NEAR, len(texts)))
        at = next((number for number in near if bare in texts[number]), at)
        found.append(at)
    return found


PLAIN = Marks()


@dataclass(frozen=True, slots=True)
class Line:
    """A line of visible text: a sentence, a heading, a row of a table. Lines of the file that wrap are one."""

    number: int
    """Of the line of the file on which it begins, from 1."""
    source: str
    """As it stands in the file, or, in HTML, as it is seen."""
    text: str
    """Without markup, numbers in one writing."""
    kind: Kind
    section: int
    """Index into `Report.sections`."""
    group: int
    """A paragraph or list: lines with nothing between them have the same."""
    item: int
    """A top-level item of a list with all below it, or a paragraph."""
    marks: Marks = PLAIN
    checkbox: bool | None = None
    """Of a list to be ticked off: whether it is."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    level: int
    parent: int | None
    line: int | None
    """Index of the heading into `Report.lines`; None before the first heading."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of a table."""

    line: Line
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, and rows with as many cells or fewer."""

    header: tuple[str, ...]
    rows: tuple[TableRow, ...]


@dataclass(frozen=True, slots=True)
class Damage:
    """Text that was decoded with the wrong encoding, or not at all."""

    line: Line
    seen: str
    meant: str
    """Empty where it cannot be told."""


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was read."""

    format: str
    """`markdown` (which plain text is read as), `html` or `latex`."""
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    tables: tuple[Table, ...]
    damage: tuple[Damage, ...] = ()

    def ancestors(self, section: int) -> Iterator[int]:
        """The section itself, then those it stands in, from the inside out."""
        at: int | None = section
        while at is not None:
            yield at
            at = self.sections[at].parent


@dataclass(slots=True)
class _Open:
    """A line that may go on in the next one."""

    numbers: list[int]
    sources: list[str]
    texts: list[str]
    like: Line


@dataclass(slots=True)
class Builder:
    """Collects lines, sections and tables while a format is read. A line of text becomes one line for each sentence."""

    seen: Sequence[str] | None = None
    """Lines as they stand in the file, where those that are read were repaired."""
    lines: list[Line] = field(default_factory=list)
    sections: list[Section] = field(default_factory=lambda: [Section("", 0, None, None)])
    tables: list[Table] = field(default_factory=list)
    section: int = 0
    group: int = 0
    item: int = 0
    open: _Open | None = None

    def heading(self, number: int, source: str, text: str, level: int) -> None:
        """Open a section."""
        self.apart()
        above: int | None = self.section
        while above is not None and self.sections[above].level >= level:
            above = self.sections[above].parent
        self.sections.append(Section(text, level, above or 0, len(self.lines)))
        self.section = len(self.sections) - 1
        self._append(number, self._as_seen(number, source), text, self._like("heading"))
        self.apart()

    def apart(self) -> None:
        """What follows stands by itself."""
        self._close()
        self.group += 1
        self.item += 1

    def next_item(self) -> None:
        """What follows is another item of the same list."""
        self._close()
        self.item += 1

    def add(
        self,
        number: int,
        source: str,
        text: str,
        kind: Kind,
        marks: Marks = PLAIN,
        checkbox: bool | None = None,
    ) -> None:
        """Append a line; one that is too long becomes several, cut at spaces."""
        self._close()
        like = self._like(kind, marks, checkbox)
        source = self._as_seen(number, source)
        if kind in ("text", "item") and text:
            self.open = _Open([number], [source], [text], like)
        else:
            self._append(number, source, text, like)

    def goes_on(self, number: int, source: str, text: str, marks: Marks = PLAIN) -> None:
        """Let the last line of text go on; a new line where there is none."""
        if self.open is None or len(self.open.texts) >= _MOST_JOINED:
            self.add(number, source, text, "text", marks)
            return
        self.open.numbers.append(number)
        self.open.sources.append(self._as_seen(number, source))
        self.open.texts.append(text)
        if marks != PLAIN:
            self.open.like = replace(self.open.like, marks=self.open.like.marks + marks)

    @property
    def last(self) -> str:
        """The text of the last line, where it may go on."""
        return self.open.texts[-1] if self.open is not None else ""

    def table(
        self,
        header: Iterable[str],
        rows: Sequence[tuple[int, str, tuple[str, ...]]],
        marks: Sequence[Marks] = (),
    ) -> None:
        """Append a table, whose rows are lines as well; `marks` are those of each row."""
        self.apart()
        kept = []
        for at, (number, source, cells) in enumerate(rows):
            self.next_item()
            like = self._like("row", marks[at] if marks else PLAIN)
            line = self._append(number, self._as_seen(number, source), " | ".join(cells), like)
            kept.append(TableRow(line, cells))
        self.tables.append(Table(tuple(header), tuple(kept)))
        self.apart()

    def report(self, format: str) -> Report:
        """What was collected."""
        self._close()
        return Report(format, tuple(self.lines), tuple(self.sections), tuple(self.tables))

    def _as_seen(self, number: int, source: str) -> str:
        return source if self.seen is None else self.seen[number - 1]

    def _like(self, kind: Kind, marks: Marks = PLAIN, checkbox: bool | None = None) -> Line:
        return Line(0, "", "", kind, self.section, self.group, self.item, marks, checkbox)

    def _close(self) -> None:
        """Append what was open, sentence by sentence."""
        if self.open is None:
            return
        opened, self.open = self.open, None
        found = sentences(" ".join(opened.texts))
        whole = " ".join(map(str.strip, opened.sources)) if len(opened.sources) > 1 else opened.sources[0]
        if len(found) == 1:
            self._append(opened.numbers[0], whole, found[0], opened.like)
            return
        ends = list(accumulate(len(each) + 1 for each in opened.texts))
        quotes = Excerpts(whole)
        at, like, marks = 0, opened.like, opened.like.marks
        shares = [PLAIN] * len(found) if marks == PLAIN else marks.shared_out(found)
        for text, share in zip(found, shares, strict=True):
            like = replace(like, marks=share)
            self._append(opened.numbers[bisect_right(ends, at)], quotes.of(text), text, like)
            at += len(text) + 1
            like = replace(like, kind="text")

    def _append(self, number: int, source: str, text: str, like: Line) -> Line:
        """Append a line; one that is too long becomes several, cut at spaces, of which the first has the marks.

        Returns the last one.
        """
        start = 0
        while len(text) - start > LONGEST_LINE:
            cut = text.rfind(" ", start + LONGEST_LINE // 2, start + LONGEST_LINE)
            cut = cut if cut > 0 else start + LONGEST_LINE
            head = text[start:cut]
            self.lines.append(replace(like, number=number, source=head, text=head))
            start, like = cut, replace(like, marks=PLAIN)
        if start:
            source = text = text[start:]
        text = source if text == source else text
        line = Line(number, source, text, like.kind, like.section, like.group, like.item, like.marks, like.checkbox)
        self.lines.append(line)
        return line
