"""From entries of the log to the contexts of the two reports, section by section in the order of the page. Pure."""

from __future__ import annotations

from dataclasses import replace

from orchestrator.reports.audited import audit_view
from orchestrator.reports.book import FigureBook, first_uses
from orchestrator.reports.context import AssessmentReport, CycleReport, Handover, PastVerdict
from orchestrator.reports.decisions import amendment_views, decision_views
from orchestrator.reports.influence import influence_view
from orchestrator.reports.measured import evidence_view
from orchestrator.reports.outlook import blockers, needed, recommendations, remaining, trajectory
from orchestrator.reports.parts import Plot
from orchestrator.reports.past import Past
from orchestrator.reports.performance import performance
from orchestrator.reports.prose import Code, Label, Prose, Said
from orchestrator.reports.summary import critical_finding, summary
from orchestrator.reports.tasks import task_views
from orchestrator.reports.verdict import header, progress, rule_terms

OWN_FILES: Prose = (
    "The files of the report itself, its drawings included, are not listed: they do not exist until it is written. "
    "Their names and digests are recorded by the event that follows, ", Code("ReportWritten"), ".",
)  # fmt: skip


def cycle_report(past: Past, plots: tuple[Plot, ...], unplotted: tuple[Prose, ...]) -> CycleReport:
    """The report of the cycle."""
    draft = _cycle_report(past, FigureBook(past), plots, unplotted)
    book = FigureBook(past, first_uses(draft))
    return replace(_cycle_report(past, book, plots, unplotted), figures=book.figures)


def assessment_report(past: Past, plots: tuple[Plot, ...]) -> AssessmentReport:
    """The assessment of the cycle."""
    draft = _assessment_report(past, FigureBook(past), plots)
    book = FigureBook(past, first_uses(draft))
    return replace(_assessment_report(past, book, plots), figures=book.figures)


def handover(past: Past) -> Handover:
    """What the planning of the next cycle is handed."""
    book = FigureBook(past, first_uses(_handover(past, FigureBook(past))))
    return replace(_handover(past, book), figures=book.figures)


def _handover(past: Past, book: FigureBook) -> Handover:
    return Handover(
        header=header(past),
        tasks=task_views(past, book),
        progress=progress(past, book),
        evidence=evidence_view(past, book, linked=False),
        blockers=blockers(past),
        audit=audit_view(past, book),
        remaining=remaining(past, book),
        recommendations=recommendations(past),
        questions=decision_views(past, book, "open"),
        figures=(),
    )


def _cycle_report(past: Past, book: FigureBook, plots: tuple[Plot, ...], unplotted: tuple[Prose, ...]) -> CycleReport:
    tasks = task_views(past, book)
    return CycleReport(
        header=header(past),
        summary=summary(past, book),
        finding=critical_finding(past, book),
        tasks=tasks,
        progress=progress(past, book),
        evidence=evidence_view(past, book),
        influence=influence_view(past, book),
        decisions=decision_views(past, book, "made", "expired", "withdrawn"),
        amendments=amendment_views(past, book),
        audit=audit_view(past, book),
        remaining=remaining(past, book),
        trajectory=trajectory(past, book),
        files=tuple(row for task in tasks for row in task.files),
        files_note=OWN_FILES,
        blockers=blockers(past),
        performance=performance(past, book),
        recommendations=recommendations(past),
        questions=decision_views(past, book, "open"),
        criteria_note=_criteria_note(past, book),
        criteria=tuple(row for task in tasks for row in task.criteria),
        plots=plots,
        unplotted=unplotted,
        figures=(),
    )


def _assessment_report(past: Past, book: FigureBook, plots: tuple[Plot, ...]) -> AssessmentReport:
    return AssessmentReport(
        header=header(past),
        rule=rule_terms(past, book),
        rule_note=_rule_note(past),
        progress=progress(past, book),
        verdicts=_verdicts(past),
        evidence=evidence_view(past, book, linked=False),
        decisions=decision_views(past, book, "made", "expired", "withdrawn", "open"),
        amendments=amendment_views(past, book),
        needed=needed(past, book),
        plots=tuple(plot for plot in plots if plot.name == "forest"),
        figures=(),
    )


def _criteria_note(past: Past, book: FigureBook) -> Prose:
    base = f"cycle/{past.cycle.number}/criteria"
    if not any(task.acceptance for task in past.tasks):
        return ("No task of this cycle was planned with acceptance criteria.",)
    return (
        book.derived(f"{base}/met"), " of ", book.derived(base), " acceptance criteria are met, ",
        book.derived(f"{base}/unmet"), " are unmet, and the others have not been checked.",
    )  # fmt: skip


def _rule_note(past: Past) -> tuple[Prose, ...]:
    assessment = past.cycle.assessment
    notes: list[Prose] = []
    if assessment is not None:
        notes.append(("The assessment applied the rule with digest ", Code(assessment.rule_sha256), "."))
    locked = Code(past.board.study_sha256 or "")
    if past.board.amendments:
        notes.append(("The protocol was amended after it was registered; the one in force has digest ", locked, "."))
    else:
        notes.append(("It is part of the protocol with digest ", locked, ", registered before there was any result."))
    return tuple(notes)


def _verdicts(past: Past) -> tuple[PastVerdict, ...]:
    entries = {entry.position: entry.at for entry in past.entries}
    return tuple(
        PastVerdict(
            cycle=Label(f"Cycle {number}"),
            at=entries[cycle.assessment_position],
            verdict=cycle.assessment.verdict,
            reason=Said(cycle.assessment.reason, cycle.assessment_position),
        )
        for number in range(1, past.cycle.number + 1)
        if (cycle := past.board.cycles[number]).assessment is not None and cycle.assessment_position is not None
    )
