"""Audit tasks: the claims of a report, held against one another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from store.base import Digest
from store.facts import Facts, facts_by
from store.kinds.kind import Kind, Phase, Spec, Wording
from store.metrics import Metric, Style, metrics_in


class AuditSpec(Spec):
    """Hold the claims of a report against one another."""

    kind: Literal["audit"] = "audit"
    report: str = Field(min_length=1)
    """Name of the report, such as `cycle-report.md`; its ending tells the format."""
    digest: Digest
    """Digest of the report, which is kept as an artifact."""


INCONSISTENT = Metric("count/inconsistent", "findings", style=Style.COUNT)
DEPENDS_ON_READING = Metric("count/depends_on_reading", "findings", style=Style.COUNT)
NOT_CHECKABLE = Metric("count/not_checkable", "findings", style=Style.COUNT)
CONSISTENT = Metric("count/consistent", "findings", style=Style.COUNT)

COUNTS = (INCONSISTENT, DEPENDS_ON_READING, NOT_CHECKABLE, CONSISTENT)
"""The worst first."""


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A finding of an audit that is inconsistent."""

    number: int
    """From 1."""
    check: str
    line: int
    """Line of the report, from 1."""
    computation: str
    """What follows from what, with its numbers."""

    @property
    def where(self) -> str:
        """Check and line."""
        return f"{self.check}, line {self.line}"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFacts(Facts):
    """The first of the inconsistent findings; the file of the task holds all."""

    inconsistent: Mapping[tuple[str, str, str], str] = facts_by("Inconsistent {number}, {check}, line {line}")
    """By number from 1, check and line: the computation."""

    @property
    def contradictions(self) -> tuple[Contradiction, ...]:
        """In the order of their numbers."""
        ordered = sorted(self.inconsistent.items(), key=lambda item: int(item[0][0]))
        return tuple(Contradiction(int(number), check, int(line), text) for (number, check, line), text in ordered)

    @classmethod
    def of(cls, contradictions: tuple[Contradiction, ...]) -> AuditFacts:
        """The facts that tell of these."""
        return cls(
            inconsistent={(str(each.number), each.check, str(each.line)): each.computation for each in contradictions}
        )


KIND = Kind(
    name="audit",
    spec=AuditSpec,
    facts=AuditFacts,
    metrics=metrics_in(globals()),
    shown=COUNTS,
    agent="auditor",
    phase=Phase.AFTER_REPORT,
    charged=False,  # else a small budget would audit no report
    required=False,
    wording=Wording(
        without="Nobody has held the numbers of the report against one another.",
    ),
)
