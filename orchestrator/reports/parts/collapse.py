"""Kinds of collapse as reports name them. Pure."""

from __future__ import annotations

from orchestrator.reports.prose import Label, Prose, listed
from store.kinds.diagnostics import DiagnosticFacts
from store.kinds.diagnostics_collapse import KIND_NAMES


def kinds_found(facts: DiagnosticFacts) -> Prose:
    """The kinds of collapse of a measurement with their layers; empty for none."""
    return listed([(f"{kind} in ", Label(facts.kinds[kind])) for kind in KIND_NAMES if kind in facts.kinds])
