"""One task as it stands. Frozen."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from immutables import Map

from store.base import Priority
from store.evidence import Artifact, Evidence, EvidenceTable
from store.kinds import KINDS, TaskSpec
from store.kinds.kind import Kind
from store.metrics import Metric
from store.task.acceptance import AcceptanceCriterion, Check

Status = Literal[
    "planned", "claimed", "succeeded", "accepted", "returned", "failed", "blocked", "superseded", "cancelled"
]

NOT_ENDED: tuple[Status, ...] = ("planned", "claimed", "succeeded", "returned", "failed", "blocked")
"""From which a task may still go on, be tried again, or be replaced."""

MAX_LAPSES = 3
"""A task is blocked once so many of its claims have lapsed: whoever works on it dies, or stalls."""


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
    position: int
    """Position of the TaskPlanned event."""
    status: Status = "planned"
    status_position: int = 0
    """Position of the event that led to the status."""
    fence: int = 0
    """Fencing token of the newest claim: the number of claims so far."""
    lapses: int = 0
    """Claims that another one took over since it was planned or returned; one that was given back did not lapse."""
    agent: str | None = None
    worker: str | None = None
    claimed_at: datetime | None = None
    ended_at: datetime | None = None
    returns: int = 0
    summary: str = ""
    facts: Map[str, str] = Map()  # noqa: RUF009 (immutable)
    run_id: str | None = None
    evidence: EvidenceTable = EvidenceTable()  # noqa: RUF009 (immutable)
    evidence_position: int | None = None
    artifacts: tuple[Artifact, ...] = ()
    run_sha256: str = ""
    """Of all that the run held; empty where it was not taken."""
    reason: str = ""
    """Why it failed, is blocked, was returned, superseded or cancelled."""
    remedy: str = ""
    checks: tuple[Check, ...] = ()
    superseded_by: str | None = None

    @property
    def kind(self) -> str:
        """Name of the kind of work."""
        return self.spec.kind

    @property
    def traits(self) -> Kind:
        """What holds for its kind of work."""
        return KINDS[self.spec.kind]

    @property
    def duration_s(self) -> float | None:
        """Seconds from the last claim to the end of the work, by the log's timestamps; None where that is not known.

        Nobody saw the end of work whose last claim lapsed.
        """
        lapsed = self.status == "blocked" and self.lapses + 1 >= MAX_LAPSES
        if self.claimed_at is None or self.ended_at is None or lapsed:
            return None
        return (self.ended_at - self.claimed_at).total_seconds()

    @property
    def claimable(self) -> bool:
        """True when it waits for an agent (its dependencies apart)."""
        return self.status in ("planned", "returned")

    @property
    def on_last_claim(self) -> bool:
        """True when it is blocked, and not claimed again, should the present claim lapse as well."""
        return self.status == "claimed" and self.lapses + 1 >= MAX_LAPSES

    @property
    def disputed(self) -> bool:
        """True when it was returned once and did not do better: a human, or a substitute, has to take over."""
        return self.status in ("succeeded", "failed") and self.returns > 0

    def value(self, metric: Metric, **fields: object) -> Evidence | None:
        """The evidence of a metric, for these values of its fields, if there is any."""
        return self.evidence.of(metric.key(**fields) if fields else metric.path)

    def values(self, *metrics: Metric) -> Iterator[tuple[Mapping[str, str], Evidence]]:
        """The evidence of metrics, each with the fields of its key, in the order in which it was logged."""
        for item in self.evidence:
            for metric in metrics:
                if (found := metric.match(item.metric)) is not None:
                    yield found, item
                    break
