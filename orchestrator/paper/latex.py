"""The sources of a paper for LaTeX."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from jinja2 import Environment
from markupsafe import Markup

from orchestrator.paper.blocks import Column
from orchestrator.paper.draft import Draft, lines_of
from orchestrator.paper.environment import paper_environment
from orchestrator.paper.voices import tex
from orchestrator.paper.voices.escaping import declared
from orchestrator.reports.page import Part
from orchestrator.reports.prose import Said

OWN_CLASS = "article"
"""The class whose layout is ours; any other has its own."""

FIGURES = "sections/figures.tex"

_USED = re.compile(r"\\fig\{([a-z0-9./-]+)\}")
_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def latex_sources(draft: Draft) -> Mapping[str, str]:
    """Name -> text: the frame, sections, numbers and references."""
    templates = _templates()
    texts = {f"sections/{file_of(part)}.tex": _section(templates, part) for part in draft.page.parts}
    texts[FIGURES] = templates.get_template("figures.tex.j2").render(figures=draft.rows)
    texts["characters.tex"] = "\n".join(declared())
    texts["numbers.tex"] = templates.get_template("numbers.tex.j2").render(figures=draft.rows)
    texts["paper.tex"] = templates.get_template("paper.tex.j2").render(**_frame(draft))
    return {name: _tidy(text) for name, text in texts.items()} | {"references.bib": draft.references.bib}


def used_in(sources: Mapping[str, str]) -> list[str]:
    """Keys of figures that sections print, each time that they do; the table of all figures prints each once."""
    return [key for _, text in sorted(sources.items()) for key in _USED.findall(text)]


def file_of(part: Part) -> str:
    """Name of the file of a section, without its ending."""
    return part.section.name.replace("_", "-")


def _section(templates: Environment, part: Part) -> str:
    return templates.get_template("section.tex.j2").render(section=part.section, view=part.view)


def _frame(draft: Draft) -> Mapping[str, object]:
    plan = draft.plan
    own = plan.document_class == OWN_CLASS
    return {
        "page": draft.page,
        "options": ",".join(plan.class_options or (("10pt", "twocolumn") if own else ())),
        "document_class": plan.document_class,
        "own_layout": own,
        "title": draft.title,
        "authors": _authors(draft),
        "pdf_authors": tuple(Said(author.name, 0) for author in draft.authors[:1]),
        "subject": draft.subject,
        "day": draft.day,
        "body": [file_of(part) for part in draft.body],
        "appendix": file_of(draft.appendix),
        "cited": bool(draft.references.cited(draft.page)),
        "bibliography_style": draft.references.style,
    }


def _authors(draft: Draft) -> Markup:
    people = [r" \\ ".join(str(tex.verbatim(line)) for line in lines_of(author)) for author in draft.authors]
    return Markup(r" \and ".join(people) or tex.verbatim(draft.no_authors))


def _tidy(text: str) -> str:
    return _BLANK_LINES.sub("\n\n", "\n".join(line.rstrip() for line in text.splitlines())).strip() + "\n"


def _columns(columns: tuple[Column, ...]) -> Markup:
    return Markup("".join("r" if column.numeric else r">{\raggedright\arraybackslash}X" for column in columns))


def _float_name(label: str) -> str:
    return "Table" if label.startswith("tab:") else "Figure"


@cache
def _templates() -> Environment:
    return paper_environment(
        tex.tex, "blocks.tex.j2", verbatim=tex.verbatim, digits=tex.digits, path=tex.path, comment=tex.comment,
        columns=_columns, float_name=_float_name,
    )  # fmt: skip
