"""Criterion: collapse reaches as many models as the claim needs, or provably cannot."""

from __future__ import annotations

from agents.assessment.applied import applied
from agents.assessment.criteria.criterion import Criterion, Judged, Status
from store.board import Board
from store.cycle.verdicts import Verdict
from store.kinds.statistics_metrics import COLLAPSED, EXCLUDED, UNDETERMINED
from store.queries.claims import claims_in_force
from store.queries.comparison import newest_comparison
from store.queries.models import counted_models
from store.queries.protocol import study_of


def scope_of_collapse(board: Board) -> Judged:
    """Met, unmet or unknown for every claim in force; unknown too when they disagree."""
    claims, at_least = claims_in_force(board), study_of(board).decision.at_least
    statuses = {scope_status(board, k) for k in claims}
    comparison = newest_comparison(board)
    counts = tuple(
        count
        for metric in (COLLAPSED, EXCLUDED, UNDETERMINED)
        if comparison is not None and (count := comparison.value(metric)) is not None
    )
    if not claims:
        because = "fewer models are left than any claim of the rule needs"
    elif len(statuses) > 1:
        because = "it depends on the strength of the claim, which a human has yet to choose"
    elif statuses == {"unknown"}:
        because = "too few models are decided either way" if counts else "no comparison was accepted"
    elif statuses == {"met"}:
        because = "enough models collapse"
    else:
        because = "too many models are shown not to collapse"
    return Judged(
        target=" or ".join(f"at least {k} of {len(counted_models(board))}" for k in claims or at_least),
        status=statuses.pop() if len(statuses) == 1 else "unknown",
        because=because,
        evidence=counts,
    )


def scope_status(board: Board, k: int) -> Status:
    """Whether collapse in at least `k` of the models that count is shown, excluded, or neither."""
    found = applied(board, k)
    verdicts: dict[Verdict, Status] = {"GO": "met", "NO_GO": "unmet", "INCONCLUSIVE": "unknown"}
    return verdicts[found.verdict] if found is not None else "unknown"


CRITERION = Criterion("Attention collapse in enough models", scope_of_collapse)
