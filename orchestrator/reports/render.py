"""From entries of the log to the bytes of a cycle's reports. Same entries, same bytes, on every machine."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from orchestrator.reports import renderers
from orchestrator.reports.data import as_json
from orchestrator.reports.documents import DOCUMENTS
from orchestrator.reports.history import look_back
from orchestrator.reports.page import Page, fill
from orchestrator.reports.plots.drawings import draw
from orchestrator.reports.plots.plot import Drawings
from orchestrator.reports.plots.svg import standalone
from orchestrator.reports.section import Format
from orchestrator.reports.wording import FOR_TEMPLATES
from store.record import Recorded

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")
_BETWEEN_BLOCKS: Mapping[Format, str] = {"md": "\n\n", "html": "\n"}
"""What runs of blank lines become: Markdown needs one, HTML none."""


def render_cycle(entries: Sequence[Recorded], cycle: int, drawings: Drawings | None = None) -> Mapping[str, bytes]:
    """Every file of the reports on one cycle, by name, as of the last entry.

    `drawings` are those of the cycle, where somebody has drawn them already. Raises BadInput when no study is
    registered or there is no such cycle.
    """
    history = look_back(entries, cycle)
    drawings = drawings or draw(history)
    texts: dict[str, str] = {}
    for document in DOCUMENTS:
        page = fill(document, history, drawings)
        texts |= {f"{document.name}.{format}": print_page(page, format) for format in document.formats}
        texts[f"{document.name}.json"] = as_json(page)
    texts |= {f"{plot.name}.svg": standalone(plot) for plot in drawings.plots}
    return {name: text.encode("utf-8") for name, text in texts.items()}


def print_page(page: Page, format: Format) -> str:
    """The document in a format: each section by its own partial, within the frame that all share."""
    templates = _templates(format)
    bodies = [
        (part.section, Markup(templates.get_template(part.section.partial(format)).render(view=part.view, page=page)))
        for part in page.parts
    ]
    text = templates.get_template(f"{page.document.name}.{format}.j2").render(page=page, bodies=bodies)
    return _BLANK_LINES.sub(_BETWEEN_BLOCKS[format], text).strip() + "\n"


def _ordinal(number: int) -> Markup:
    """An ordinal or an appendix value, which is no figure: a cycle, a position of the log, the n of a figure."""
    return Markup(str(number))


FRAMES = (PackageLoader("templates", "report"), PackageLoader("templates", "paper"))


@cache
def _templates(format: Format) -> Environment:
    """Templates in which every printed value goes through the format's renderer, and a missing one is an error.

    Frames and macros lie in `templates/report` and `templates/paper`, partials with their sections. The macros are
    `m` everywhere.
    """
    environment = Environment(
        loader=ChoiceLoader([*FRAMES, PackageLoader("orchestrator.reports", "sections")]),
        undefined=StrictUndefined,
        autoescape=True,
        finalize=renderers.html if format == "html" else renderers.markdown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.globals.update(FOR_TEMPLATES)
    environment.filters.update(
        ordinal=_ordinal,
        verbatim=renderers.verbatim if format == "html" else renderers.inert,
        drawing=renderers.drawing_on_page,
        kind=lambda value: type(value).__name__,
    )
    environment.globals["m"] = environment.get_template(f"macros.{format}.j2").module
    return environment
