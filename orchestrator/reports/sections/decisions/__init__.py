"""Decisions of humans, and changes of the protocol."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from orchestrator.reports.parts.questions import DecisionView
from orchestrator.reports.prose import Code, Prose, Said


@dataclass(frozen=True, slots=True)
class AmendmentView:
    """A change of the protocol."""

    at: datetime
    by: Said
    reason: Said
    changed: tuple[Prose, ...]
    """Each changed key of the protocol with its old and new value."""
    digest: Code
    note: Prose


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question that waits for a human; another section shows it in full."""

    decision_id: Code
    question: Said


@dataclass(frozen=True, slots=True)
class Decisions:
    """What humans decided, and what they changed."""

    decisions: tuple[DecisionView, ...]
    none: str
    """Shown where there are no decisions."""
    waiting: tuple[Waiting, ...]
    amendments: tuple[AmendmentView, ...]

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON. Questions that wait have a key of their own, with the section that asks them."""
        return {"decisions": self.decisions, "amendments": self.amendments}
