"""The verdict for each strength of the claim, and the verdicts of every cycle so far. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.goals import progress
from orchestrator.reports.prose import Label, Said
from orchestrator.reports.sections.claims import Claims, CycleVerdict


def build(history: History, book: FigureBook) -> Claims:
    """Claims of this cycle's assessment, and the verdicts up to it."""
    return Claims(progress(history, book), _verdicts(history))


def _verdicts(history: History) -> tuple[CycleVerdict, ...]:
    entries = {entry.position: entry.at for entry in history.entries}
    return tuple(
        CycleVerdict(
            cycle=Label(f"Cycle {number}"),
            at=entries[cycle.assessment_position],
            verdict=cycle.assessment.verdict,
            reason=Said(cycle.assessment.reason, cycle.assessment_position),
        )
        for number in range(1, history.cycle.number + 1)
        if (cycle := history.board.cycles[number]).assessment is not None and cycle.assessment_position is not None
    )
