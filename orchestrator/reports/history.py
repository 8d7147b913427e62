"""Report history: the entries of a log, the board they fold to, and attempts and reviews, which it lacks. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from store import events as e
from store.base import DomainEvent
from store.board import Board, fold
from store.cycle.state import Cycle
from store.errors import BadInput
from store.evidence import Evidence
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.record import Recorded
from store.study.protocol import Study
from store.task.state import Task


@dataclass(frozen=True, slots=True)
class Attempt:
    """One claim of a task and how it ended."""

    number: int
    agent: str
    worker: str
    began: datetime
    position: int
    outcome: str = "under way"
    """succeeded, failed, blocked, released, taken over, or under way."""
    reason: str = ""
    ended: datetime | None = None
    end_position: int | None = None


@dataclass(frozen=True, slots=True)
class Review:
    """One judgement of the reviewer."""

    at: datetime
    position: int
    event: e.TaskAccepted | e.TaskReturned


@dataclass(frozen=True, slots=True)
class History:
    """The log up to a position, seen from one cycle of it."""

    entries: tuple[Recorded, ...]
    board: Board
    study: Study
    cycle: Cycle
    attempts: Mapping[str, tuple[Attempt, ...]]
    reviews: Mapping[str, tuple[Review, ...]]
    recorded: Mapping[tuple[str, str], tuple[int, int]]
    """From (run, metric) to the event that recorded it and the index of the metric there."""

    @property
    def at(self) -> datetime:
        """Time of the last entry."""
        return self.entries[-1].at

    @property
    def ended_at(self) -> datetime:
        """When the cycle ended, or the time of the last entry."""
        return self.cycle.closed_at or self.at

    @property
    def tasks(self) -> tuple[Task, ...]:
        """The cycle's own tasks."""
        return self.board.tasks_in(self.cycle.number)

    @property
    def protocol_position(self) -> int:
        """The event that holds the protocol in force."""
        amendments = self.board.amendments
        return amendments[-1].position if amendments else (self.board.registered_position or 0)

    @property
    def comparison(self) -> Task | None:
        """The newest accepted comparison of this cycle or an earlier one."""
        done = [task for task in self._so_far(StatisticsSpec) if task.status == "accepted"]
        return done[-1] if done else None

    @property
    def diagnostics(self) -> tuple[Task, ...]:
        """Every diagnostic of this cycle and the earlier ones, in the order of planning."""
        return self._so_far(DiagnosticSpec)

    def sources(self, model_id: str) -> tuple[Task, ...]:
        """The measurements of a model that the newest comparison rests on, look by look; none where it has none of it.

        What a report shows next to a comparison comes from these alone: another measurement of the model, however new,
        is of other images, or was not tested.
        """
        comparison = self.comparison
        if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
            return ()
        tasks = (self.board.tasks_by_id.get(s.task_id) for s in comparison.spec.sources if s.model_id == model_id)
        return tuple(task for task in tasks if task is not None)

    @property
    def measurements(self) -> tuple[Task, ...]:
        """One measurement of each model, in the order of the study: what drawings and tables by site show.

        Of a model in the newest comparison the last that this rests on, of another one its newest accepted.
        """
        newest = {
            t.spec.model.id: t
            for t in self.diagnostics
            if isinstance(t.spec, DiagnosticSpec) and t.status == "accepted"
        }
        shown = [(self.sources(model_id) or (task,))[-1] for model_id, task in newest.items()]
        order = {model.id: place for place, model in enumerate(self.study.models)}
        return tuple(sorted(shown, key=lambda task: order.get(task.subject, len(order))))

    def _so_far(self, kind: type[DiagnosticSpec] | type[StatisticsSpec]) -> tuple[Task, ...]:
        return tuple(t for t in self.board.tasks if isinstance(t.spec, kind) and t.cycle <= self.cycle.number)

    def event(self, position: int) -> DomainEvent:
        """The event at a position; LookupError when there is none."""
        place = position - self.entries[0].position
        if not 0 <= place < len(self.entries):
            raise LookupError(f"there is no event {position}")
        return self.entries[place].event

    def last_outcome(self, task_id: str) -> str:
        """How the last attempt at a task ended; empty when there was none."""
        attempts = self.attempts.get(task_id, ())
        return attempts[-1].outcome if attempts else ""

    def delivered_before(self, task_id: str, position: int) -> tuple[int, tuple[Evidence, ...]] | None:
        """The newest evidence of a task that a review at `position` could see, and the event that recorded it."""
        found = [
            (entry.position, entry.event.evidence)
            for entry in self.entries
            if entry.position < position
            if isinstance(entry.event, e.EvidenceRecorded) and entry.event.task_id == task_id
        ]
        return found[-1] if found else None

    def place(self, item: Evidence) -> tuple[int, int] | None:
        """Where an evidence was recorded: the event and the index in it."""
        return self.recorded.get((item.run_id, item.metric))

    def looks_before(self, position: int) -> int:
        """Looks whose comparison had been accepted before an event."""
        tasks = self.board.tasks_by_id
        return len(
            {
                spec.look
                for entry in self.entries
                if entry.position < position and isinstance(entry.event, e.TaskAccepted)
                if isinstance(spec := tasks[entry.event.task_id].spec, StatisticsSpec)
            }
        )

    def measured_before(self, position: int) -> bool:
        """True when a model had been measured before an event."""
        tasks = self.board.tasks_by_id
        return any(
            isinstance(tasks[entry.event.task_id].spec, DiagnosticSpec)
            for entry in self.entries
            if entry.position < position and isinstance(entry.event, e.EvidenceRecorded)
        )


def look_back(entries: Sequence[Recorded], cycle: int) -> History:
    """The log as a report on one cycle needs it; BadInput when there is no such cycle."""
    board = fold(entries)
    if board.study is None:
        raise BadInput("no study is registered in this log, so there is nothing to report")
    if cycle not in board.cycles:
        raise BadInput(f"there is no cycle {cycle} in this log; cycles so far: {len(board.cycles)}")
    attempts: dict[str, list[Attempt]] = {}
    reviews: dict[str, list[Review]] = {}
    recorded: dict[tuple[str, str], tuple[int, int]] = {}
    for entry in entries:
        _take_in(entry, attempts, reviews, recorded)
    return History(
        entries=tuple(entries),
        board=board,
        study=board.study,
        cycle=board.cycles[cycle],
        attempts={key: tuple(value) for key, value in attempts.items()},
        reviews={key: tuple(value) for key, value in reviews.items()},
        recorded=recorded,
    )


def _take_in(
    entry: Recorded,
    attempts: dict[str, list[Attempt]],
    reviews: dict[str, list[Review]],
    recorded: dict[tuple[str, str], tuple[int, int]],
) -> None:
    match entry.event:
        case e.TaskClaimed(task_id=task_id, agent=agent, worker=worker, fence=fence):
            _end(attempts.get(task_id, []), entry, "taken over", "its lease had run out")
            attempts.setdefault(task_id, []).append(Attempt(fence, agent, worker, entry.at, entry.position))
        case e.TaskReleased(task_id=task_id, reason=reason):
            _end(attempts.get(task_id, []), entry, "released", reason)
        case e.TaskSucceeded(task_id=task_id):
            _end(attempts.get(task_id, []), entry, "succeeded", "")
        case e.TaskFailed(task_id=task_id, error=reason):
            _end(attempts.get(task_id, []), entry, "failed", reason)
        case e.TaskBlocked(task_id=task_id, reason=reason):
            _end(attempts.get(task_id, []), entry, "blocked", reason)
        case e.TaskAccepted() | e.TaskReturned() as review:
            reviews.setdefault(review.task_id, []).append(Review(entry.at, entry.position, review))
        case e.EvidenceRecorded(evidence=evidence):
            for index, item in enumerate(evidence):
                recorded[item.run_id, item.metric] = (entry.position, index)
        case _:
            pass


def _end(attempts: list[Attempt], entry: Recorded, outcome: str, reason: str) -> None:
    if attempts and attempts[-1].ended is None:
        attempts[-1] = replace(
            attempts[-1], outcome=outcome, reason=reason, ended=entry.at, end_position=entry.position
        )
