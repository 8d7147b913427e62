"""Running text made of typed pieces: a sentence is written once, and each format prints it in its own way."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.figures import Figure
from store.models import ModelRef


@dataclass(frozen=True, slots=True)
class Said:
    """Words of the log, quoted verbatim and never read as markup."""

    text: str
    position: int
    """The event that holds them."""


@dataclass(frozen=True, slots=True)
class Code:
    """An identifier, a digest or a command; `short` is shown where space is scarce."""

    text: str
    short: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A name that is not a quantity, such as `cycle 2` or `look 1 of 2`."""

    text: str


@dataclass(frozen=True, slots=True)
class Anchor:
    """The name of a place in a report, as links have it: letters, digits, `-`, `_` and `.`."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A reference to another place in the same report."""

    text: str
    anchor: Anchor


@dataclass(frozen=True, slots=True)
class Strong:
    """Words of weight."""

    text: str


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval."""

    figure: Figure


@dataclass(frozen=True, slots=True)
class Absent:
    """The place of a number that is not there, and why."""

    word: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model; one whose weights are a random initialisation is called untrained wherever it is named."""

    id: str
    locator: str
    untrained: bool

    @classmethod
    def of(cls, ref: ModelRef) -> ModelName:
        """The name of a model."""
        return cls(ref.id, ref.locator, ref.untrained)

    @property
    def text(self) -> str:
        """The name as it is printed."""
        return f"{self.id} (untrained)" if self.untrained else self.id


Piece = str | Figure | Estimate | Said | Code | Label | Link | Strong | Absent | ModelName | datetime
Prose = tuple[Piece, ...]
"""A sentence, or a few. Plain strings in it are the report's own words and hold no digits."""

Cell = Figure | Estimate | Absent


LOOKS = ("look", "looks")
"""For `counted`."""


def when(at: datetime) -> str:
    """A moment of the log, in UTC, to the second."""
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def p_value(figure: Figure, name: str = "p") -> Prose:
    """`p < 0.001`, or `p = 0.023`."""
    return (f"{name}\u00a0", figure) if figure.text.startswith("<") else (f"{name}\u00a0=\u00a0", figure)


def counted(figure: Figure, one: str, many: str) -> Prose:
    """`1 look`, `2 looks`."""
    return (figure, f" {one if figure.value == 1 else many}")


def listed(items: list[Prose]) -> Prose:
    """`a`, `a and b`, `a, b and c`."""
    pieces: list[Piece] = []
    for index, item in enumerate(items):
        if index:
            pieces.append(" and " if index == len(items) - 1 else ", ")
        pieces += item
    return tuple(pieces)


def plain(prose: Prose | Piece) -> str:
    """The words without any markup."""
    match prose:
        case tuple():
            return "".join(plain(piece) for piece in prose)
        case str():
            return prose
        case Figure():
            return f"{prose.text} {prose.printed_unit}".rstrip()
        case Estimate(figure=figure):
            interval = f" [{figure.low_text}, {figure.high_text}]" if figure.interval else ""
            return f"{figure.text}{interval} {figure.printed_unit}".rstrip()
        case Absent(word=word, reason=reason):
            return f"{word}: {reason}" if reason else word
        case datetime():
            return when(prose)
        case _:
            return prose.text


def figures_in(prose: Prose | Piece) -> tuple[Figure, ...]:
    """The figures of a text, in order."""
    match prose:
        case tuple():
            return tuple(figure for piece in prose for figure in figures_in(piece))
        case Figure():
            return (prose,)
        case Estimate(figure=figure):
            return (figure,)
        case _:
            return ()
