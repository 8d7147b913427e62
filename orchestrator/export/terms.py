"""Parts of a crate's graph: its input, references, paths and times. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from store import events as e
from store.board import Board
from store.decision.state import Decision
from store.task.state import Task

Entity = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CrateFile:
    """A file of the crate."""

    digest: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class CrateInput:
    """The content of a crate's graph: the board when the cycle closed, its report, and the parameters of every run."""

    board: Board
    report: e.ReportWritten
    parameters: Mapping[str, Mapping[str, str]]
    """By run."""

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The tasks of the cycle that somebody began."""
        return tuple(task for task in self.board.tasks_in(self.report.cycle) if task.claimed_at is not None)

    @property
    def answered(self) -> tuple[Decision, ...]:
        """Every question that a person has answered so far."""
        return tuple(decision for decision in self.board.decisions if decision.by is not None)


def moment(at: datetime) -> str:
    """To the millisecond, as the profile's validators read times; the log has them in full."""
    return at.isoformat(timespec="milliseconds")


def refs(ids: Iterable[str]) -> Entity | list[Entity]:
    """References, the only one bare: the specification asks for that."""
    found = [ref(id) for id in ids]
    return found[0] if len(found) == 1 else found


def path_id(name: str) -> str:
    """The id of a file: its path, as a relative URI."""
    return quote(name, safe="/")


def ref(id: str) -> Entity:
    """A reference to an entity."""
    return {"@id": id}
