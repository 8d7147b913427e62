"""What the paper may say, by verdict: one module each. No sentence of one stands in another."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from orchestrator.paper.claims.wording import Wording
from orchestrator.reports.history import History

_MODULES = {"GO": "go", "NO_GO": "no_go", "INCONCLUSIVE": "inconclusive", None: "under_way"}

STRONGER: dict[str | None, tuple[str, ...]] = {
    "GO": ("no_go",),
    "NO_GO": ("go",),
    "INCONCLUSIVE": ("go", "no_go"),
    None: ("go", "no_go", "inconclusive"),
}
"""Verdict -> modules whose sentences a paper of that verdict must not hold."""


def wording_of(history: History) -> Wording:
    """The words that the verdict of the cycle allows."""
    assessment = history.cycle.assessment
    return _wording(_MODULES[None if assessment is None else assessment.verdict])


def forbidden(verdict: str | None) -> tuple[str, ...]:
    """Sentences that a paper of this verdict must not hold, without what stands in their places."""
    return tuple(sentence for name in STRONGER[verdict] for sentence in _wording(name).sentences)


def _wording(name: str) -> Wording:
    return cast(Wording, import_module(f"orchestrator.paper.claims.{name}").WORDING)
