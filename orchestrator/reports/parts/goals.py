"""The findings of the assessment, and the verdict for each strength of the claim. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.deliveries import State
from orchestrator.reports.parts.estimates import MetricRow, metric_row
from orchestrator.reports.prose import Prose, Said
from store.cycle.verdicts import Verdict
from store.queries.claims import claims_in_force


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


def progress(history: History, book: FigureBook) -> Progress:
    """The findings of the assessment, and the verdict for each strength of the claim."""
    assessment, position = history.cycle.assessment, history.cycle.assessment_position
    if assessment is None or position is None:
        return Progress((), ())
    goals = tuple(
        Goal(
            criterion=finding.criterion,
            goal=Said(finding.goal, position),
            target=Said(finding.target, position),
            status=finding.status,
            because=Said(finding.because, position),
            evidence=tuple(metric_row(item, book, position) for item in finding.evidence),
        )
        for finding in assessment.findings
    )
    in_force = claims_in_force(history.board)
    claims = tuple(
        ClaimRow(
            claim=(
                "Collapse in at least ", book.pointed(position, f"/claims/{index}/at_least", "models"), " of ",
                book.pointed(position, f"/claims/{index}/models", "models"), " models",
            ),
            verdict=claim.verdict,
            reason=Said(claim.reason, position),
            standing=_standing(claim.at_least, in_force),
        )
        for index, claim in enumerate(assessment.claims)
    )  # fmt: skip
    return Progress(goals, claims)


def _standing(k: int, in_force: tuple[int, ...]) -> str:
    if k not in in_force:
        return "not chosen"
    return "in force" if len(in_force) == 1 else "awaits a decision"
