"""The evidence so far: models as they were measured, tested and compared."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.prose import Absent, Cell, Label, ModelName, Prose


@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """One model as a diagnostic measured it."""

    model: ModelName
    stands_in_for: ModelName | None
    task: Label | None
    compared: bool | None
    """Whether the newest comparison rests on it; None where there is none, or no measurement."""
    look: Cell
    n: Cell
    mcs_norm: Cell
    mcs_raw: Cell
    mcs_raw_uniform: Cell
    vision: Cell
    text: Cell
    latency: Cell
    unmeasured: Absent | None
    """Why there are no numbers."""


@dataclass(frozen=True, slots=True)
class Source:
    """A measurement that was tested."""

    task: Label


@dataclass(frozen=True, slots=True)
class TestedRow:
    """One model as the newest comparison tested it."""

    model: ModelName
    sources: tuple[Source, ...]
    """Look by look."""
    n: Cell
    mean: Cell
    dz_threshold: Cell
    dz_null: Cell
    p_null: Cell
    p_collapse: Cell
    p_clear: Cell
    reading: str
    undetermined: Absent | None
    """Why there are no numbers."""


@dataclass(frozen=True, slots=True)
class CheckedRow:
    """Sensitivity analyses of the test of one model."""

    model: ModelName
    signed_rank: Cell
    sign_flip: Cell
    bootstrap_t: Cell
    max_t: Cell
    left_out: tuple[Cell, Cell]
    """Smallest and largest p without any one image."""
    balanced: Cell


@dataclass(frozen=True, slots=True)
class ShapeRow:
    """Distribution of the values of one model: interval at any look, trend, skew, error of the null."""

    model: ModelName
    any_look: Cell
    trend: Cell
    trend_p: Cell
    skew: Cell
    null_error: Cell


@dataclass(frozen=True, slots=True)
class PairRow:
    """Two models compared on the images they share."""

    first: ModelName
    second: ModelName
    n: Cell
    difference: Cell
    dz: Cell
    d_av: Cell
    p_holm: Cell


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """What has been measured and tested so far."""

    measured: tuple[MeasuredRow, ...]
    tested_note: Prose
    notes: tuple[Prose, ...]
    tested: tuple[TestedRow, ...]
    checked_note: Prose
    checked: tuple[CheckedRow, ...]
    shape_note: Prose
    shapes: tuple[ShapeRow, ...]
    pairs: tuple[PairRow, ...]
