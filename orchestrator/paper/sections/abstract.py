"""The abstract: what was asked, of which models, by which rule, and what that gave. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Blocks, Paragraph
from orchestrator.paper.claims import wording_of
from orchestrator.paper.parts import claims_in_words, who_was_measured
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.header import header
from orchestrator.reports.prose import Code, Prose, Said


def build(history: History, book: FigureBook) -> Blocks:
    """One paragraph; its caveats are those of the verdict."""
    study, at, wording = history.study, history.protocol_position, wording_of(history)
    said: Prose = (
        "We ask: ", Said(study.question, at), " ", *who_was_measured(history, book), " A model counts as collapsed "
        "where the mean of ", Code(study.decision.metric), " lies beyond a threshold that was registered with the "
        "rule. ", wording.abstract,
    )  # fmt: skip
    for claim in claims_in_words(history, book):
        said = (*said, " ", *claim)
    for note in header(history).verdict.notes:
        said = (*said, " ", *note)
    return Blocks((Paragraph(said),))
