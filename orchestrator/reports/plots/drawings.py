"""Every drawing of a report, made once and shown wherever a section asks for it."""

from __future__ import annotations

from collections.abc import Callable

from orchestrator.reports.history import History
from orchestrator.reports.plots.forest import draw_forest
from orchestrator.reports.plots.heads import draw_heads
from orchestrator.reports.plots.layers import draw_layers
from orchestrator.reports.plots.plot import Drawings, Drawn
from orchestrator.reports.plots.svg import RC
from orchestrator.reports.plots.timeline import draw_timeline

DRAWINGS: tuple[Callable[[History], Drawn], ...] = (draw_layers, draw_heads, draw_forest, draw_timeline)


def draw(history: History) -> Drawings:
    """The drawings that the log has data for, and a sentence for each of the others."""
    import matplotlib.style

    with matplotlib.style.context(["default", RC]):
        drawn = [one(history) for one in DRAWINGS]
    return Drawings(
        plots=tuple(plot for plot, _ in drawn if plot is not None),
        undrawn=tuple(sentence for _, sentences in drawn for sentence in sentences),
    )
