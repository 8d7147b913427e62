"""A drawing of a report, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Prose
from orchestrator.reports.renderers import drawing
from store.figures import Figure


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: a separate file for Markdown, inlined in HTML."""

    name: str
    title: str
    caption: Prose
    pieces: tuple[str | Figure, ...]
    """An `<svg>` element without a document prologue; colours are CSS custom properties. What it counts is a figure.

    Empty where it was drawn for print.
    """
    pdf: bytes = b""
    """A page of its own, where it was drawn for print."""

    @property
    def svg(self) -> str:
        """As it stands outside of a page, where no figure has a row to lead to."""
        return "".join(map(drawing, self.pieces))


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings that the log has data for, and a sentence for each of the others."""

    plots: tuple[Plot, ...]
    undrawn: tuple[Prose, ...]


Drawn = tuple[Plot | None, tuple[Prose, ...]]
"""What a drawing function returns: the drawing, or None without data; and sentences on what is not drawn, and why."""
