"""What may be asked of the record. A command becomes events only through `store.decide`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from store.acceptance import AcceptanceCriterion, Check
from store.events import DecisionKind, Option, Recommendation
from store.evidence import Artifact, Evidence
from store.specs import Priority, TaskSpec
from store.study import Study
from store.verdicts import ClaimVerdict, Finding, Verdict


@dataclass(frozen=True, slots=True)
class RegisterStudy:
    """Fix the protocol. A second registration of the same protocol changes nothing."""

    study: Study


@dataclass(frozen=True, slots=True)
class AmendStudy:
    """Change the protocol, in the open."""

    study: Study
    reason: str


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """Begin the next cycle."""

    because: str


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


@dataclass(frozen=True, slots=True)
class RequestDecision:
    """Put a question to a human. Asking the same question again is a no-op."""

    decision_id: str
    kind: DecisionKind
    subject: str
    question: str
    options: tuple[Option, ...]
    recommended: str
    because: str
    if_silent: str


@dataclass(frozen=True, slots=True)
class MakeDecision:
    """Answer a question, at a given time."""

    decision_id: str
    choice: str
    by: str
    reason: str
    at: datetime
    brief_sha256: str | None = None
    """Digest of the brief that was read; refused when it is not the one that stands."""


@dataclass(frozen=True, slots=True)
class ExpireDecisions:
    """Close questions that nobody answered in time."""

    at: datetime


@dataclass(frozen=True, slots=True)
class MakeAssessment:
    """Record the verdict of the open cycle, once."""

    verdict: Verdict
    reason: str
    look: int
    comparison: str | None
    findings: tuple[Finding, ...]
    claims: tuple[ClaimVerdict, ...]


@dataclass(frozen=True, slots=True)
class Recommend:
    """Record the strategist's advice to the next cycle, once a cycle."""

    recommendations: tuple[Recommendation, ...]


@dataclass(frozen=True, slots=True)
class WriteReport:
    """Record that the report of the open cycle, which must be this one, was written. Once a cycle."""

    cycle: int
    as_of: int
    renderer: str
    files: tuple[Artifact, ...]


@dataclass(frozen=True, slots=True)
class CloseCycle:
    """End the open cycle, which must be this one; what is left undone leaves the board."""

    cycle: int


Command = (
    RegisterStudy
    | AmendStudy
    | OpenCycle
    | PlanTask
    | ClaimTask
    | ReleaseTask
    | Succeed
    | Fail
    | Block
    | AcceptTask
    | ReturnTask
    | RequestDecision
    | MakeDecision
    | ExpireDecisions
    | MakeAssessment
    | Recommend
    | WriteReport
    | CloseCycle
)
