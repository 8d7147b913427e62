"""The questions that wait for a human."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.questions import DecisionView


@dataclass(frozen=True, slots=True)
class Questions:
    """Each open question, with its options and the command that answers it."""

    questions: tuple[DecisionView, ...]

    def data(self) -> Mapping[str, object]:
        """By their key in JSON."""
        return {"questions": self.questions}
