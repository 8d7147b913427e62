"""Rule: the library of the study is brought up to date once in every cycle."""

from __future__ import annotations

from collections.abc import Sequence

from agents.planning.rules.rule import PlanningRule
from store.board import Board
from store.commands import PlanTask
from store.kinds.literature import KIND, RECORDS, WORKS
from store.queries.literature import is_tracked
from store.queries.literature_work import literature_spec
from store.task.acceptance import MetricReported

SUBJECT = KIND.name


def track_literature(board: Board) -> Sequence[PlanTask]:
    """Plan one task in a cycle, where there is literature; another where that failed and the library has moved on."""
    cycle = board.open_cycle
    if cycle is None or not is_tracked(board):
        return []
    if any(task.cycle == cycle.number and task.status not in _OVER for task in board.tasks.newest_of_kind(KIND.name)):
        return []
    return [
        PlanTask(
            title="Bring the literature up to date",
            spec=literature_spec(board),
            subject=SUBJECT,
            priority="medium",
            rule="track_literature",
            because="what is cited, and what is said to be new, rests on what was looked for",
            acceptance=(MetricReported(metric=RECORDS.key()), MetricReported(metric=WORKS.key())),
        )
    ]


_OVER = ("failed", "blocked", "cancelled", "superseded")


RULE = PlanningRule(KIND.name, track_literature)
