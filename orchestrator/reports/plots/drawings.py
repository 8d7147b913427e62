"""Every drawing of a report, made once and shown wherever a section asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module

from orchestrator.reports.history import History
from orchestrator.reports.plots.layers import draw_pages
from orchestrator.reports.plots.plot import Drawings, Drawn, Plot
from orchestrator.reports.plots.svg import on_paper, settings

NAMES = ("layers", "heads", "forest", "timeline", "flow")
"""Modules of this package that each define a drawing of that name, as `draw_<name>`."""

DRAWINGS: dict[str, Callable[[History], Drawn]] = {
    name: getattr(import_module(f"orchestrator.reports.plots.{name}"), f"draw_{name}") for name in NAMES
}


def draw(history: History, names: Sequence[str] = NAMES) -> Drawings:
    """Those of the named drawings that the log has data for, and a sentence for each of the others."""
    drawn = _drawn(history, names)
    return Drawings(
        plots=tuple(plot for plot, _ in drawn if plot is not None),
        undrawn=tuple(sentence for _, sentences in drawn for sentence in sentences),
    )


def draw_on_paper(history: History, names: Sequence[str]) -> Mapping[str, bytes]:
    """Those of the named drawings that the log has data for, each as a PDF of one page; long ones as several."""
    import matplotlib.style

    with on_paper(), matplotlib.style.context(["default", settings()]):
        plots = [plot for name in names for plot in _pages(name, history)]
    return {plot.name: plot.pdf for plot in plots}


def _pages(name: str, history: History) -> list[Plot]:
    if name == "layers":
        return draw_pages(history)
    plot, _ = DRAWINGS[name](history)
    return [] if plot is None else [plot]


def _drawn(history: History, names: Sequence[str]) -> list[Drawn]:
    import matplotlib.style

    with matplotlib.style.context(["default", settings()]):
        return [DRAWINGS[name](history) for name in names]
