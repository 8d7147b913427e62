"""The task board: a fold over the log, and the questions everybody asks of it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal, assert_never

from immutables import Map

from store import events as e
from store.acceptance import AcceptanceCriterion, Check
from store.chain import GENESIS
from store.evidence import Artifact, Evidence
from store.record import Recorded
from store.specs import Priority, TaskSpec
from store.study import Study

Status = Literal[
    "planned", "claimed", "succeeded", "accepted", "returned", "failed", "blocked", "superseded", "cancelled"
]
DecisionStatus = Literal["open", "made", "expired", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Task:
    """One task as it stands. Only `accepted` counts as completed."""

    task_id: str
    cycle: int
    title: str
    spec: TaskSpec
    subject: str
    priority: Priority
    depends_on: tuple[str, ...]
    rule: str
    because: str
    acceptance: tuple[AcceptanceCriterion, ...]
    planned_at: datetime
    position: int
    """Position of the TaskPlanned event."""
    status: Status = "planned"
    status_position: int = 0
    """Position of the event that led to the status."""
    fence: int = 0
    """Number of claims so far."""
    agent: str | None = None
    worker: str | None = None
    claimed_at: datetime | None = None
    ended_at: datetime | None = None
    returns: int = 0
    summary: str = ""
    facts: Map[str, str] = Map()  # noqa: RUF009 (immutable)
    run_id: str | None = None
    evidence: tuple[Evidence, ...] = ()
    evidence_position: int | None = None
    artifacts: tuple[Artifact, ...] = ()
    reason: str = ""
    """Why it failed, is blocked, was returned, superseded or cancelled."""
    remedy: str = ""
    checks: tuple[Check, ...] = ()
    superseded_by: str | None = None

    @property
    def kind(self) -> str:
        """Kind of work."""
        return self.spec.kind

    @property
    def duration_s(self) -> float | None:
        """Seconds from the last claim to the end of the work, by the log's timestamps."""
        if self.claimed_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.claimed_at).total_seconds()

    @property
    def claimable(self) -> bool:
        """True when it waits for an agent (its dependencies apart)."""
        return self.status in ("planned", "returned")

    @property
    def disputed(self) -> bool:
        """True when it was returned once and did not do better: a human, or a substitute, has to take over."""
        return self.status in ("succeeded", "failed") and self.returns > 0

    def value(self, metric: str) -> Evidence | None:
        """The evidence of that metric, if there is any."""
        return next((item for item in self.evidence if item.metric == metric), None)


@dataclass(frozen=True, slots=True)
class Decision:
    """A question to a human, and its answer."""

    request: e.DecisionRequested
    position: int
    requested_at: datetime
    status: DecisionStatus = "open"
    chosen: str | None = None
    """The option in force: the one chosen, or the cautious one after expiry; None where it was withdrawn."""
    by: str | None = None
    reason: str | None = None
    answered_at: datetime | None = None
    answered_position: int | None = None


@dataclass(frozen=True, slots=True)
class Cycle:
    """One cycle of the study."""

    number: int
    because: str
    opened_at: datetime
    position: int
    closed_at: datetime | None = None
    assessment: e.AssessmentMade | None = None
    assessment_position: int | None = None
    recommendations: e.RecommendationsMade | None = None
    recommendations_position: int | None = None
    report: e.ReportWritten | None = None
    report_position: int | None = None
    reported_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Amendment:
    """A change of the protocol."""

    event: e.StudyAmended
    position: int
    at: datetime
    by: str
    before: Study
    """The protocol until then."""


@dataclass(frozen=True, slots=True)
class Board:
    """Everything that has happened, as it stands at `position`."""

    position: int = 0
    head: str = GENESIS
    at: datetime | None = None
    study: Study | None = None
    study_sha256: str | None = None
    registered_position: int | None = None
    amendments: tuple[Amendment, ...] = ()
    cycles: Map[int, Cycle] = Map()  # noqa: RUF009 (immutable)
    tasks_by_id: Map[str, Task] = Map()  # noqa: RUF009 (immutable)
    decisions_by_id: Map[str, Decision] = Map()  # noqa: RUF009 (immutable)
    rejected: tuple[e.ResultRejected, ...] = ()

    @property
    def cycle(self) -> Cycle | None:
        """The newest cycle, open or closed."""
        return self.cycles.get(len(self.cycles))

    @property
    def open_cycle(self) -> Cycle | None:
        """The cycle under way."""
        cycle = self.cycle
        return cycle if cycle is not None and cycle.closed_at is None else None

    @property
    def tasks(self) -> tuple[Task, ...]:
        """Every task, in the order of planning."""
        return tuple(sorted(self.tasks_by_id.values(), key=lambda task: task.position))

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """Every question, in the order of asking."""
        return tuple(sorted(self.decisions_by_id.values(), key=lambda decision: decision.position))

    @property
    def open_decisions(self) -> tuple[Decision, ...]:
        """Questions that wait for a human."""
        return tuple(decision for decision in self.decisions if decision.status == "open")

    def tasks_in(self, cycle: int) -> tuple[Task, ...]:
        """The tasks of one cycle, in the order of planning."""
        return tuple(task for task in self.tasks if task.cycle == cycle)

    def dependencies_met(self, task: Task) -> bool:
        """True when everything the task depends on is accepted, directly or through the task that replaced it."""
        return all(self._delivered(task_id) for task_id in task.depends_on)

    def _delivered(self, task_id: str) -> bool:
        task = self.tasks_by_id.get(task_id)
        while task is not None and task.superseded_by is not None:
            task = self.tasks_by_id.get(task.superseded_by)
        return task is not None and task.status == "accepted"


EMPTY = Board()


def fold(entries: Iterable[Recorded], board: Board = EMPTY) -> Board:
    """The board after these entries."""
    for entry in entries:
        board = evolve(board, entry)
    return board


def history(entries: Iterable[Recorded]) -> Iterator[Board]:
    """The board after each entry in turn."""
    board = EMPTY
    for entry in entries:
        board = evolve(board, entry)
        yield board


def evolve(board: Board, entry: Recorded) -> Board:
    """The board after one more entry."""
    board = replace(board, position=entry.position, head=entry.hash, at=entry.at)
    match entry.event:
        case e.StudyRegistered() as event:
            return replace(board, study=event.study, study_sha256=event.digest, registered_position=entry.position)
        case e.StudyAmended() as event:
            before = board.study or event.study
            amendment = Amendment(event, entry.position, entry.at, entry.actor, before)
            return replace(
                board, study=event.study, study_sha256=event.digest, amendments=(*board.amendments, amendment)
            )
        case e.CycleOpened(cycle=number, because=because):
            return _with_cycle(board, Cycle(number, because, entry.at, entry.position))
        case e.TaskPlanned() as event:
            return _with_task(board, _planned(event, entry))
        case e.TaskClaimed(task_id=task_id, agent=agent, worker=worker, fence=fence):
            return _change(
                board, task_id, entry, "claimed",
                agent=agent, worker=worker, fence=fence, claimed_at=entry.at, ended_at=None, reason="", remedy="",
            )  # fmt: skip
        case e.TaskReleased(task_id=task_id, reason=reason):
            return _change(board, task_id, entry, "planned", reason=reason, claimed_at=None)
        case e.EvidenceRecorded(task_id=task_id, run_id=run_id, evidence=evidence, artifacts=artifacts):
            task = replace(
                board.tasks_by_id[task_id],
                run_id=run_id, evidence=evidence, artifacts=artifacts, evidence_position=entry.position,
            )  # fmt: skip
            return _with_task(board, task)
        case e.TaskSucceeded(task_id=task_id, summary=summary, facts=facts):
            return _change(board, task_id, entry, "succeeded", summary=summary, facts=Map(facts), ended_at=entry.at)
        case e.TaskFailed(task_id=task_id, error=error):
            return _change(board, task_id, entry, "failed", reason=error, ended_at=entry.at)
        case e.TaskBlocked(task_id=task_id, reason=reason, remedy=remedy):
            return _change(board, task_id, entry, "blocked", reason=reason, remedy=remedy, ended_at=entry.at)
        case e.ResultRejected() as event:
            return replace(board, rejected=(*board.rejected, event))
        case e.TaskAccepted(task_id=task_id, checks=checks):
            return _change(board, task_id, entry, "accepted", checks=checks)
        case e.TaskReturned(task_id=task_id, checks=checks, reason=reason):
            returns = board.tasks_by_id[task_id].returns + 1
            return _change(board, task_id, entry, "returned", checks=checks, reason=reason, returns=returns)
        case e.TaskSuperseded(task_id=task_id, by=by):
            return _change(board, task_id, entry, "superseded", superseded_by=by)
        case e.TaskCancelled(task_id=task_id, because=because):
            return _change(board, task_id, entry, "cancelled", reason=because)
        case e.DecisionRequested() as event:
            return _with_decision(board, Decision(event, entry.position, entry.at))
        case e.DecisionMade(decision_id=decision_id, choice=choice, by=by, reason=reason):
            return _answered(board, decision_id, entry, "made", choice, by, reason)
        case e.DecisionExpired(decision_id=decision_id, stands=stands):
            return _answered(board, decision_id, entry, "expired", stands, None, "nobody answered in time")
        case e.DecisionWithdrawn(decision_id=decision_id, because=because):
            return _answered(board, decision_id, entry, "withdrawn", None, None, because)
        case e.AssessmentMade(cycle=number) as event:
            cycle = replace(board.cycles[number], assessment=event, assessment_position=entry.position)
            return _with_cycle(board, cycle)
        case e.RecommendationsMade(cycle=number) as event:
            cycle = replace(board.cycles[number], recommendations=event, recommendations_position=entry.position)
            return _with_cycle(board, cycle)
        case e.ReportWritten(cycle=number) as event:
            cycle = replace(board.cycles[number], report=event, report_position=entry.position, reported_at=entry.at)
            return _with_cycle(board, cycle)
        case e.CycleClosed(cycle=number):
            return _with_cycle(board, replace(board.cycles[number], closed_at=entry.at))
        case unknown:
            assert_never(unknown)


def _planned(event: e.TaskPlanned, entry: Recorded) -> Task:
    return Task(
        task_id=event.task_id,
        cycle=event.cycle,
        title=event.title,
        spec=event.spec,
        subject=event.subject,
        priority=event.priority,
        depends_on=event.depends_on,
        rule=event.rule,
        because=event.because,
        acceptance=event.acceptance,
        planned_at=entry.at,
        position=entry.position,
        status_position=entry.position,
    )


def _change(board: Board, task_id: str, entry: Recorded, status: Status, **changes: object) -> Board:
    task = board.tasks_by_id[task_id]
    return _with_task(board, replace(task, status=status, status_position=entry.position, **changes))  # type: ignore[arg-type]


def _answered(
    board: Board,
    decision_id: str,
    entry: Recorded,
    status: DecisionStatus,
    chosen: str | None,
    by: str | None,
    reason: str,
) -> Board:
    decision = replace(
        board.decisions_by_id[decision_id],
        status=status,
        chosen=chosen,
        by=by,
        reason=reason,
        answered_at=entry.at,
        answered_position=entry.position,
    )
    return _with_decision(board, decision)


def _with_task(board: Board, task: Task) -> Board:
    return replace(board, tasks_by_id=board.tasks_by_id.set(task.task_id, task))


def _with_cycle(board: Board, cycle: Cycle) -> Board:
    return replace(board, cycles=board.cycles.set(cycle.number, cycle))


def _with_decision(board: Board, decision: Decision) -> Board:
    return replace(board, decisions_by_id=board.decisions_by_id.set(decision.request.decision_id, decision))
