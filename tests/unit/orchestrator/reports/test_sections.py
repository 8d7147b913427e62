"""A section is one folder and one line in a document: nothing of it can be forgotten, and its place is the line's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import get_type_hints

import pytest

from orchestrator.reports import sections
from orchestrator.reports.documents import DOCUMENTS
from orchestrator.reports.history import look_back
from orchestrator.reports.numbering import figures_within, numbered
from orchestrator.reports.page import fill
from orchestrator.reports.plots.drawings import DRAWINGS
from orchestrator.reports.plots.plot import Drawings
from orchestrator.reports.section import FOLDER, Document, Section
from store.figures import Figure, Rounding
from tests.unit.orchestrator.reports.conftest import played, rendered
from tests.unit.orchestrator.reports.reading import Page

ROOT = Path(sections.__path__[0])
FOLDERS = {path.parent.name for path in ROOT.glob("*/*") if path.is_file() and path.parent.name != "__pycache__"}
LISTED = {section.name for document in DOCUMENTS for section in document.sections}
DRAWN = {path.stem for path in (ROOT.parent / "plots").glob("*.py") if f"\ndef draw_{path.stem}(" in path.read_text()}
DONE = "two looks are done"


def missing(name: str) -> Iterator[str]:
    """What a section lacks, in words that tell what to do."""
    if name not in LISTED:
        yield f"section {name!r} stands in no document: add a line to orchestrator/reports/documents.py"
    if name not in FOLDERS:
        yield f"section {name!r} has no folder orchestrator/reports/sections/{name}"
        return
    formats = {f for document in DOCUMENTS for s in document.sections if s.name == name for f in document.formats}
    files = {file: ROOT / name / file for file in ("__init__.py", "builder.py", *(f"section.{f}.j2" for f in formats))}
    lacking = [file for file, path in sorted(files.items()) if not path.is_file()]
    yield from (f"section {name!r} has no {file} in orchestrator/reports/sections/{name}" for file in lacking)
    if {"__init__.py", "builder.py"} & set(lacking):
        return
    build = getattr(import_module(f"{FOLDER}.{name}.builder"), "build", None)
    if build is None:
        yield f"section {name!r} has no function build(history, book) in its builder.py"
    elif not views(get_type_hints(build).get("return")):
        yield f"section {name!r}: build has to say that it returns a frozen dataclass, or None with it"


def undrawn(name: str) -> Iterator[str]:
    """What a drawing lacks, in words that tell what to do."""
    if name not in DRAWINGS:
        yield f"no drawing is called {name!r}: name its module in NAMES of reports/plots/drawings.py"
    shown = [(d, s) for d in DOCUMENTS for s in d.sections if name in s.drawings]
    if not shown:
        yield f"drawing {name!r} is shown nowhere: name it in `drawings` of a section in reports/documents.py"
    for partial in sorted({s.partial(format) for d, s in shown for format in d.formats}):
        if f'm.plot(page.plot("{name}"))' not in (ROOT / partial).read_text():
            yield f'sections/{partial} does not print the drawing: add {{{{ m.plot(page.plot("{name}")) }}}} to it'


def views(hint: object) -> bool:
    kinds = [kind for kind in getattr(hint, "__args__", (hint,)) if kind is not type(None)]
    return bool(kinds) and all(is_dataclass(kind) and kind.__dataclass_params__.frozen for kind in kinds)


@pytest.mark.parametrize("name", sorted(FOLDERS | LISTED))
def test_a_section_has_a_view_a_builder_a_partial_for_each_format_and_a_place(name: str) -> None:
    assert not list(missing(name))


@pytest.mark.parametrize("name", sorted({*DRAWINGS, *DRAWN, *(name for d in DOCUMENTS for name in d.drawings)}))
def test_a_drawing_is_listed_and_shown_in_every_format(name: str) -> None:
    assert not list(undrawn(name))


def test_what_is_missing_is_named() -> None:
    assert list(undrawn("weather")) == [
        "no drawing is called 'weather': name its module in NAMES of reports/plots/drawings.py",
        "drawing 'weather' is shown nowhere: name it in `drawings` of a section in reports/documents.py",
    ]
    assert list(missing("weather")) == [
        "section 'weather' stands in no document: add a line to orchestrator/reports/documents.py",
        "section 'weather' has no folder orchestrator/reports/sections/weather",
    ]


LEFT_OUT = ("controls", "collapse", "literature")
"""Sections for which the study that is rendered has nothing to say."""


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_page_contents_and_json_follow_the_list(document: Document) -> None:
    page_of = fill(document, look_back(*played(DONE)), Drawings((), ()))
    shown = [part.section for part in page_of.parts]
    assert shown == [section for section in document.sections if section.name not in LEFT_OUT]
    headings = [section.heading for section in shown]
    files = rendered(DONE)
    text = files[f"{document.name}.md"].decode()
    assert re.findall(r"^## (.+)$", text, flags=re.MULTILINE) == [*headings, "Every figure"]
    if "html" in document.formats:
        page = Page.read(files[f"{document.name}.html"])
        anchors = [e.attributes["id"] for e in page.elements if e.tag == "section"]
        contents = [e.attributes["href"][1:] for e in page.elements if e.tag == "a" and "nav" in e.path]
        assert anchors == contents == [*(section.name for section in shown), "figures"]
    keys = [
        key for part in page_of.parts for key in getattr(part.view, "data", lambda name=part.section.name: [name])()
    ]
    found = list(json.loads(files[f"{document.name}.json"])["sections"])
    assert [key for key in found if key not in ("plots", "unplotted")] == keys


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_each_section_is_built_once(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[str] = []
    build = Section.build

    def counting(self: Section, *given: object) -> object:
        built.append(self.name)
        return build(self, *given)  # type: ignore[arg-type]

    monkeypatch.setattr(Section, "build", counting)
    fill(document, look_back(*played(DONE)), Drawings((), ()))
    assert built == [section.name for section in document.sections]


def figure(metric: str) -> Figure:
    return Figure("", 1.0, "1", Rounding("whole"), "", "", 1, None, metric)


@dataclass(frozen=True)
class Shown:
    first: Figure
    rest: tuple[Figure, ...]


def test_figures_are_numbered_by_first_use_in_the_order_of_fields() -> None:
    a, b, c = map(figure, "abc")
    view = Shown(b, (a, b, c))
    numbers = {found: f"fig-{number}" for number, found in enumerate(figures_within([view]), start=1)}
    again = numbered(view, numbers)
    assert [found.metric for found in numbers] == ["b", "a", "c"]
    assert (again.first.id, *(found.id for found in again.rest)) == ("fig-1", "fig-2", "fig-1", "fig-3")


def test_a_view_with_a_list_is_refused_as_its_figures_would_get_no_number() -> None:
    with pytest.raises(TypeError, match="give it a tuple"):
        figures_within([Shown(figure("a"), [figure("b")])])  # type: ignore[arg-type]
