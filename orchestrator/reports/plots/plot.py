"""A drawing of a report, and all of them together."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: a file of its own beside the Markdown, inlined in HTML."""

    name: str
    title: str
    caption: Prose
    svg: str
    """Without a document prologue; colours are CSS custom properties."""


@dataclass(frozen=True, slots=True)
class Drawings:
    """The drawings there was something to show in, and a sentence for each of the others."""

    plots: tuple[Plot, ...]
    undrawn: tuple[Prose, ...]


Drawn = tuple[Plot | None, tuple[Prose, ...]]
"""A drawing, if there was something to show in it, and what it leaves out and why."""
