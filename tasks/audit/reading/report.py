"""A report that was read: lines of visible text with their number in the file, sections and tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["heading", "item", "text", "row", "code"]

LONGEST_LINE = 4_000
"""Characters of visible text that are read as one line; what is longer is cut into several."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of visible text."""

    number: int
    """In the file, from 1."""
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
    codes: tuple[str, ...] = ()
    """What is set as code in it."""
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
class Row:
    """A row of a table."""

    line: Line
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: its header, and rows with as many cells or fewer."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]


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
class Builder:
    """Collects lines, sections and tables while a format is read."""

    seen: list[str] | None = None
    """Lines as they stand in the file, where those that are read were repaired."""
    lines: list[Line] = field(default_factory=list)
    sections: list[Section] = field(default_factory=lambda: [Section("", 0, None, None)])
    tables: list[Table] = field(default_factory=list)
    section: int = 0
    group: int = 0
    item: int = 0

    def heading(self, number: int, source: str, text: str, level: int) -> None:
        """Open a section."""
        above: int | None = self.section
        while above is not None and self.sections[above].level >= level:
            above = self.sections[above].parent
        self.sections.append(Section(text, level, above or 0, len(self.lines)))
        self.section = len(self.sections) - 1
        self.apart()
        self.add(number, source, text, "heading")
        self.apart()

    def apart(self) -> None:
        """What follows stands by itself."""
        self.group += 1
        self.item += 1

    def next_item(self) -> None:
        """What follows is another item of the same list."""
        self.item += 1

    def add(
        self,
        number: int,
        source: str,
        text: str,
        kind: Kind,
        codes: Iterable[str] = (),
        checkbox: bool | None = None,
    ) -> Line:
        """Append a line; one that is too long becomes several, cut at spaces."""
        whole = tuple(codes)
        start = 0
        while len(text) - start > LONGEST_LINE:
            cut = text.rfind(" ", start + LONGEST_LINE // 2, start + LONGEST_LINE)
            cut = cut if cut > 0 else start + LONGEST_LINE
            head = text[start:cut]
            self.lines.append(Line(number, head, head, kind, self.section, self.group, self.item, whole, checkbox))
            start, whole = cut, ()
        if start:
            source = text = text[start:]
        elif self.seen is not None:
            source = self.seen[number - 1]
        text = source if text == source else text
        line = Line(number, source, text, kind, self.section, self.group, self.item, whole, checkbox)
        self.lines.append(line)
        return line

    def table(
        self,
        header: Iterable[str],
        rows: Sequence[tuple[int, str, tuple[str, ...]]],
        codes: Sequence[Iterable[str]] = (),
    ) -> None:
        """Append a table, whose rows are lines as well; `codes` are those of each row."""
        self.apart()
        kept = []
        for at, (number, source, cells) in enumerate(rows):
            self.next_item()
            line = self.add(number, source, " | ".join(cells), "row", codes[at] if codes else ())
            kept.append(Row(line, cells))
        self.tables.append(Table(tuple(header), tuple(kept)))
        self.apart()

    def report(self, format: str) -> Report:
        """What was collected."""
        return Report(format, tuple(self.lines), tuple(self.sections), tuple(self.tables))
