"""What a criterion of an assessment is: how it is judged, and whether a verdict needs it to be met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from store.board import Board
from store.cycle.verdicts import CriterionResult
from store.evidence import Evidence

Status = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class Judged:
    """How a criterion stands on a board."""

    status: Status
    target: str
    """What has to be reached, in this study."""
    because: str
    """Why it stands as it does: one clause, without numbers, which are evidence."""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion. Its name is that of its module."""

    goal: str
    """What it asks for, in words that fit every study."""
    judge: Callable[[Board], Judged]
    concerns: Callable[[Board], bool] = field(default=lambda _: True, kw_only=True)
    """Whether a study has what it asks about; it is left out of the assessments of others."""
    lacking: str = ""
    """Why a verdict is INCONCLUSIVE where the criterion is not met; empty where no verdict needs it."""
    not_known: str = ""
    """The same where its status is unknown, if that is another reason."""

    @property
    def required(self) -> bool:
        """Whether GO and NO_GO both need it to be met. Others inform the reader and decide nothing."""
        return bool(self.lacking)

    def result(self, name: str, board: Board) -> CriterionResult:
        """The criterion, applied to a board."""
        found = self.judge(board)
        return CriterionResult(
            criterion=name,
            required=self.required,
            goal=self.goal,
            target=found.target,
            status=found.status,
            because=found.because,
            evidence=found.evidence,
        )
