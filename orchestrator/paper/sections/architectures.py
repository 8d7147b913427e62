"""Across architectures: each model as it was measured, and its layers. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Block, Blocks, Column, Drawing, Paragraph, Table
from orchestrator.paper.parts import one
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.plots.layer_series import layers
from orchestrator.reports.plots.layers import ON_A_PAGE, page_name
from orchestrator.reports.prose import Prose
from orchestrator.reports.sections.evidence import MeasuredRow
from orchestrator.reports.sections.evidence.measured import measured_rows


def build(history: History, book: FigureBook) -> Blocks | None:
    """None where nothing was measured."""
    rows = measured_rows(history, book)
    if all(row.unmeasured for row in rows):
        return None
    pages = range(1, -(-len(layers(history)) // ON_A_PAGE) + 1)
    labels = tuple(f"fig:{page_name(number)}" for number in pages)
    numeric = ("Look", "n", "Vision", "Text", "MCS, normalised", "Time")
    blocks: list[Block] = [
        Paragraph(
            ("Architectures differ in how many keys a row of attention has; scores are therefore given as shares of "
             "what uniform attention would give, and not compared in nats.",),
            refs=("tab:measured", *labels),
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
    caption: Prose = ("Normalised entropy by layer, of each model and of its null.",)
    blocks += [Drawing(f"fig:{page_name(number)}", page_name(number), caption) for number in pages]
    return Blocks(tuple(blocks))


def _row(row: MeasuredRow) -> tuple[Prose, ...]:
    return (
        (row.model,), one(row.look), one(row.n), one(row.vision), one(row.text), one(row.mcs_norm), one(row.latency)
    )  # fmt: skip
