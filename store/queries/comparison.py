"""The newest comparison of models, and what it says of each. Pure."""

from __future__ import annotations

from store.board import Board
from store.cycle.verdicts import Direction
from store.evidence import Evidence
from store.kinds.statistics import KIND as STATISTICS
from store.kinds.statistics import StatisticsSpec
from store.kinds.statistics_metrics import ALPHA, LOOK_LEVEL, P_ADJUSTED, P_HOLM_BEFORE_LOOKS
from store.task.state import Task


def newest_comparison(board: Board) -> Task | None:
    """The newest accepted statistics task."""
    return next((task for task in board.tasks.newest_of_kind(STATISTICS.name) if task.status == "accepted"), None)


def compared_models(comparison: Task | None) -> frozenset[str]:
    """Ids of the models in a comparison, as they were measured."""
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return frozenset()
    return frozenset(source.model_id for source in comparison.spec.sources)


def adjusted_p(comparison: Task, model_id: str, direction: Direction) -> Evidence | None:
    """A model's p in a direction, adjusted for looks and models; of older comparisons, for models alone."""
    fields = {"model": model_id, "direction": direction}
    return comparison.value(P_ADJUSTED, **fields) or comparison.value(P_HOLM_BEFORE_LOOKS, **fields)


def significance_level(comparison: Task) -> Evidence | None:
    """What adjusted p-values are held against: alpha, or alpha over the looks where they are not adjusted for them."""
    return comparison.value(ALPHA) or comparison.value(LOOK_LEVEL)
