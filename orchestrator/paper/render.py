"""From entries of the log to the sources of the paper. Same entries, same bytes, on every machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from orchestrator.library.shelf import Shelf
from orchestrator.paper.document import paper_of
from orchestrator.paper.draft import Draft
from orchestrator.paper.latex import latex_sources, used_in
from orchestrator.paper.naming import key_texts
from orchestrator.paper.preview import preview_source
from orchestrator.paper.record import record_of
from orchestrator.paper.references import NO_REFERENCES, references_of
from orchestrator.paper.rows import rows_of
from orchestrator.reports.data import as_json
from orchestrator.reports.history import look_back
from orchestrator.reports.page import fill
from orchestrator.reports.plots.drawings import draw, draw_on_paper
from orchestrator.reports.plots.plot import Drawings
from orchestrator.reports.render import print_page
from store.record import Recorded

FOLDER = "paper"
"""The folder of the paper within that of a cycle's reports."""


def render_paper(
    entries: Sequence[Recorded], cycle: int, shelf: Shelf | None = None, drawings: Drawings | None = None
) -> Mapping[str, bytes]:
    """Every source of the paper, by its place in the folder of the cycle's reports; none where no paper is wanted.

    `shelf` has the records of the works that people included; without one, none is cited. `drawings`
    are those of the cycle, where somebody has drawn them already. Raises BadInput when no study is registered or there
    is no such cycle, and IntegrityFailure where records are not kept.
    """
    history = look_back(entries, cycle)
    document, plan = paper_of(history), history.study.paper
    if document is None or plan is None:
        return {}
    references = references_of(history.board, shelf) if shelf is not None else NO_REFERENCES
    page = references.put_into(fill(document, history, drawings or draw(history, document.drawings), key_texts))
    draft = Draft(page, history, plan, references, rows_of(page))
    texts = dict(latex_sources(draft))
    texts["paper.json"] = as_json(page, paper=record_of(draft, used_in(texts)))
    texts["paper.html"] = print_page(page, "html")
    texts["paper.typ"] = preview_source(draft)
    files = {name: text.encode("utf-8") for name, text in texts.items()}
    files |= {f"drawings/{name}.pdf": pdf for name, pdf in draw_on_paper(history, document.drawings).items()}
    return {f"{FOLDER}/{name}": files[name] for name in sorted(files)}
