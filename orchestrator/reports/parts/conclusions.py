"""The conclusion of a comparison about a model, and the look of the comparison. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Prose
from store.cycle.verdicts import DIRECTIONS
from store.kinds.statistics import StatisticsFacts, StatisticsSpec
from store.queries.comparison import adjusted_p, significance_level
from store.task.state import Task


def conclusion(comparison: Task, model_id: str) -> str:
    """`collapse shown`, `shown not to collapse`, `undecided` or `undetermined`, by the adjusted p-values."""
    alpha = significance_level(comparison)
    collapse, clear = (adjusted_p(comparison, model_id, direction) for direction in DIRECTIONS)
    if collapse is None or clear is None:
        return "undetermined"
    if alpha is None:
        return "undecided"
    if collapse.value <= alpha.value:
        return "collapse shown"
    return "shown not to collapse" if clear.value <= alpha.value else "undecided"


def undetermined(comparison: Task, model_id: str) -> str:
    """Why a model could not be tested, in the words of the statistics task."""
    return StatisticsFacts.read(comparison.facts).undetermined.get(model_id, "")


def look_of(comparison: Task, book: FigureBook) -> Prose:
    """`look 1 of 2`, or that the number of looks is open."""
    assert isinstance(comparison.spec, StatisticsSpec)
    number: Prose = ("look ", book.pointed(comparison.position, "/spec/look"))
    if comparison.spec.looks == "open":
        return (*number, " of an open number")
    return (*number, " of ", book.pointed(comparison.position, "/spec/looks"))
