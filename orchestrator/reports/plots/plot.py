"""A drawing of a report, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: a separate file for Markdown, inlined in HTML."""

    name: str
    title: str
    caption: Prose
    svg: str
    """Without a document prologue; colours are CSS custom properties. Empty where it was drawn for print."""
    pdf: bytes = b""
    """A page of its own, where it was drawn for print."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings that the log has data for, and a sentence for each of the others."""

    plots: tuple[Plot, ...]
    undrawn: tuple[Prose, ...]


Drawn = tuple[Plot | None, tuple[Prose, ...]]
"""What a drawing function returns: the drawing, or None without data; and sentences on what is not drawn, and why."""
