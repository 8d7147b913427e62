"""A section of a report, and a document as an ordered list of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Literal, Protocol, runtime_checkable

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History

Format = Literal["md", "html"]

FOLDER = "orchestrator.reports.sections"
"""Where each section has its folder."""


class View(Protocol):
    """What a section shows: a frozen dataclass. Its numbers are figures; its fields stand in the order of the page."""

    __dataclass_fields__: Mapping[str, object]


@runtime_checkable
class HasData(Protocol):
    """A view that gives several values to the JSON document, under keys of its own."""

    def data(self) -> Mapping[str, object]:
        """The values of the section by their keys in the JSON document."""


@dataclass(frozen=True, slots=True)
class Section:
    """A place in a document: which section stands there, under which heading."""

    name: str
    """Its folder in `sections`, its anchor on the page, and its key in JSON unless its view says otherwise."""
    heading: str
    contents: str = ""
    """Its words in the table of contents, where the heading is too long for that."""
    drawings: tuple[str, ...] = ()
    """Drawings that its partials print here, with `m.plot(page.plot("name"))`."""
    options: Mapping[str, object] = field(default_factory=dict)
    """Passed to the builder as keyword arguments: what differs from one document to another."""
    builder: str = ""
    """The module with its `build`; empty for `builder.py` in its folder."""
    printed_by: str = ""
    """Name of the templates that print its view, without their endings; empty for those in its folder."""

    def build(self, history: History, book: FigureBook) -> View | None:
        """The view, by `build` of its builder; None leaves the section out of the document."""
        builder = import_module(self.builder or f"{FOLDER}.{self.name}.builder")
        view: View | None = builder.build(history, book, **self.options)
        return view

    def partial(self, format: Format) -> str:
        """Name of the template that prints the view."""
        return f"{self.printed_by or f'{self.name}/section'}.{format}.j2"


@dataclass(frozen=True, slots=True)
class Document:
    """A kind of report. The order of its sections is that of the page, the contents, the JSON and the figures."""

    name: str
    """Name of its files, and of the templates that give its title."""
    schema: str
    formats: tuple[Format, ...]
    """Besides JSON, which every document has."""
    sections: tuple[Section, ...]
    says_undrawn: bool = False
    """Whether it lists the drawings that the log has no data for."""

    @property
    def drawings(self) -> tuple[str, ...]:
        """Names of the drawings that its sections show, in the order of the page."""
        return tuple(dict.fromkeys(name for section in self.sections for name in section.drawings))
