"""The findings of the assessment, and the verdict for each strength of the claim. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from agents.assessment.applied import applied_to
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.deliveries import State
from orchestrator.reports.parts.estimates import MetricRow, metric_row
from orchestrator.reports.prose import Prose, Said, Strong, listed
from orchestrator.reports.wording import VERDICTS
from store.cycle.events import AssessmentMade
from store.cycle.verdicts import Verdict
from store.queries.claims import claims_in_force
from store.queries.models import counted_models, replaced_models


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
    without: tuple[Prose, ...] = ()
    """What the claims come to without the models that count through a substitute, where there are any."""


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
    return Progress(goals, claims, _without_substitutes(history, assessment, position, book))


def _without_substitutes(
    history: History, assessment: AssessmentMade, position: int, book: FigureBook
) -> tuple[Prose, ...]:
    """The same rule, applied to the models that were measured themselves: a substitute is another model."""
    board, replaced = history.board, replaced_models(history.board)
    comparison = board.tasks_by_id.get(assessment.comparison or "")
    required = [finding for finding in assessment.findings if finding.required and finding.status != "met"]
    if not replaced or comparison is None or required:
        return ()
    themselves = [model.id for model in counted_models(board) if model.id not in replaced]
    names: list[Prose] = [(model_name(history, model_id),) for model_id in replaced]
    lines: list[Prose] = [
        ("Without ", *listed(names), ", measured through a substitute, the same evidence gives, of the others:")
    ]
    for index, claim in enumerate(assessment.claims):
        found = applied_to(board, claim.at_least, themselves, comparison)
        said = Strong(VERDICTS[found.verdict]) if found is not None else "out of reach, as they are fewer"
        lines.append(
            ("collapse in at least ", book.pointed(position, f"/claims/{index}/at_least", "models"), ": ", said)
        )
    return tuple(lines)


def _standing(k: int, in_force: tuple[int, ...]) -> str:
    if k not in in_force:
        return "not chosen"
    return "in force" if len(in_force) == 1 else "awaits a decision"
