"""Events of a cycle: opened, assessed, advised on, reported, closed."""

from __future__ import annotations

from typing import Literal

from store.base import Digest, DomainEvent, Frozen
from store.cycle.verdicts import ClaimVerdict, CriterionResult, Verdict
from store.evidence import Artifact


class CycleOpened(DomainEvent):
    """A cycle began."""

    type: Literal["CycleOpened"] = "CycleOpened"
    cycle: int
    because: str


class AssessmentMade(DomainEvent):
    """The rule was applied to the evidence of a cycle."""

    type: Literal["AssessmentMade"] = "AssessmentMade"
    cycle: int
    verdict: Verdict
    reason: str
    look: int
    comparison: str | None
    """Id of the statistics task it rests on."""
    findings: tuple[CriterionResult, ...]
    claims: tuple[ClaimVerdict, ...]
    rule_sha256: Digest
    """Digest of the decision rule that was applied."""


class Recommendation(Frozen):
    """What the next cycle should do, and why."""

    priority: Literal["high", "medium", "low"]
    action: str
    because: str


class RecommendationsMade(DomainEvent):
    """The strategist's advice to the next cycle."""

    type: Literal["RecommendationsMade"] = "RecommendationsMade"
    cycle: int
    recommendations: tuple[Recommendation, ...]


class ReportWritten(DomainEvent):
    """A report was rendered from the board as it was at `as_of`."""

    type: Literal["ReportWritten"] = "ReportWritten"
    cycle: int
    as_of: int
    renderer: str
    """Version of gonogo that rendered it; the same one renders the same bytes again."""
    files: tuple[Artifact, ...]
    """Names are relative to the workspace."""


class CycleClosed(DomainEvent):
    """A cycle ended."""

    type: Literal["CycleClosed"] = "CycleClosed"
    cycle: int


CycleEvent = CycleOpened | AssessmentMade | RecommendationsMade | ReportWritten | CycleClosed
