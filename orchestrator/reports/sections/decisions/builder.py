"""Questions that humans answered, and amendments of the protocol. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.questions import decision_views
from orchestrator.reports.sections.decisions import Decisions, Waiting
from orchestrator.reports.sections.decisions.amendments import amendment_views


def build(history: History, book: FigureBook, open_in_full: bool = False) -> Decisions:
    """Decisions of this cycle and the earlier ones. `open_in_full`: open questions too, which no other section asks."""
    opened = decision_views(history, book, "open")
    if open_in_full:
        every = decision_views(history, book, "made", "expired", "withdrawn", "open")
        return Decisions(every, "No question has been put to a human.", (), amendment_views(history, book))
    return Decisions(
        decisions=decision_views(history, book, "made", "expired", "withdrawn"),
        none="No question to a human has been answered so far.",
        waiting=tuple(Waiting(decision.decision_id, decision.question) for decision in opened),
        amendments=amendment_views(history, book),
    )
