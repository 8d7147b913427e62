"""Rule: the paper is set and checked once its sources are recorded with the report."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.kinds.drafting import FAULTS, KIND, PAGES, DraftSpec
from store.queries.manuscripts import sources_of
from store.task.acceptance import MetricReported

SUBJECT = "paper"


def draft_paper(board: Board) -> Sequence[PlanTask]:
    """Plan one task for the sources that the open cycle's report has, if it has any."""
    cycle = board.open_cycle
    if cycle is None or cycle.report is None:
        return []
    sources = sources_of(cycle.report)
    if not sources:
        return []
    return [
        PlanTask(
            title="Set the paper and check its pages",
            spec=DraftSpec(sources=sources),
            subject=SUBJECT,
            priority="low",
            rule="draft_paper",
            because="pages that nobody holds against the record may say what was not measured",
            acceptance=tuple(MetricReported(metric=metric.key()) for metric in (PAGES, FAULTS)),
        )
    ]


RULE = PlanningRule(KIND.name, draft_paper)
