"""The decision rule, as the assessment states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.prose import Prose


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the rule and its value."""

    label: str
    text: Prose


@dataclass(frozen=True, slots=True)
class RuleView:
    """The rule, and where it comes from."""

    note: tuple[Prose, ...]
    terms: tuple[Term, ...]

    def data(self) -> Mapping[str, object]:
        """By their keys in JSON."""
        return {"rule": self.terms, "rule_note": self.note}
