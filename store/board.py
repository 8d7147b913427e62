"""The task board: a fold over the log, composed of the states of its subjects. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from immutables import Map

from store.base import DomainEvent
from store.collector import paused_collector
from store.cycle.events import CycleEvent
from store.cycle.state import Cycle, Cycles
from store.decision.events import DecisionEvent
from store.decision.state import Decision, Decisions
from store.literature.events import LiteratureEvent
from store.literature.state import Library
from store.record import GENESIS, Recorded
from store.series import Series
from store.study.events import StudyEvent
from store.study.protocol import Study
from store.study.state import Amendment, Protocol
from store.task.events import ResultRejected, TaskEvent
from store.task.state import Task
from store.task.table import Tasks

_NO_PROTOCOL, _NO_CYCLES, _NO_TASKS, _NO_DECISIONS, _NO_LIBRARY = Protocol(), Cycles(), Tasks(), Decisions(), Library()


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that has happened, as it stands at `position`."""

    position: int = 0
    head: str = GENESIS
    at: datetime | None = None
    protocol: Protocol = _NO_PROTOCOL
    cycles: Cycles = _NO_CYCLES
    tasks: Tasks = _NO_TASKS
    decisions: Decisions = _NO_DECISIONS
    library: Library = _NO_LIBRARY

    @property
    def study(self) -> Study | None:
        """The protocol in force; None before registration."""
        return self.protocol.study

    @property
    def study_sha256(self) -> str | None:
        """Digest of the protocol in force."""
        return self.protocol.sha256

    @property
    def registered_position(self) -> int | None:
        """Position at which the protocol was registered."""
        return self.protocol.registered_position

    @property
    def amendments(self) -> Series[Amendment]:
        """Changes of the protocol, oldest first."""
        return self.protocol.amendments

    @property
    def cycle(self) -> Cycle | None:
        """The newest cycle, open or closed."""
        return self.cycles.newest

    @property
    def open_cycle(self) -> Cycle | None:
        """The cycle under way."""
        return self.cycles.open

    @property
    def tasks_by_id(self) -> Map[str, Task]:
        """Every task by its id."""
        return self.tasks.by_id

    @property
    def rejected(self) -> Series[ResultRejected]:
        """Results that came too late."""
        return self.tasks.rejected

    @property
    def decisions_by_id(self) -> Map[str, Decision]:
        """Every question by its id."""
        return self.decisions.by_id

    @property
    def open_decisions(self) -> tuple[Decision, ...]:
        """Questions that wait for a human."""
        return self.decisions.open

    def tasks_in(self, cycle: int) -> tuple[Task, ...]:
        """The tasks of one cycle, in the order of planning."""
        return self.tasks.in_cycle(cycle)

    def dependencies_met(self, task: Task) -> bool:
        """True when everything the task depends on is accepted, directly or through the task that replaced it."""
        return self.tasks.dependencies_met(task)


EMPTY = Board()


def fold(entries: Iterable[Recorded], board: Board = EMPTY) -> Board:
    """The board after these entries."""
    with paused_collector():
        for entry in entries:
            board = evolve(board, entry)
    return board


_DAWN = datetime(1, 1, 1, tzinfo=UTC)


def imagined(board: Board, event: DomainEvent, actor: str = "", cause: int | None = None) -> Board:
    """The board as an event would leave it that is not appended: its head and time are not known before."""
    return evolve(board, Recorded(board.position + 1, board.at or _DAWN, actor, cause, event, ""))


def evolve(board: Board, entry: Recorded) -> Board:
    """The board after one more entry."""
    event = entry.event
    here = {"position": entry.position, "head": entry.hash, "at": entry.at}
    if isinstance(event, TaskEvent):
        return replace(board, tasks=board.tasks.evolve(event, entry), **here)  # type: ignore[arg-type]
    if isinstance(event, CycleEvent):
        return replace(board, cycles=board.cycles.evolve(event, entry), **here)  # type: ignore[arg-type]
    if isinstance(event, DecisionEvent):
        return replace(board, decisions=board.decisions.evolve(event, entry), **here)  # type: ignore[arg-type]
    if isinstance(event, LiteratureEvent):
        return replace(board, library=board.library.evolve(event, entry), **here)  # type: ignore[arg-type]
    if isinstance(event, StudyEvent):
        return replace(board, protocol=board.protocol.evolve(event, entry), **here)  # type: ignore[arg-type]
    raise TypeError(f"no subject folds a {event.type}")
