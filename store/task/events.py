"""Events of a task, from its plan to its end."""

from __future__ import annotations

from typing import ClassVar, Literal

from store.base import Digest, DomainEvent, Evolving, Key, Priority
from store.evidence import Artifact, Evidence, RunId
from store.kinds import TaskSpec
from store.task.acceptance import AcceptanceCriterion, Check


class TaskPlanned(DomainEvent):
    """A task was put on the board."""

    type: Literal["TaskPlanned"] = "TaskPlanned"
    task_id: Key
    cycle: int
    title: str
    spec: TaskSpec
    subject: str
    """What the task is about: a model id of the study, or the kind of task."""
    priority: Priority
    depends_on: tuple[str, ...]
    rule: str
    """Name of the planning rule."""
    because: str
    acceptance: tuple[AcceptanceCriterion, ...]


class TaskClaimed(DomainEvent):
    """An agent took a task. The fence grows with every claim; a result must carry the newest."""

    type: Literal["TaskClaimed"] = "TaskClaimed"
    task_id: Key
    agent: str
    worker: str
    fence: int
    takeover: bool = False
    """The previous claim's lease had run out."""


class TaskReleased(DomainEvent):
    """A claim was given back unfinished."""

    type: Literal["TaskReleased"] = "TaskReleased"
    task_id: Key
    fence: int
    reason: str


class EvidenceRecorded(DomainEvent, Evolving):
    """Numbers of a task, logged to MLflow first."""

    added: ClassVar[frozenset[str]] = frozenset({"run_sha256"})

    type: Literal["EvidenceRecorded"] = "EvidenceRecorded"
    task_id: Key
    run_id: RunId
    evidence: tuple[Evidence, ...]
    artifacts: tuple[Artifact, ...]
    run_sha256: Digest | Literal[""] = ""
    """Of all that the run holds, what is no evidence included; empty where it was not taken."""


class TaskSucceeded(DomainEvent):
    """A task was done; it counts once it is accepted."""

    type: Literal["TaskSucceeded"] = "TaskSucceeded"
    task_id: Key
    fence: int
    summary: str
    facts: dict[str, str]


class TaskFailed(DomainEvent):
    """A task ended in an error."""

    type: Literal["TaskFailed"] = "TaskFailed"
    task_id: Key
    fence: int
    error: str


class TaskBlocked(DomainEvent):
    """A task cannot be done as it stands."""

    type: Literal["TaskBlocked"] = "TaskBlocked"
    task_id: Key
    fence: int
    reason: str
    remedy: str


class ResultRejected(DomainEvent):
    """A result came too late: another claim had taken the task over."""

    type: Literal["ResultRejected"] = "ResultRejected"
    task_id: Key
    fence: int
    newest: int
    outcome: str


class TaskAccepted(DomainEvent):
    """The reviewer found every acceptance criterion met."""

    type: Literal["TaskAccepted"] = "TaskAccepted"
    task_id: Key
    checks: tuple[Check, ...]


class TaskReturned(DomainEvent):
    """The reviewer sent a task back, to be done once more."""

    type: Literal["TaskReturned"] = "TaskReturned"
    task_id: Key
    checks: tuple[Check, ...]
    reason: str


class TaskSuperseded(DomainEvent):
    """Another task stands in for one that cannot be done."""

    type: Literal["TaskSuperseded"] = "TaskSuperseded"
    task_id: Key
    by: Key
    because: str


class TaskCancelled(DomainEvent):
    """A task left the board undone."""

    type: Literal["TaskCancelled"] = "TaskCancelled"
    task_id: Key
    because: str


TaskEvent = (
    TaskPlanned
    | TaskClaimed
    | TaskReleased
    | EvidenceRecorded
    | TaskSucceeded
    | TaskFailed
    | TaskBlocked
    | ResultRejected
    | TaskAccepted
    | TaskReturned
    | TaskSuperseded
    | TaskCancelled
)
