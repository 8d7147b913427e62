"""What a criterion of an assessment is: how it is judged, and whether a verdict needs it to be met."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from store.board import Board
from store.cycle.verdicts import CriterionResult


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion."""

    judge: Callable[[Board], CriterionResult]
    lacking: str = ""
    """Why a verdict is INCONCLUSIVE where the criterion is not met; empty where no verdict needs it."""

    @property
    def required(self) -> bool:
        """Whether GO and NO_GO both need it to be met. Others inform the reader and decide nothing."""
        return bool(self.lacking)
