"""The evidence so far: each model as it was measured, as it was tested, and against every other. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.sections.evidence import EvidenceView
from orchestrator.reports.sections.evidence.measured import measured_rows
from orchestrator.reports.sections.evidence.sensitivity import checked, shapes, together
from orchestrator.reports.sections.evidence.tested import notes, pair_rows, tested_note, tested_rows


def build(history: History, book: FigureBook, linked: bool = True) -> EvidenceView:
    """Everything accepted in this cycle and the earlier ones. `linked`: tasks have places of their own on the page."""
    measured, comparison = measured_rows(history, book), history.comparison
    if comparison is None:
        untested = "No comparison was accepted, so no model has been tested yet."
        return EvidenceView(measured, (untested,), (), (), (), (), (), (), ())
    note = tested_note(comparison, history, book, linked)
    said = (*notes(comparison, book), *together(comparison, history, book))
    tested = tested_rows(comparison, history, book)
    checked_note, checked_rows = checked(comparison, history, book)
    shape_note, shape_rows = shapes(comparison, history, book)
    return EvidenceView(
        measured=measured,
        tested_note=note,
        notes=said,
        tested=tested,
        checked_note=checked_note,
        checked=checked_rows,
        shape_note=shape_note,
        shapes=shape_rows,
        pairs=pair_rows(comparison, history, book),
    )
