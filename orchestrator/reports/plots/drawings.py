"""Every drawing of a report, made once and shown wherever a section asks for it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

from orchestrator.reports.history import History
from orchestrator.reports.plots.plot import Drawings, Drawn
from orchestrator.reports.plots.svg import RC

NAMES = ("layers", "heads", "forest", "timeline")
"""Modules of this package that each define a drawing of that name, as `draw_<name>`."""

DRAWINGS: dict[str, Callable[[History], Drawn]] = {
    name: getattr(import_module(f"orchestrator.reports.plots.{name}"), f"draw_{name}") for name in NAMES
}


def draw(history: History) -> Drawings:
    """The drawings that the log has data for, and a sentence for each of the others."""
    import matplotlib.style

    with matplotlib.style.context(["default", RC]):
        drawn = [one(history) for one in DRAWINGS.values()]
    return Drawings(
        plots=tuple(plot for plot, _ in drawn if plot is not None),
        undrawn=tuple(sentence for _, sentences in drawn for sentence in sentences),
    )
