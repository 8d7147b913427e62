"""Commands on a cycle."""

from __future__ import annotations

from dataclasses import dataclass

from store.cycle.events import Recommendation
from store.cycle.verdicts import ClaimVerdict, CriterionResult, Verdict
from store.evidence import Artifact


@dataclass(frozen=True, slots=True)
class OpenCycle:
    """Begin the next cycle."""

    because: str


@dataclass(frozen=True, slots=True)
class MakeAssessment:
    """Record the verdict of the open cycle, once."""

    verdict: Verdict
    reason: str
    look: int
    comparison: str | None
    findings: tuple[CriterionResult, ...]
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


CycleCommand = OpenCycle | MakeAssessment | Recommend | WriteReport | CloseCycle
