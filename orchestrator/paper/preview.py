"""The source of a paper's preview for typst: the same sections, in one file."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from orchestrator.paper.blocks import Column
from orchestrator.paper.draft import Draft, lines_of
from orchestrator.paper.environment import paper_environment
from orchestrator.paper.rows import Row
from orchestrator.paper.voices import typst


def preview_source(draft: Draft) -> str:
    """What typst reads, beside the drawings."""
    return _templates().get_template("paper.typ.j2").render(
        title=draft.title, authors=_authors(draft), day=typst.quoted(draft.day), parts=draft.page.parts,
        figures=draft.rows, subject=draft.subject,
    )  # fmt: skip


def _authors(draft: Draft) -> Markup:
    people = [line for author in draft.authors for line in lines_of(author)]
    return Markup(" #linebreak() ").join(typst.quoted(line) for line in people or [draft.no_authors])


def _linked(row: Row) -> Markup:
    return typst.figure(row.key, row.text)


def _columns(columns: tuple[Column, ...]) -> Markup:
    return Markup(", ".join("auto" if column.numeric else "1fr" for column in columns))


def _alignments(columns: tuple[Column, ...]) -> Markup:
    return Markup(", ".join("right" if column.numeric else "left" for column in columns))


@cache
def _templates() -> Environment:
    return paper_environment(
        typst.typst, "blocks.typ.j2", words=typst.quoted, linked=_linked, columns=_columns, alignments=_alignments
    )
