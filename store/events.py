"""The vocabulary of the log: one frozen model per event. Past events are never edited; old versions are upcast."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from store.acceptance import AcceptanceCriterion, Check
from store.evidence import Artifact, Evidence, RunId
from store.specs import Digest, Frozen, Key, Priority, Slug, TaskSpec
from store.study import Study
from store.verdicts import ClaimVerdict, Finding, Verdict


class StudyRegistered(Frozen):
    """The protocol was fixed, before there was any result."""

    type: Literal["StudyRegistered"] = "StudyRegistered"
    study: Study
    digest: Digest
    """SHA-256 of the canonical protocol."""


class StudyAmended(Frozen):
    """The protocol was changed after it was registered."""

    type: Literal["StudyAmended"] = "StudyAmended"
    study: Study
    digest: Digest
    changed: tuple[str, ...]
    """Keys whose values differ, such as `decision.alpha`."""
    reason: str


class CycleOpened(Frozen):
    """A cycle began."""

    type: Literal["CycleOpened"] = "CycleOpened"
    cycle: int
    because: str


class TaskPlanned(Frozen):
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


class TaskClaimed(Frozen):
    """An agent took a task. The fence grows with every claim; a result must carry the newest."""

    type: Literal["TaskClaimed"] = "TaskClaimed"
    task_id: Key
    agent: str
    worker: str
    fence: int
    takeover: bool = False
    """The previous claim's lease had run out."""


class TaskReleased(Frozen):
    """A claim was given back unfinished."""

    type: Literal["TaskReleased"] = "TaskReleased"
    task_id: Key
    fence: int
    reason: str


class EvidenceRecorded(Frozen):
    """Numbers of a task, logged to MLflow first."""

    type: Literal["EvidenceRecorded"] = "EvidenceRecorded"
    task_id: Key
    run_id: RunId
    evidence: tuple[Evidence, ...]
    artifacts: tuple[Artifact, ...]


class TaskSucceeded(Frozen):
    """A task was done; it counts once it is accepted."""

    type: Literal["TaskSucceeded"] = "TaskSucceeded"
    task_id: Key
    fence: int
    summary: str
    facts: dict[str, str]


class TaskFailed(Frozen):
    """A task ended in an error."""

    type: Literal["TaskFailed"] = "TaskFailed"
    task_id: Key
    fence: int
    error: str


class TaskBlocked(Frozen):
    """A task cannot be done as it stands."""

    type: Literal["TaskBlocked"] = "TaskBlocked"
    task_id: Key
    fence: int
    reason: str
    remedy: str


class ResultRejected(Frozen):
    """A result came too late: another claim had taken the task over."""

    type: Literal["ResultRejected"] = "ResultRejected"
    task_id: Key
    fence: int
    newest: int
    outcome: str


class TaskAccepted(Frozen):
    """The reviewer found every acceptance criterion met."""

    type: Literal["TaskAccepted"] = "TaskAccepted"
    task_id: Key
    checks: tuple[Check, ...]


class TaskReturned(Frozen):
    """The reviewer sent a task back, to be done once more."""

    type: Literal["TaskReturned"] = "TaskReturned"
    task_id: Key
    checks: tuple[Check, ...]
    reason: str


class TaskSuperseded(Frozen):
    """Another task stands in for one that cannot be done."""

    type: Literal["TaskSuperseded"] = "TaskSuperseded"
    task_id: Key
    by: Key
    because: str


class TaskCancelled(Frozen):
    """A task left the board undone."""

    type: Literal["TaskCancelled"] = "TaskCancelled"
    task_id: Key
    because: str


class Option(Frozen):
    """One answer a human may choose."""

    key: Slug
    label: str
    trade_off: str
    """In words; its numbers are in `evidence`."""
    evidence: tuple[Evidence, ...] = ()


DecisionKind = Literal["claim_strength", "unavailable_model", "disputed_task"]


class DecisionRequested(Frozen):
    """A question was put to a human. The answer is bound to the digest of exactly this brief."""

    type: Literal["DecisionRequested"] = "DecisionRequested"
    decision_id: Key
    cycle: int
    kind: DecisionKind
    subject: str
    question: str
    options: tuple[Option, ...] = Field(min_length=2)
    recommended: Slug
    because: str
    if_silent: Slug
    """The option that stands when nobody answers in time."""
    expires_days: int | None
    brief_sha256: Digest


class DecisionMade(Frozen):
    """A human answered."""

    type: Literal["DecisionMade"] = "DecisionMade"
    decision_id: Key
    choice: Slug
    by: str
    reason: str
    brief_sha256: Digest


class DecisionExpired(Frozen):
    """Nobody answered in time; the cautious option stands."""

    type: Literal["DecisionExpired"] = "DecisionExpired"
    decision_id: Key
    stands: Slug


class DecisionWithdrawn(Frozen):
    """What was asked rests on a protocol that was amended before anybody answered; nothing was chosen."""

    type: Literal["DecisionWithdrawn"] = "DecisionWithdrawn"
    decision_id: Key
    because: str


class AssessmentMade(Frozen):
    """The rule was applied to the evidence of a cycle."""

    type: Literal["AssessmentMade"] = "AssessmentMade"
    cycle: int
    verdict: Verdict
    reason: str
    look: int
    comparison: str | None
    """Id of the statistics task it rests on."""
    findings: tuple[Finding, ...]
    claims: tuple[ClaimVerdict, ...]
    rule_sha256: Digest
    """Digest of the decision rule that was applied."""


class Recommendation(Frozen):
    """What the next cycle should do, and why."""

    priority: Literal["high", "medium", "low"]
    action: str
    because: str


class RecommendationsMade(Frozen):
    """The strategist's advice to the next cycle."""

    type: Literal["RecommendationsMade"] = "RecommendationsMade"
    cycle: int
    recommendations: tuple[Recommendation, ...]


class ReportWritten(Frozen):
    """A report was rendered from the board as it was at `as_of`."""

    type: Literal["ReportWritten"] = "ReportWritten"
    cycle: int
    as_of: int
    renderer: str
    """Version of gonogo that rendered it; the same one renders the same bytes again."""
    files: tuple[Artifact, ...]
    """Names are relative to the workspace."""


class CycleClosed(Frozen):
    """A cycle ended."""

    type: Literal["CycleClosed"] = "CycleClosed"
    cycle: int


Event = (
    StudyRegistered
    | StudyAmended
    | CycleOpened
    | TaskPlanned
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
    | DecisionRequested
    | DecisionMade
    | DecisionExpired
    | DecisionWithdrawn
    | AssessmentMade
    | RecommendationsMade
    | ReportWritten
    | CycleClosed
)
"""Every event, for type checks and `match`."""

TaggedEvent = Annotated[Event, Field(discriminator="type")]
"""The same union, for parsing."""
