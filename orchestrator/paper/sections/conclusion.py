"""The conclusion, which no paper has before an assessment. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Blocks, Paragraph, Slot
from orchestrator.paper.claims import wording_of
from orchestrator.paper.parts import claims_in_words
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Prose


def build(history: History, book: FigureBook) -> Blocks | None:
    """None before the assessment."""
    if history.cycle.assessment is None:
        return None
    wording = wording_of(history)
    said: Prose = (wording.conclusion,)
    for claim in claims_in_words(history, book):
        said = (*said, " ", *claim)
    said = (*said, " ", wording.outlook)
    return Blocks((Paragraph(said), Slot("conclusion", "what is to be done next")))
