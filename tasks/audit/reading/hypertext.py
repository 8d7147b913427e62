"""Reads HTML as it is seen; tables may stand in tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tasks.audit.reading.marking import Marking
from tasks.audit.reading.report import Builder, Marks
from tasks.audit.reading.tags import Tag, split

_HIDDEN = {"pre", "script", "style", "svg", "template", "noscript", "math", "title"}
_BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt", "fieldset",
    "figcaption", "figure", "footer", "form", "header", "hr", "html", "li", "main", "nav", "ol", "p", "section",
    "summary", "ul",
}  # fmt: skip
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


@dataclass(slots=True)
class _OpenTable:
    marking: Marking
    header: tuple[str, ...] = ()
    rows: list[tuple[int, str, tuple[str, ...]]] = field(default_factory=list)
    marks: list[Marks] = field(default_factory=list)
    cells: list[str] = field(default_factory=list)
    heads: int = 0
    cell: list[str] | None = None
    line: int = 0


class _Reader:
    def __init__(self, write: Callable[[str], str]) -> None:
        self.to = Builder()
        self.write = write
        self.hidden: list[str] = []
        self.tables: list[_OpenTable] = []
        self.text: list[str] = []
        self.line_marking = Marking(write)
        self.line = 0
        self.started = 0
        self.level = 0
        self.lists = 0
        self.is_item = False
        self.term = ""

    def start(self, element: Tag) -> None:
        """A start tag."""
        tag = element.name
        if self.hidden or tag in _HIDDEN:
            if tag in _HIDDEN:
                self.hidden.append(tag)
            return
        if tag == "table":
            self._flush()
            self.tables.append(_OpenTable(Marking(self.write)))
        elif self.tables:
            self._in_table(tag)
        elif tag in _HEADINGS:
            self._flush()
            self.level = _HEADINGS[tag]
        elif tag in _BLOCKS:
            self._open(tag)
        elif tag == "br":
            self._flush()
        before = (self.tables[-1].cell or []) if self.tables else self.text
        self._marking.start(element, "".join(before[-1:]))

    def end(self, tag: str) -> None:
        """An end tag."""
        if self.hidden:
            if tag == self.hidden[-1]:
                self.hidden.pop()
            return
        self._marking.end(tag)
        if tag == "table" and self.tables:
            self._close_table()
        elif self.tables:
            if tag in ("td", "th"):
                self._close_cell()
        elif tag in _HEADINGS or tag in _BLOCKS:
            self._flush(tag)
            if tag in ("ul", "ol"):
                self.lists = max(0, self.lists - 1)
                self.to.apart()

    def data(self, data: str) -> None:
        """Text between tags."""
        if self.hidden:
            return
        self._marking.text(data)
        if self.tables:
            if self.tables[-1].cell is not None:
                self.tables[-1].cell.append(data)
            return
        if data.strip() and not self.text:
            self.started = self.line + data[: len(data) - len(data.lstrip())].count("\n")
        if data.strip() or self.text:
            self.text.append(data)

    @property
    def _marking(self) -> Marking:
        """Of the row or line that is being read."""
        return self.tables[-1].marking if self.tables else self.line_marking

    def _open(self, tag: str) -> None:
        self._flush()
        if tag in ("ul", "ol"):
            if self.lists == 0:
                self.to.apart()
            self.lists += 1
        elif tag == "li":
            self.is_item = True
            if self.lists <= 1:
                self.to.next_item()
        elif tag == "dd":
            self.to.next_item()
        elif self.lists == 0 and tag != "dt":
            self.to.apart()

    def _in_table(self, tag: str) -> None:
        table = self.tables[-1]
        if tag == "tr":
            self._close_row()
            table.line = self.line
        elif tag in ("td", "th"):
            self._close_cell()
            table.cell = []
            table.heads += tag == "th"
        elif table.cell is not None:
            table.cell.append(" ")

    def _close_cell(self) -> None:
        table = self.tables[-1]
        if table.cell is not None:
            table.cells.append(" ".join("".join(table.cell).split()))
            table.cell = None

    def _close_row(self) -> None:
        self._close_cell()
        table = self.tables[-1]
        marks = table.marking.taken()
        if table.cells:
            cells = tuple(self.write(cell) for cell in table.cells)
            if not table.header and not table.rows and table.heads == len(cells):
                table.header = cells
            else:
                table.rows.append((table.line, " | ".join(table.cells), cells))
                table.marks.append(marks)
        table.cells, table.heads = [], 0

    def _close_table(self) -> None:
        self._close_row()
        table = self.tables.pop()
        self.to.table(table.header, table.rows, table.marks)

    def _flush(self, tag: str = "") -> None:
        seen = " ".join("".join(self.text).split())
        self.text = []
        level, self.level = self.level, 0
        is_item, self.is_item = self.is_item, False
        if not seen:
            return
        if tag == "dt":
            self.term = seen
            return
        if tag == "dd" and self.term:
            seen, self.term = f"{self.term}: {seen}", ""
        marks = self.line_marking.taken()
        if level:
            self.to.heading(self.started, seen, self.write(seen), level)
        else:
            self.to.add(self.started, seen, self.write(seen), "item" if is_item else "text", marks)

    def finish(self) -> Builder:
        """Close what was left open."""
        while self.tables:
            self._close_table()
        self._flush()
        return self.to


def read_html(text: str, write: Callable[[str], str]) -> Builder:
    """A page to lines of visible text; `write` brings numbers into one writing."""
    reader = _Reader(write)
    for reader.line, each in split(text):
        if isinstance(each, str):
            reader.data(each)
        elif each.close:
            reader.end(each.name)
        else:
            reader.start(each)
    return reader.finish()
