"""What comes next, in one list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.parts.advice import Advice
from orchestrator.reports.parts.questions import DecisionView
from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class NextSteps:
    """Work that is left, advice, and open questions."""

    remaining: tuple[Prose, ...]
    recommendations: tuple[Advice, ...]
    questions: tuple[DecisionView, ...]

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON."""
        return {
            "remaining": self.remaining,
            "recommendations": self.recommendations,
            "questions": self.questions,
        }
