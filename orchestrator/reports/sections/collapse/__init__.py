"""Kinds of collapse and harm of every model: what its maps show, and what it costs. Frozen; no bare numbers."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Anchor, Cell, Label, Link, ModelName, Prose, Said


@dataclass(frozen=True, slots=True)
class Finding:
    """A word for what was found, and the sign that goes with it."""

    state: str
    """ok, collapsed or inconclusive; empty where nothing was found, which is no clean bill."""
    word: Prose


@dataclass(frozen=True, slots=True)
class CollapseRow:
    """One model in a line."""

    model: ModelName
    look: Cell
    kinds: Finding
    harm: Finding
    loss: Cell
    """Of its task."""
    floor: Cell
    """The same of re-initialised copies."""


@dataclass(frozen=True, slots=True)
class LayerRow:
    """What was read of one layer."""

    layer: Label
    kinds: str
    """Kinds of collapse, and sinks, in words; empty for none."""
    collapsed: bool
    keys: Cell
    kl: Cell
    untrained: Cell
    by_input: Cell
    by_head: Cell
    sink: Cell
    within: Cell
    entropy: Cell
    by_value: Cell
    rollout: Cell


@dataclass(frozen=True, slots=True)
class TaskRow:
    """What the task is like with something changed."""

    what: Prose
    n: Cell
    value: Cell


@dataclass(frozen=True, slots=True)
class ModelCollapse:
    """One model: kinds by layer, and the grounds on which harm was judged."""

    model: ModelName
    anchor: Anchor
    kinds: Finding
    harm: Finding
    reason: Said | None
    measured: Prose
    layers: tuple[LayerRow, ...]
    task: tuple[TaskRow, ...]
    notes: tuple[Prose, ...]
    source: Link | Label
    """The task that measured it."""


@dataclass(frozen=True, slots=True)
class DefinitionRow:
    """A kind of collapse, or a measure: what it means, how it is decided or taken, and who described it."""

    kind: str
    means: str
    decided: str
    source: Label


@dataclass(frozen=True, slots=True)
class CollapseView:
    """Every model whose measurement tells kinds of collapse, and what the words mean."""

    notes: tuple[Prose, ...]
    overview: tuple[CollapseRow, ...]
    models: tuple[ModelCollapse, ...]
    definitions: tuple[DefinitionRow, ...]
    measures: tuple[DefinitionRow, ...]
    """What is measured beside kinds of collapse."""
