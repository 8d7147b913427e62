"""What a planning rule is: the kind of task that it plans, and when it would plan one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from store.board import Board
from store.commands import PlanTask


@dataclass(frozen=True, slots=True)
class PlanningRule:
    """Asked while tasks of its kind may begin: before the assessment, after it, or once the report is written."""

    kind: str
    """Name of the kind of the tasks that it plans; its phase decides when the rule is asked."""
    plan: Callable[[Board], Sequence[PlanTask]]
    """What the rule would have done in the open cycle, whether or not it is planned already."""
