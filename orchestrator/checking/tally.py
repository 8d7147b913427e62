"""Counts what a verification has checked so far, and collects what does not check out."""

from __future__ import annotations

from dataclasses import dataclass, field

from orchestrator.checking.resolving import BadFigure


@dataclass(slots=True)
class Tally:
    """Filled by the checks of one verification, one after the other."""

    checked: int = 0
    """Items: files, evidence, runs and figures."""
    bad: list[BadFigure] = field(default_factory=list)
    notes: list[BadFigure] = field(default_factory=list)
    """What is worth a word and is no fault of the record, such as a file that is not ours."""

    def found(self, where: str, why: str, position: int | None = None) -> None:
        """Collect one item that does not check out, with the event that it refers to."""
        self.bad.append(BadFigure(where, why, position))

    def noted(self, where: str, why: str) -> None:
        """Collect one thing that people should know of, and that is no fault of the record."""
        self.notes.append(BadFigure(where, why))
