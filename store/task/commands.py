"""Commands on a task."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from store.base import DomainEvent, Priority
from store.evidence import Artifact, Evidence
from store.kinds import TaskSpec
from store.task.acceptance import AcceptanceCriterion, Check


@dataclass(frozen=True, slots=True)
class PlanTask:
    """Put a task on the open cycle's board. Its id follows from cycle and spec, so planning again is a no-op."""

    title: str
    spec: TaskSpec
    subject: str
    priority: Priority
    rule: str
    because: str
    acceptance: tuple[AcceptanceCriterion, ...] = ()
    depends_on: tuple[str, ...] = ()
    supersedes: str | None = None
    """A task that is blocked, or was returned and did no better, and that this one replaces."""


@dataclass(frozen=True, slots=True)
class ClaimTask:
    """Take a task. `takeover` says that the present claim's lease has run out."""

    task_id: str
    agent: str
    worker: str = ""
    takeover: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseTask:
    """Give a claim back."""

    task_id: str
    fence: int
    reason: str


@dataclass(frozen=True, slots=True)
class Succeed:
    """Deliver a task's result."""

    task_id: str
    fence: int
    summary: str
    run_id: str
    evidence: tuple[Evidence, ...]
    artifacts: tuple[Artifact, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    run_sha256: str = ""
    told: tuple[DomainEvent, ...] = ()
    """Events of other subjects that are appended with the evidence, all or nothing."""


@dataclass(frozen=True, slots=True)
class Fail:
    """Report that a task ended in an error."""

    task_id: str
    fence: int
    error: str


@dataclass(frozen=True, slots=True)
class Block:
    """Report that a task cannot be done as it stands."""

    task_id: str
    fence: int
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True)
class AcceptTask:
    """Count a finished task as completed."""

    task_id: str
    checks: tuple[Check, ...]


@dataclass(frozen=True, slots=True)
class ReturnTask:
    """Send a finished or failed task back, once."""

    task_id: str
    checks: tuple[Check, ...]
    reason: str


TaskCommand = PlanTask | ClaimTask | ReleaseTask | Succeed | Fail | Block | AcceptTask | ReturnTask
