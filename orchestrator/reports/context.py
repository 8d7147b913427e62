"""What the templates get: frozen, typed, and free of bare numbers. A field here is a place in the report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.reports.parts import AuditView, CriterionRow, EvidenceView, FileRow, Plot, Progress, TaskView
from orchestrator.reports.prose import Cell, Code, Label, Link, ModelName, Prose, Said
from orchestrator.reports.sites import InfluenceView
from store.cycle.verdicts import Verdict
from store.decision.state import DecisionStatus
from store.figures import Figure
from store.task.state import Status


@dataclass(frozen=True, slots=True)
class VerdictView:
    """The verdict, why, and what has to be said with it."""

    verdict: Verdict | None
    """None while the cycle has not been assessed."""
    reason: Prose
    notes: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """What the report is about, and what it was rendered from."""

    study: Said
    question: Said
    claim: Said
    cycle: int
    because: Said
    opened: datetime
    closed: datetime | None
    as_of: int
    as_of_at: datetime
    head: Code
    study_sha256: Code
    verdict: VerdictView


@dataclass(frozen=True, slots=True)
class Summary:
    """The report in a minute."""

    lines: tuple[Prose, ...]
    accomplished: tuple[Prose, ...]
    unaccomplished: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class OptionView:
    """One answer to a question, with what it costs and buys."""

    key: Code
    label: Said
    trade_off: Said
    error_bound: Cell
    error_independent: Cell
    power: Cell
    recommended: bool
    if_silent: bool
    """It stands when nobody answers in time: only while the question is open, and only if there is a deadline."""
    chosen: bool
    command: Code


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A question to a human and its answer."""

    decision_id: Code
    kind: str
    cycle: Label
    question: Said
    about: ModelName | None
    status: DecisionStatus
    asked: datetime
    brief: Code
    answer: Prose | None
    notes: tuple[Prose, ...]
    options: tuple[OptionView, ...]
    computed: bool
    """True when options carry computed error and power."""
    because: Said
    deadline: Prose | None
    """While it is open: until when."""
    command: Code


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A change of the protocol."""

    at: datetime
    by: Said
    reason: Said
    changed: tuple[Prose, ...]
    """Each key of the protocol with what it was and what it is."""
    digest: Code
    note: Prose


@dataclass(frozen=True, slots=True)
class Blocker:
    """What could not be done as planned, and what was done about it."""

    task: Link
    model: ModelName | None
    status: Status
    status_words: str
    issue: Said
    mitigation: Prose


@dataclass(frozen=True, slots=True)
class Labelled:
    """A labelled number with a remark."""

    label: Prose
    value: Cell
    remark: Prose


@dataclass(frozen=True, slots=True)
class Term:
    """A term and what it is set to."""

    label: str
    text: Prose


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommendation to the planning team."""

    priority: str
    action: Said
    because: Said


@dataclass(frozen=True, slots=True)
class CycleReport:
    """The report of one cycle, section by section."""

    header: Header
    summary: Summary
    finding: tuple[Prose, ...]
    tasks: tuple[TaskView, ...]
    progress: Progress
    evidence: EvidenceView
    influence: InfluenceView
    decisions: tuple[DecisionView, ...]
    """Those that were answered or have expired."""
    amendments: tuple[AmendmentView, ...]
    audit: AuditView | None
    """Of the reports of the cycle before; None where they were not audited."""
    remaining: tuple[Prose, ...]
    trajectory: tuple[Prose, ...]
    files: tuple[FileRow, ...]
    files_note: Prose
    blockers: tuple[Blocker, ...]
    performance: tuple[Labelled, ...]
    recommendations: tuple[Advice, ...]
    questions: tuple[DecisionView, ...]
    """Those that wait for a human."""
    criteria_note: Prose
    criteria: tuple[CriterionRow, ...]
    plots: tuple[Plot, ...]
    unplotted: tuple[Prose, ...]
    figures: tuple[Figure, ...]

    def plot(self, name: str) -> Plot | None:
        """The drawing of that name, if there was anything to draw."""
        return next((plot for plot in self.plots if plot.name == name), None)


@dataclass(frozen=True, slots=True)
class PastVerdict:
    """The verdict of one cycle's assessment."""

    cycle: Label
    at: datetime
    verdict: Verdict
    reason: Said


@dataclass(frozen=True, slots=True)
class AssessmentReport:
    """The GO/NO-GO assessment of one cycle, section by section."""

    header: Header
    rule: tuple[Term, ...]
    rule_note: tuple[Prose, ...]
    progress: Progress
    verdicts: tuple[PastVerdict, ...]
    evidence: EvidenceView
    decisions: tuple[DecisionView, ...]
    amendments: tuple[AmendmentView, ...]
    needed: tuple[Prose, ...]
    plots: tuple[Plot, ...]
    figures: tuple[Figure, ...]

    def plot(self, name: str) -> Plot | None:
        """The drawing of that name, if there was anything to draw."""
        return next((plot for plot in self.plots if plot.name == name), None)


@dataclass(frozen=True, slots=True)
class Handover:
    """What the next cycle's planning has to know of this one, without what a reader has to be told."""

    header: Header
    tasks: tuple[TaskView, ...]
    progress: Progress
    evidence: EvidenceView
    blockers: tuple[Blocker, ...]
    audit: AuditView | None
    """Of the reports of the cycle before; None where they were not audited."""
    remaining: tuple[Prose, ...]
    recommendations: tuple[Advice, ...]
    questions: tuple[DecisionView, ...]
    """Those that wait for a human."""
    figures: tuple[Figure, ...]
