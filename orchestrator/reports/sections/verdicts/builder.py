"""The verdicts of every cycle so far. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.prose import Label, Said
from orchestrator.reports.sections.verdicts import CycleVerdict, Verdicts


def build(history: History, book: FigureBook) -> Verdicts:
    """Up to the cycle that is reported."""
    at = {entry.position: entry.at for entry in history.entries}
    return Verdicts(
        tuple(
            CycleVerdict(
                cycle=Label(f"Cycle {number}"),
                at=at[cycle.assessment_position],
                verdict=cycle.assessment.verdict,
                reason=Said(cycle.assessment.reason, cycle.assessment_position),
            )
            for number in range(1, history.cycle.number + 1)
            if (cycle := history.board.cycles[number]).assessment is not None and cycle.assessment_position is not None
        )
    )
