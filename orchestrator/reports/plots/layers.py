"""The drawing of attention by layer: every role of every model and both scores, with their nulls."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from orchestrator.reports.history import History
from orchestrator.reports.plots.drawing import WIDTH, finish
from orchestrator.reports.plots.layer_series import SCORES, Layers, Line, Point, layers
from orchestrator.reports.plots.panels import SHOWN, Panels
from orchestrator.reports.plots.plot import Drawn, Plot
from orchestrator.reports.plots.svg import drawn
from orchestrator.reports.prose import Code, Prose

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DASHED = (0, (3, 3))

SCORE, RAW = Code(SCORES["score"]), Code(SCORES["raw"])


def draw_layers(history: History) -> Drawn:
    """The plot; none where no measurement reports layers."""
    found = layers(history)
    if not found:
        return None, (("There is no plot by layer: no accepted measurement reports layers.",),)
    return layers_plot(found), ()


ON_A_PAGE = 5
"""Models whose rows a printed page shows at a size that can be read."""


def draw_pages(history: History) -> list[Plot]:
    """The same for print: as many drawings as pages are needed."""
    found = layers(history)
    parts = [found[at : at + ON_A_PAGE] for at in range(0, len(found), ON_A_PAGE)]
    return [replace(layers_plot(part), name=page_name(number)) for number, part in enumerate(parts, start=1)]


def page_name(number: int) -> str:
    """Name of the drawing on the page of that number, from 1."""
    return "layers" if number == 1 else f"layers-{number}"


def layers_plot(found: Sequence[Layers]) -> Plot:
    """Normalised entropy of every role of every model, and both scores, each with its nulls."""
    panels = Panels(len(found), (line.key for model in found for line in model.lines))
    for row, model in enumerate(found):
        panels.name(row, model.model.text, model.part)
        for column, line in enumerate(model.lines):
            _draw_line(panels.panel(row, line.key, first=column == 0), line)
    lines = [line for model in found for line in model.lines]
    nulls, bad = any(line.null for line in lines), any(line.collapsed for line in lines)
    _key_to_lines(panels, nulls, bad)
    drawn_nulls = (
        "The grey line is the mean of random initialisations of the same architecture, and the grey band is the "
        "prediction band for one further initialisation. "
        if nulls
        else "No null of random initialisation was measured. "
    )
    crosses = "A cross marks a layer that was judged collapsed. " if bad else ""
    caption: Prose = (
        "Normalised entropy of every role of attention, and the scores ", SCORE, " and ", RAW,
        ", by layer: a row for each model, with intervals as bands in the colour of the line. ", SHOWN,
        drawn_nulls, crosses,
        "The dashed line is the exact value for uniform attention; for ", RAW, " it depends on the "
        "lengths of the sequences. An empty place means that the model reports no such layers.",
    )  # fmt: skip
    return finish(panels.canvas, "layers", "Attention by layer", caption)


def _draw_line(axes: Axes, line: Line) -> None:
    from matplotlib.ticker import MaxNLocator

    if line.uniform is not None:
        axes.axhline(line.uniform, color=drawn("muted"), linewidth=0.9, linestyle=_DASHED)
    _band(axes, line.null, "muted", 0.3)
    dash = "_" if len(line.null) == 1 else None
    axes.plot(*_xy(line.null), color=drawn("muted"), linewidth=1, marker=dash, markersize=12)
    _band(axes, line.points, line.key, 0.22)
    axes.plot(*_xy(line.points), color=drawn(line.key), linewidth=1.5, marker="o", markersize=3)
    axes.plot(
        *_xy(line.collapsed), color=drawn("bad"), linestyle="none", marker="x", markersize=6.5, markeredgewidth=1.6
    )
    depth = max(point.layer for point in line.points)
    axes.set_xlim(-0.4, depth + 0.4)
    axes.set_ylim(0, 1.08)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "", "0.5", "", "1"])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.grid(axis="y")
    axes.set_axisbelow(True)


def _xy(points: Sequence[Point]) -> tuple[list[int], list[float]]:
    return [point.layer for point in points], [point.value for point in points]


def _band(axes: Axes, points: Sequence[Point], colour: str, alpha: float) -> None:
    """The intervals of some points; that of a single layer gets a width, so that it can be seen."""
    bounds = [(point.layer, point.interval) for point in points if point.interval is not None]
    if len(bounds) == 1:
        bounds = [(bounds[0][0] + side, bounds[0][1]) for side in (-0.25, 0.25)]  # type: ignore[misc]
    low, high = [interval.low for _, interval in bounds], [interval.high for _, interval in bounds]
    axes.fill_between([at for at, _ in bounds], low, high, color=drawn(colour), alpha=alpha, linewidth=0)


def _key_to_lines(panels: Panels, nulls: bool, bad: bool) -> None:
    from matplotlib.lines import Line2D
    from matplotlib.patches import Rectangle

    x, y, height = 0.06, 1 - 0.16 / panels.height, panels.height

    def entry(label: str, colour: str, wide: float, band: float, **look: Any) -> float:
        ends = [x / WIDTH, (x + 0.32) / WIDTH]
        if band:
            corner = (ends[0], y - 0.06 / height)
            patch = Rectangle(corner, ends[1] - ends[0], 0.12 / height, color=drawn(colour), alpha=band, linewidth=0)
            panels.canvas.add_artist(patch)
        at = ends if look["linestyle"] != "none" else [(ends[0] + ends[1]) / 2]
        panels.canvas.add_artist(Line2D(at, [y] * len(at), color=drawn(colour), **look))
        panels.canvas.text((x + 0.4) / WIDTH, y, label, fontsize=8.5, va="center", parse_math=False)
        return x + wide

    x = entry("measured, interval", "ink", 1.75, 0.18, linestyle="-", linewidth=1.5, marker="o", markersize=3)
    if nulls:
        x = entry("random initialisation: mean, band", "muted", 2.75, 0.3, linestyle="-", linewidth=1)
    x = entry("uniform attention", "muted", 1.7, 0, linewidth=0.9, linestyle=_DASHED)
    if bad:
        entry("collapsed", "bad", 1, 0, linestyle="none", marker="x", markersize=6.5, markeredgewidth=1.6)
