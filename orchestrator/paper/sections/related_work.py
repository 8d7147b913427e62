"""Related work: the works that the screening included, by the concepts of the study. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Blocks, Paragraph, Slot
from orchestrator.paper.parts import NO_LITERATURE
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Prose, counted
from store.queries.literature import flow, is_tracked

ASKS = "what the cited works found, and how this study differs"


def build(history: History, book: FigureBook) -> Blocks:
    """The search in numbers; the groups of works are put in where references are known."""
    if not is_tracked(history.board) or not flow(history.board).screened:
        return Blocks((Paragraph((NO_LITERATURE,)), Slot("related-work", ASKS)))
    return Blocks((Paragraph(_search(book)), Slot("related-work", ASKS)))


def _search(book: FigureBook) -> Prose:
    records, works, screened, included = (
        book.derived(f"literature/{box}") for box in ("records", "works", "screened", "included")
    )
    return (
        "The search that the protocol describes brought ", *counted(records, "record", "records"), " of ",
        *counted(works, "work", "works"), ", of which people screened ", screened, " by title and abstract and "
        "included ", included, " by full text. What follows rests on the works that were included so far.",
    )  # fmt: skip
