"""The parts of the section on entropy and influence: models, their sites, interventions. Frozen; no bare numbers."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Absent, Anchor, Cell, Code, Label, Link, ModelName, Prose, Said


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict of a diagnosis on attention, or on influence."""

    state: str
    """ok, collapsed, undefined or inconclusive; empty for any other word."""
    word: Said | Absent
    reason: Said | None


@dataclass(frozen=True, slots=True)
class Overview:
    """One model in a line: both judgements, and how entropy and influence go together."""

    model: ModelName
    stands_in_for: ModelName | None
    look: Cell
    """Whose images were measured."""
    attention: Judgement
    influence: Judgement
    swapped: Cell
    """The share of the output's probability that moves with another image."""
    over_sites: Cell
    """Rank correlation of entropy and influence."""
    over_heads: Cell
    bare: Absent | None
    """Why there is nothing to show."""


@dataclass(frozen=True, slots=True)
class Intervention:
    """One change of what the model is given."""

    what: str
    n: Cell
    change: Cell
    """The share of the output's probability that moves."""
    rise: Cell
    """Of the loss of the right answer; absent without right answers."""


@dataclass(frozen=True, slots=True)
class SiteRow:
    """A site of attention, or a role as a whole: its entropy and its influence."""

    role: str
    layer: Label
    """Its layer, `as a whole` for a role, `head` for a pooling head; a dash where the log lacks it."""
    site: Code | None
    """None for a role as a whole, and where the log does not name it."""
    collapsed: bool
    entropy: Cell
    null: Cell
    """Mean of random initialisations, with the prediction band for one further initialisation."""
    lost: Cell
    """Share of the null that is lost."""
    change: Cell
    """The share of the output's probability that moves when the site's attention is made uniform."""
    rise: Cell
    gated: Cell
    """What the site adds to its stream through its gate, as a share of the stream; absent without a gate."""
    undefined: Absent | None
    """Why there are no numbers."""


@dataclass(frozen=True, slots=True)
class ModelInfluence:
    """One model: what was judged, on what grounds, and how entropy and influence go together in it."""

    model: ModelName
    anchor: Anchor
    task: Link | Label
    attention: Judgement
    influence: Judgement
    measured: Prose
    """On which images."""
    output: Prose
    """What the output is a distribution over; empty where nothing was intervened on."""
    interventions: tuple[Intervention, ...]
    null: Prose
    sites: tuple[SiteRow, ...]
    notes: tuple[Prose, ...]
    labelled: bool
    """Some answers are right or wrong, so that there is a loss."""
    gated: bool
    """Some site has a gate."""
    folded: bool
    """It has so many sites that a page opens with them folded away."""


@dataclass(frozen=True, slots=True)
class InfluenceView:
    """Entropy and influence of every model of the study."""

    notes: tuple[Prose, ...]
    overview: tuple[Overview, ...]
    judged: bool
    """Some measurement of an earlier version judges attention and influence by themselves."""
    models: tuple[ModelInfluence, ...]
