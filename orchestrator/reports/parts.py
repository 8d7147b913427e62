"""The parts that sections are made of: tasks, findings, rows of evidence, drawings. Frozen; no bare numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from orchestrator.reports.prose import Absent, Cell, Code, Estimate, Label, Link, ModelName, Prose, Said
from store.cycle.verdicts import Verdict
from store.figures import Figure
from store.task.state import Status

State = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled text of a task."""

    label: Said
    text: Said


@dataclass(frozen=True, slots=True)
class MetricRow:
    """A metric by its key."""

    metric: Code
    value: Figure | Estimate


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that a task left behind."""

    name: Said
    task: Link
    size: Figure
    digest: Code
    run: Code


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One acceptance criterion: what was asked, whether it was met, and what was found."""

    task: Link
    criterion: Prose
    state: State
    found: Prose | None


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a task."""

    at: datetime
    text: Prose


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task, as it stands and as it came about."""

    task_id: Code
    anchor: str
    title: Said
    kind: str
    status: Status
    status_words: str
    priority: str
    model: ModelName | None
    agent: str | None
    duration: Figure | None
    rule: Code
    because: Said
    standing: Prose
    """The status in a sentence."""
    summary: Said | None
    facts: tuple[Fact, ...]
    metrics: tuple[MetricRow, ...]
    more_metrics: Prose | None
    files: tuple[FileRow, ...]
    criteria: tuple[CriterionRow, ...]
    moments: tuple[Moment, ...]
    """How it went, where that is more than one attempt."""


@dataclass(frozen=True, slots=True)
class Goal:
    """One finding of the assessment."""

    criterion: str
    goal: Said
    target: Said
    status: State
    because: Said
    evidence: tuple[MetricRow, ...]


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """The verdict on one strength of the claim."""

    claim: Prose
    verdict: Verdict
    reason: Said
    standing: str
    """`in force`, `not chosen`, or `awaits a decision`."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The rule applied: goals, and the claims it leaves open."""

    goals: tuple[Goal, ...]
    claims: tuple[ClaimRow, ...]


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One model as a diagnostic measured it."""

    model: ModelName
    stands_in_for: ModelName | None
    task: Label | None
    look: Cell
    n: Cell
    mcs_norm: Cell
    mcs_raw: Cell
    mcs_raw_uniform: Cell
    vision: Cell
    text: Cell
    latency: Cell
    unmeasured: Absent | None
    """Why there are no numbers."""


@dataclass(frozen=True, slots=True)
class TestedRow:
    """One model as the newest comparison tested it."""

    model: ModelName
    n: Cell
    mean: Cell
    dz_threshold: Cell
    dz_null: Cell
    p_null: Cell
    p_collapse: Cell
    p_clear: Cell
    reading: str
    undetermined: Absent | None
    """Why there are no numbers."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """What the test of one model rests on, and what stands beside it."""

    model: ModelName
    signed_rank: Cell
    sign_flip: Cell
    bootstrap_t: Cell
    max_t: Cell
    left_out: tuple[Cell, Cell]
    """Smallest and largest p without any one image."""
    balanced: Cell


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """What the values of one model are like beyond their mean."""

    model: ModelName
    any_look: Cell
    trend: Cell
    trend_p: Cell
    skew: Cell
    null_error: Cell


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two models compared on the images they share."""

    first: ModelName
    second: ModelName
    n: Cell
    difference: Cell
    dz: Cell
    d_av: Cell
    p_holm: Cell


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing: a file of its own beside the Markdown, inlined in HTML."""

    name: str
    title: str
    caption: Prose
    svg: str
    """Without a document prologue; colours are CSS custom properties."""


@dataclass(frozen=True, slots=True)
class AuditRow:
    """What the audit of one report found."""

    report: Code
    inconsistent: Cell
    depends_on_reading: Cell
    not_checkable: Cell
    consistent: Cell
    task: Code
    undone: Said | None
    """Why there are no numbers."""
    contradictions: tuple[Prose, ...]
    """Check and line of each inconsistent finding. Not its numbers: the next audit would read them as ours."""


@dataclass(frozen=True, slots=True)
class AuditView:
    """What the audit of the reports of the cycle before found."""

    note: Prose
    where: Prose
    rows: tuple[AuditRow, ...]


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What has been measured and tested so far."""

    measured: tuple[MeasuredRow, ...]
    tested_note: Prose
    notes: tuple[Prose, ...]
    tested: tuple[TestedRow, ...]
    checked_note: Prose
    checked: tuple[CheckedRow, ...]
    shape_note: Prose
    shapes: tuple[ShapeRow, ...]
    pairs: tuple[PairRow, ...]
