"""The assessor: GO, NO_GO or INCONCLUSIVE, by the study's rule and the evidence alone."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Allowance
from agents.assessment.applied import applied
from agents.assessment.criteria import CRITERIA
from agents.assessment.criteria.models_covered import models_covered
from agents.reading import (
    active_models,
    claims_in_force,
    newest_comparison,
    possible_claims,
    replaced_models,
)
from store.board import Board
from store.commands import Command, MakeAssessment
from store.specs import Statistics
from store.verdicts import ClaimVerdict, Verdict


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
    found = applied(board, k)
    if found is None:
        return _open(k, models, "there is no accepted comparison")
    if models_covered(board).status != "met":
        return _open(k, models, "not every model of the study is covered")
    replaced = "" if found.verdict == "INCONCLUSIVE" else _replacements(board)
    return ClaimVerdict(
        at_least=k,
        models=models,
        verdict=found.verdict,
        reason=found.reason + replaced,
        p_go=found.p_go,
        p_no_go=found.p_no_go,
        flip=found.flip,
        more=found.more,
    )


def _open(k: int, models: int, reason: str) -> ClaimVerdict:
    return ClaimVerdict(at_least=k, models=models, verdict="INCONCLUSIVE", reason=reason)


def _replacements(board: Board) -> str:
    replaced = replaced_models(board)
    return f"; {', '.join(replaced)} counts through a substitute" if replaced else ""


ASSESSOR = Agent(name="assessor", team="assessment", capabilities=frozenset(), choose=choose)
