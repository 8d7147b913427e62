"""A document filled from a log: each section is built once, then the figures are numbered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.keys import FigureKey, keys_of
from orchestrator.reports.numbering import figures_within, numbered
from orchestrator.reports.parts.header import Header, header
from orchestrator.reports.plots.plot import Drawings, Plot
from orchestrator.reports.prose import Prose
from orchestrator.reports.section import Document, Section, View
from store.figures import Figure


@dataclass(frozen=True, slots=True)
class Part:
    """A section with its view."""

    section: Section
    view: View


@dataclass(frozen=True, slots=True)
class Page:
    """What the templates and the JSON document are given."""

    document: Document
    header: Header
    parts: tuple[Part, ...]
    plots: tuple[Plot, ...]
    undrawn: tuple[Prose, ...]
    """A sentence for each drawing that the log has no data for."""
    figures: tuple[Figure, ...]
    """Every figure of the sections and drawings, by number."""
    keys: tuple[FigureKey, ...]
    """Of the figures, in the same order."""

    def plot(self, name: str) -> Plot | None:
        """The drawing of that name; None where the document does not show it or the log has no data for it."""
        return next((plot for plot in self.plots if plot.name == name), None)


Naming = Callable[[Sequence[FigureKey]], Sequence[str]]
"""Gives each figure of a document its id, from the keys of all of them."""


def by_number(keys: Sequence[FigureKey]) -> Sequence[str]:
    """`fig-1`, `fig-2`, … in the order in which the document first prints them."""
    return [f"fig-{number}" for number in range(1, len(keys) + 1)]


def fill(document: Document, history: History, drawings: Drawings, naming: Naming = by_number) -> Page:
    """The document on the cycle that `history` looks back on."""
    book = FigureBook(history)
    built = [(section, section.build(history, book)) for section in document.sections]
    views = [(section, view) for section, view in built if view is not None]
    plots = tuple(plot for name in document.drawings for plot in drawings.plots if plot.name == name)
    bare = figures_within([*(view for _, view in views), *plots])
    keys = keys_of(bare, history)
    ids = dict(zip(bare, naming(keys), strict=True))
    parts = tuple(Part(section, numbered(view, ids)) for section, view in views)
    figures = tuple(numbered(figure, ids) for figure in bare)
    return Page(
        document=document,
        header=header(history),
        parts=parts,
        plots=tuple(numbered(plot, ids) for plot in plots),
        undrawn=drawings.undrawn if document.says_undrawn else (),
        figures=figures,
        keys=keys,
    )
