"""The assessor: GO, NO_GO or INCONCLUSIVE, by the study's rule and the evidence alone."""

from __future__ import annotations

from collections.abc import Sequence

from agents.agent import Agent, Capacity
from agents.assessment.applied import applied
from agents.assessment.criteria import CRITERIA
from store.board import Board
from store.commands import Command, MakeAssessment
from store.cycle.verdicts import ClaimVerdict, Verdict
from store.kinds.statistics import StatisticsSpec
from store.queries.claims import claims_in_force, possible_claims
from store.queries.comparison import newest_comparison
from store.queries.models import counted_models, replaced_models


def choose(board: Board, capacity: Capacity) -> Sequence[Command]:
    """Assess the open cycle, once. Called when its work is over."""
    cycle = board.open_cycle
    if cycle is None or cycle.assessment is not None:
        return []
    return [assess(board)]


def assess(board: Board) -> MakeAssessment:
    """Apply every criterion, and the rule to every claim it leaves open."""
    comparison = newest_comparison(board)
    models = len(counted_models(board))
    asked = {name: criterion for name, criterion in CRITERIA.items() if criterion.concerns(board)}
    judged = [(criterion, criterion.result(name, board)) for name, criterion in asked.items()]
    lacking = [
        each.not_known if result.status == "unknown" and each.not_known else each.lacking
        for each, result in judged
        if each.required and result.status != "met"
    ]
    claims = tuple(_claim(board, k, models, lacking) for k in possible_claims(board))
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
        look=comparison.spec.look if comparison is not None and isinstance(comparison.spec, StatisticsSpec) else 1,
        comparison=comparison.task_id if comparison is not None else None,
        findings=tuple(result for _, result in judged),
        claims=claims,
    )


def _claim(board: Board, k: int, models: int, lacking: Sequence[str]) -> ClaimVerdict:
    found = applied(board, k)
    if found is None:
        return _open(k, models, "there is no accepted comparison")
    if lacking:
        return _open(k, models, "; ".join(lacking))
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


ASSESSOR = Agent(name="assessor", choose=choose)
