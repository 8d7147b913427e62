"""What a section of the paper is made of. Frozen; numbers are figures, as in reports."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text, then references to floats, then citations."""

    text: Prose
    refs: tuple[str, ...] = ()
    """Labels of tables and drawings of the same paper."""
    cites: tuple[str, ...] = ()
    """Keys of references."""


@dataclass(frozen=True, slots=True)
class Items:
    """A list without numbers."""

    items: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula without numbers: as TeX sets it, as Typst does, and in signs that any page can show."""

    tex: str
    typst: str
    signs: str


@dataclass(frozen=True, slots=True)
class Column:
    """The head of a column."""

    name: Prose
    numeric: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """A table with its caption; each row has one text per column."""

    label: str
    caption: Prose
    columns: tuple[Column, ...]
    rows: tuple[tuple[Prose, ...], ...]
    wide: bool = False
    """Over both columns of the page."""

    def __post_init__(self) -> None:
        """ValueError where a row has another number of cells than there are columns."""
        if any(len(row) != len(self.columns) for row in self.rows):
            raise ValueError(f"a row of the table {self.label} has another number of cells than it has columns")


@dataclass(frozen=True, slots=True)
class Drawing:
    """A drawing of the reports, shown here."""

    label: str
    plot: str
    """Its name among the drawings."""
    caption: Prose


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for what people write: `paper/prose/<name>.tex`."""

    name: str
    asks: str
    """What is to be written there, in one sentence."""


Block = Paragraph | Items | Formula | Table | Drawing | Slot


def blocks_of(view: object) -> tuple[Block, ...]:
    """The blocks of a section's view."""
    return view.blocks if isinstance(view, Blocks) else ()


@dataclass(frozen=True, slots=True)
class Blocks:
    """The view of a section of the paper."""

    blocks: tuple[Block, ...]
