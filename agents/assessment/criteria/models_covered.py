"""Criterion: every model of the study, or what stands in for it, was measured and compared."""

from __future__ import annotations

from agents.assessment.criteria.criterion import Criterion, Judged
from store.board import Board
from store.kinds.statistics_metrics import MODELS
from store.queries.comparison import compared_models, newest_comparison
from store.queries.models import counted_models, is_measured, replaced_models, stand_in


def models_covered(board: Board) -> Judged:
    """Met when every model that counts is in the newest comparison; unmet while any is not."""
    models = counted_models(board)
    comparison = newest_comparison(board)
    compared = compared_models(comparison)
    missing = [model.id for model in models if stand_in(board, model).id not in compared]
    replaced = replaced_models(board)
    counted = comparison.value(MODELS) if comparison else None
    if missing:
        because = f"missing: {', '.join(missing)}"
    elif replaced:
        because = f"not measured, and covered by a substitute: {', '.join(replaced)}; every other model was measured"
    else:
        because = "every model was measured and compared"
    unmeasured = [model.id for model in models if not is_measured(board, model, 1)]
    return Judged(
        target=f"{len(models)} models",
        status="unmet" if missing or unmeasured else "met",
        because=because,
        evidence=(counted,) if counted else (),
    )


CRITERION = Criterion(
    "Every model of which the claim speaks, or a substitute it names, is measured",
    models_covered,
    lacking="not every model of the study is covered",
)
