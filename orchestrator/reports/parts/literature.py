"""What of the literature waits for a human, in one sentence. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Prose, counted, listed
from store.board import Board
from store.queries.literature import flow


def literature_waits(board: Board, book: FigureBook) -> Prose:
    """Questions, works and full texts; that nothing waits where that is so."""
    found = flow(board)
    told: list[Prose] = []
    for count, name, one, many, what in (
        (found.questions, "questions", "pair of records", "pairs of records", " that may be one work"),
        (found.undecided, "undecided", "work", "works", " to be screened"),
        (found.disputed, "disputed", "work", "works", " on which screeners differ"),
        (found.awaiting, "awaiting", "full text", "full texts", " to be read"),
    ):
        if count:
            told.append((*counted(book.derived(f"literature/{name}"), one, many), what))
    return ("For a human wait ", *listed(told), ".") if told else ("Nothing of the literature waits for a human.",)
