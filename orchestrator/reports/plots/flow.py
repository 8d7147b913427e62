"""The drawing of the PRISMA 2020 flow: what goes on at the left, what leaves it at the right, each number a figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise

from orchestrator.library.flow import Box, Count, Step, steps
from orchestrator.reports.book import UNNUMBERED, FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.plots.fitting import BEFORE, BEHIND, Line, fitted
from orchestrator.reports.plots.plot import Drawn, Plot
from orchestrator.reports.plots.svg import SHOWN_FONT, opening, shown, standalone
from orchestrator.reports.prose import Label, Piece, Prose, counted, listed, plain
from orchestrator.reports.renderers import clean, short
from store.board import Board
from store.figures import WHOLE, Figure, round_figure
from store.queries.literature import flow, is_tracked

FigureOf = Callable[[Count], Figure]
"""Gives the figure of a number of the flow."""

NAME, TITLE = "flow", "The flow of works"

_WIDTH, _BOX, _GAP, _EDGE = 440, 206, 26, 1
"""In units of the drawing, as all that follows. It is narrow, so that a phone shows letters of 14 at 11 px or more."""
_LETTERS, _BASE, _LINE, _PADDING, _PHASE, _ARROW, _HEAD = 14, 14, 18, 9, 24, 24, 7
_INDENT, _BOLD, _LONGEST = 0.7, 1.1, 60
"""Of the lines of a part after its first, in ems; how much wider letters of a heading are; letters of a name."""


def draw_flow(history: History) -> Drawn:
    """The plot; nothing where no literature is tracked, and a sentence where none has come in."""
    if not is_tracked(history.board):
        return None, ()
    found = flow(history.board)
    if not found.records:
        return None, (("There is no drawing of the flow of works: no record came in.",),)
    book = FigureBook(history)
    return flow_plot(steps(found), lambda count: book.derived(count.name)), ()


def flow_file(board: Board) -> str:
    """The same drawing as a file of its own, of a board that need not have a cycle."""
    return standalone(flow_plot(steps(flow(board)), lambda count: _figure(count, board.position)))


def _figure(count: Count, position: int) -> Figure:
    value = float(count.value)
    return Figure(UNNUMBERED, value, round_figure(value, WHOLE), WHOLE, count.unit, "", position, None, count.name)


def flow_plot(rows: Sequence[Step], figure_of: FigureOf) -> Plot:
    """The rows as boxes and arrows."""
    drawn = tuple(_rows(rows, figure_of))
    caption, height = _caption(rows, figure_of), f"{drawn[-1].bottom + _EDGE:g}"
    told = plain((*caption, *_told(rows, figure_of)))
    arrows = (
        _arrow(_EDGE + _BOX / 2, one.stays.bottom, down=other.stays.top - one.stays.bottom)
        for one, other in pairwise(drawn)
    )
    return Plot(NAME, TITLE, caption, (
        opening(NAME, TITLE, told, f"{_WIDTH}", height, role="graphics-document"),
        f'<rect width="{_WIDTH}" height="{height}" style="fill: {shown("paper")}"/>\n',
        f'<g style="font-family: {SHOWN_FONT}; font-size: {_LETTERS}px">\n',
        *arrows,
        *(piece for row in drawn for piece in row.pieces()),
        "</g>\n</svg>\n",
    ))  # fmt: skip


def _caption(rows: Sequence[Step], figure_of: FigureOf) -> Prose:
    first, last = rows[0].stays.count, rows[-1].stays.count
    assert first is not None and last is not None
    return (
        "Of ", *counted(figure_of(first), "record", "records"), ", ", *counted(figure_of(last), "work is", "works are"),
        " included so far. At the left is what goes on, at the right what leaves: each box at the left holds what the "
        "one above it held, less what left. The boxes are those of PRISMA; records that could not be read are in none.",
    )  # fmt: skip


def _told(rows: Sequence[Step], figure_of: FigureOf) -> Iterator[Piece]:
    """All that is drawn, in words, for who cannot see it."""
    for row in rows:
        yield from (f" {row.phase}: ", *_box_told(row.stays, figure_of))
        if row.leaves is not None:
            yield from ("; what leaves: ", *_box_told(row.leaves, figure_of))
        yield "."


def _box_told(box: Box, figure_of: FigureOf) -> Iterator[Piece]:
    yield box.heading
    if box.count is not None:
        yield from (" ", figure_of(box.count))
    if box.parts:
        yield " ("
        yield from listed([(Label(clean(part.label)), " ", figure_of(part.count)) for part in box.parts])
        yield ")"


@dataclass(frozen=True, slots=True)
class _Drawable:
    """A box in lines."""

    left: float
    top: float
    heading: tuple[Line, ...]
    parts: tuple[Line, ...]

    @property
    def bottom(self) -> float:
        """Where it ends."""
        return self.top + 2 * _PADDING + _LINE * (len(self.heading) + len(self.parts))

    def pieces(self) -> Iterator[str | Figure]:
        """The box and its lines."""
        yield (
            f'<rect x="{self.left:g}" y="{self.top:g}" width="{_BOX}" height="{self.bottom - self.top:g}" rx="3" '
            f'style="fill: {shown("card")}; stroke: {shown("muted")}"/>\n'
        )
        for place, line in enumerate((*self.heading, *self.parts)):
            weight = "600" if place < len(self.heading) else "400"
            x, y = self.left + _PADDING + line.indent * _LETTERS, self.top + _PADDING + _BASE + place * _LINE
            yield from _text(x, y, line, f"fill: {shown('ink')}; font-weight: {weight}")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of the flow, under the name of its phase where this begins."""

    phase: str
    stays: _Drawable
    leaves: _Drawable | None

    @property
    def bottom(self) -> float:
        """Of the taller box."""
        return max(each.bottom for each in (self.stays, self.leaves) if each is not None)

    def pieces(self) -> Iterator[str | Figure]:
        """Its boxes, and what goes from one to the other."""
        top = self.stays.top
        if self.phase:
            yield from _text(_EDGE, top - _PHASE + _BASE, Line(self.phase), f"fill: {shown('muted')}")
        yield from self.stays.pieces()
        if self.leaves is not None:
            yield from self.leaves.pieces()
            yield _arrow(_EDGE + _BOX, top + _PADDING + _LINE / 2, across=_GAP)


def _rows(steps: Sequence[Step], figure_of: FigureOf) -> Iterator[_Row]:
    top, phase = float(_EDGE), ""
    for step in steps:
        begins = step.phase if step.phase != phase else ""
        phase = step.phase
        top += _PHASE if begins else 0
        leaves = _drawable(step.leaves, _EDGE + _BOX + _GAP, top, figure_of) if step.leaves is not None else None
        row = _Row(begins, _drawable(step.stays, _EDGE, top, figure_of), leaves)
        yield row
        top = row.bottom + _ARROW


def _drawable(box: Box, left: float, top: float, figure_of: FigureOf) -> _Drawable:
    room = (_BOX - 2 * _PADDING) / _LETTERS
    room = (_BOX - 2 * _PADDING) / _LETTERS
    heading = fitted(box.heading, figure_of(box.count) if box.count is not None else None, room / _BOLD)
    parts = (fitted(short(part.label, _LONGEST), figure_of(part.count), room, _INDENT) for part in box.parts)
    return _Drawable(left, top, heading, tuple(line for part in parts for line in part))


def _text(x: float, y: float, line: Line, style: str) -> Iterator[str | Figure]:
    yield f'<text x="{x:g}" y="{y:g}" style="{style}">{escape(line.text)}'
    if line.figure is not None:
        yield from (BEFORE, line.figure, BEHIND)
    yield "</text>\n"


def _arrow(x: float, y: float, *, across: float = 0.0, down: float = 0.0) -> str:
    """A line with a head, to the right or down."""
    end_x, end_y = x + across, y + down
    sides = f"l {-_HEAD} {-_HEAD / 2:g} v {_HEAD}" if across else f"l {-_HEAD / 2:g} {-_HEAD} h {_HEAD}"
    return (
        f'<path d="M {x:g} {y:g} L {end_x:g} {end_y:g}" style="stroke: {shown("muted")}"/>\n'
        f'<path d="M {end_x:g} {end_y:g} {sides} z" style="fill: {shown("muted")}"/>\n'
    )
