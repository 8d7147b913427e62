"""Whose weights can be had, of the families under study and of what stands in for them."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Code, Label, ModelName, Prose


@dataclass(frozen=True, slots=True)
class AccessRow:
    """A release of the registry that a model of the study, or a substitute, is one of."""

    models: tuple[ModelName, ...]
    release: Label
    architecture: str
    weights: str
    where: Code
    licence: Label
    source: Label
    looked_up: Prose


@dataclass(frozen=True, slots=True)
class AccessView:
    """In the order of the study."""

    rows: tuple[AccessRow, ...]
    note: Prose
