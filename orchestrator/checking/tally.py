"""Counts what a verification has looked at, by inventory, and collects what does not check out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, get_args

from orchestrator.checking.resolving import BadFigure

Inventory = Literal[
    "events",
    "tasks",
    "evidence",
    "runs",
    "artifacts",
    "copies",
    "manifests",
    "reports",
    "kept_reports",
    "figures",
    "heads",
]
"""What a workspace holds more than one of: `copies` are MLflow's own of artifacts, `manifests` are of its runs."""

_OF_THE_LOG = ("events", "tasks")
"""What the hash chain has checked."""


@dataclass(slots=True)
class Count:
    """How many items of an inventory there are to be, and how many of these were there."""

    named: int = 0
    there: int = 0


@dataclass(slots=True)
class Tally:
    """Filled by the checks of one verification, one after the other."""

    looked: dict[Inventory, Count] = field(default_factory=lambda: {each: Count() for each in get_args(Inventory)})
    bad: list[BadFigure] = field(default_factory=list)
    notes: list[BadFigure] = field(default_factory=list)
    """What is worth a word and is no fault of the record, such as a file that is not ours."""

    def looked_at(self, inventory: Inventory, count: int = 1, *, there: bool = True) -> None:
        """Count items of an inventory that were looked for, and whether they were there."""
        counted = self.looked[inventory]
        counted.named += count
        counted.there += count if there else 0

    @property
    def checked(self) -> int:
        """Items beside events and tasks: files, evidence, runs and figures."""
        return sum(count.named for inventory, count in self.looked.items() if inventory not in _OF_THE_LOG)

    def found(self, where: str, why: str, position: int | None = None, logged: tuple[str, str] | None = None) -> None:
        """Collect one item that does not check out, with the event that it refers to, or the run and metric."""
        self.bad.append(BadFigure(where, why, position, logged))

    def printed(self, places: Mapping[tuple[str, str], Sequence[str]]) -> None:
        """Say of each number of a run that does not check out where a paper prints it."""
        for at, bad in enumerate(self.bad):
            if bad.logged is not None and bad.logged in places:
                told = f"{bad.why}; the paper prints it: {', '.join(places[bad.logged])}"
                self.bad[at] = replace(bad, why=told)

    def noted(self, where: str, why: str) -> None:
        """Collect one thing that people should know of, and that is no fault of the record."""
        self.notes.append(BadFigure(where, why))
