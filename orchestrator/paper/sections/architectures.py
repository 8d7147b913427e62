"""Across architectures: each model as it was measured, and its layers. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Block, Blocks, Column, Drawing, Paragraph, Table
from orchestrator.paper.parts import one
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.plots.layer_series import layers
from orchestrator.reports.prose import Prose
from orchestrator.reports.sections.evidence import MeasuredRow
from orchestrator.reports.sections.evidence.measured import measured_rows


def build(history: History, book: FigureBook) -> Blocks | None:
    """None where nothing was measured."""
    rows = measured_rows(history, book)
    if all(row.unmeasured for row in rows):
        return None
    drawn = bool(layers(history))
    numeric = ("Look", "n", "Vision", "Text", "MCS, normalised", "Time")
    blocks: list[Block] = [
        Paragraph(
            ("Architectures differ in how many keys a row of attention has; scores are therefore given as shares of "
             "what uniform attention would give, and not compared in nats.",),
            refs=("tab:measured", "fig:layers") if drawn else ("tab:measured",),
        ),
        Table(
            "tab:measured",
            ("Normalised entropy of the vision and the text tower, the normalised modality collapse score (MCS), and "
             "the time that a pair takes.",),
            (Column(("Model",)), *(Column((name,), numeric=True) for name in numeric)),
            tuple(_row(row) for row in rows if not row.unmeasured),
            wide=True,
        ),
    ]  # fmt: skip
    if drawn:
        blocks.append(Drawing("fig:layers", "layers", ("Normalised entropy by layer, of each model and of its null.",)))
    return Blocks(tuple(blocks))


def _row(row: MeasuredRow) -> tuple[Prose, ...]:
    return (
        (row.model,), one(row.look), one(row.n), one(row.vision), one(row.text), one(row.mcs_norm), one(row.latency)
    )  # fmt: skip
