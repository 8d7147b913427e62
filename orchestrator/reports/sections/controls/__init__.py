"""Whether the instrument works: what was planted in the controls, and what was found of it."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Cell, Code, Label, ModelName, Prose


@dataclass(frozen=True, slots=True)
class PlantedLayer:
    """A layer in which a collapse was planted."""

    name: Code
    lost: Cell
    """Loss of normalised entropy against random initialisations."""
    found: bool


@dataclass(frozen=True, slots=True)
class ControlRow:
    """A model with a planted collapse."""

    model: ModelName
    planted: Code
    """Tower, layers, heads and scale of the scores."""
    result: Prose
    task: Label | None
    layers: tuple[PlantedLayer, ...]


@dataclass(frozen=True, slots=True)
class ControlsView:
    """Every control of the study, and what follows for it."""

    note: Prose
    rows: tuple[ControlRow, ...]
    where: Prose
