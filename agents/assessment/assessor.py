"""The assessor: GO, NO_GO or INCONCLUSIVE, by the study's rule and the evidence alone."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Allowance
from agents.assessment.criteria import CRITERIA
from agents.assessment.criteria.models_covered import models_covered
from agents.assessment.criteria.scope_of_collapse import scope_status
from agents.reading import (
    active_models,
    claims_in_force,
    newest_comparison,
    possible_claims,
    replaced_models,
)
from store.board import Board
from store.commands import Command, MakeAssessment
from store.events import ClaimVerdict, Verdict
from store.specs import Statistics


def choose(board: Board, allowance: Allowance) -> Sequence[Command]:
    """Assess the open cycle, once. Called when its work is over."""
    cycle = board.open_cycle
    if cycle is None or cycle.assessment is not None:
        return []
    return [assess(board)]


def assess(board: Board) -> MakeAssessment:
    """Apply every criterion, and the rule to every claim it leaves open."""
    comparison = newest_comparison(board)
    models = len(active_models(board))
    claims = tuple(_claim(board, k, models) for k in possible_claims(board))
    in_force = [claim for claim in claims if claim.at_least in claims_in_force(board)]
    verdicts = {claim.verdict for claim in in_force}
    verdict: Verdict
    if not in_force:
        verdict, reason = "INCONCLUSIVE", "fewer models are left than any claim of the rule needs"
    elif len(verdicts) == 1:
        verdict, reason = in_force[0].verdict, in_force[0].reason
    else:
        verdict, reason = (
            "INCONCLUSIVE",
            "the verdict depends on the strength of the claim, which a human has yet to choose",
        )
    return MakeAssessment(
        verdict=verdict,
        reason=reason,
        look=comparison.spec.look if comparison is not None and isinstance(comparison.spec, Statistics) else 1,
        comparison=comparison.task_id if comparison is not None else None,
        findings=tuple(criterion(board) for criterion in CRITERIA),
        claims=claims,
    )


def _claim(board: Board, k: int, models: int) -> ClaimVerdict:
    verdict, reason = _verdict(board, k)
    return ClaimVerdict(at_least=k, models=models, verdict=verdict, reason=reason)


def _verdict(board: Board, k: int) -> tuple[Verdict, str]:
    if newest_comparison(board) is None:
        return "INCONCLUSIVE", "there is no accepted comparison"
    if models_covered(board).status != "met":
        return "INCONCLUSIVE", "not every model of the study is covered"
    match scope_status(board, k):
        case "met":
            return "GO", "collapse is shown in enough models" + _replacements(board)
        case "unmet":
            return "NO_GO", "too many models are shown not to collapse" + _replacements(board)
        case "unknown":
            return "INCONCLUSIVE", "too few models are decided either way"


def _replacements(board: Board) -> str:
    replaced = replaced_models(board)
    return f"; {', '.join(replaced)} counts through a substitute" if replaced else ""


ASSESSOR = Agent(name="assessor", team="assessment", capabilities=frozenset(), choose=choose)
