"""The drawing of attention by head: a heat map of normalised entropy for each role of each model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.reports.history import History
from orchestrator.reports.plots.drawing import WIDTH, finish
from orchestrator.reports.plots.head_series import HeadCell, Heads, headless, heads
from orchestrator.reports.plots.panels import SHOWN, Panels
from orchestrator.reports.plots.plot import Drawn, Plot
from orchestrator.reports.plots.svg import drawn
from orchestrator.reports.prose import Code, Prose, listed

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LEVELS = 10
"""Steps of the colour scale: few enough to distinguish."""
_GAP, _ROOMY = 0.02, 6
"""Inches that are left free around a cell, in panels of at most so many layers and heads."""
_OVERLAP = -0.02
"""Of a cell's side: how far cells of larger panels reach into each other, so that no seam shows between them."""


def draw_heads(history: History) -> Drawn:
    """The plot, and why models are not in it."""
    found = heads(history)
    return heads_plot(found) if found else None, _headless(history, drawn=bool(found))


def heads_plot(found: Sequence[Heads]) -> Plot:
    """Normalised entropy of every head of every layer, as a heat map for each role of each model."""
    panels = Panels(len(found), (role for model in found for role, _ in model.cells))
    for row, model in enumerate(found):
        panels.name(row, model.model.text, model.part)
        for column, (role, cells) in enumerate(model.cells):
            axes = panels.panel(row, role, first=column == 0)
            _draw_cells(axes, cells, panels.size)
            if column == 0:
                axes.set_ylabel("head", fontsize=7.5, labelpad=2)
    _colour_bar(panels)
    caption: Prose = (
        "Normalised entropy of every head of every layer, a mean over images: a row of panels for each model. ", SHOWN,
        "Dark heads attend to few keys, bright ones to all alike. The scale has even steps and grows in "
        "lightness, so that it can be read without telling hues apart. An empty place means that there is no such "
        "head.",
    )  # fmt: skip
    return finish(panels.canvas, "heads", "Attention by head", caption)


def _headless(history: History, drawn: bool) -> tuple[Prose, ...]:
    """Why models are not in the plot by head, or why there is none."""
    left_out = headless(history)
    kept = [(model, file) for model, file in left_out if file is not None]
    told: list[Prose] = [
        ("There is no plot by head of ", model, ": the log does not hold the entropy of its heads. They are drawn in ",
         Code(file.name), ", a file of its measurement, with digest ", Code(file.digest, file.digest[:12]), ".")
        for model, file in kept
    ]  # fmt: skip
    unknown: list[Prose] = [(model,) for model, file in left_out if file is None]
    if not drawn and not kept:
        return (("There is no plot by head: no accepted measurement reports heads.",),)
    if unknown:
        told.append(("There is no plot by head of ", *listed(unknown), ", whose log has no entropy of heads."))
    return tuple(told)


def _draw_cells(axes: Axes, cells: Sequence[HeadCell], size: tuple[float, float]) -> None:
    from matplotlib.ticker import MaxNLocator

    layers, heads = max(cell.layer for cell in cells) + 1, max(cell.head for cell in cells) + 1
    gap = (_GAP * layers / size[0], _GAP * heads / size[1]) if max(layers, heads) <= _ROOMY else (_OVERLAP, _OVERLAP)
    for level, colour in enumerate(ramp()):
        corners = [(cell.layer, cell.head) for cell in cells if level_of(cell.value) == level]
        _squares(axes, corners, colour, gap)
    axes.set_xlim(-0.5, layers - 0.5)
    axes.set_ylim(-0.5, heads - 0.5)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    axes.spines[:].set(visible=True, color=drawn("muted"))
    axes.tick_params(labelleft=True)


def level_of(value: float) -> int:
    """The step of the colour scale that a value between 0 and 1 falls on."""
    return min(max(int(value * _LEVELS), 0), _LEVELS - 1)


def _squares(axes: Axes, centres: Sequence[tuple[float, float]], colour: str, gap: tuple[float, float]) -> None:
    """Squares of side 1, less a gap to the sides and up and down, all in one path, which keeps the drawing small."""
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    if not centres:
        return
    across, up = 0.5 - gap[0], 0.5 - gap[1]
    corners = ((-across, -up), (across, -up), (across, up), (-across, up))
    squares = [
        Path([*((x + side, y + rise) for side, rise in corners), (0, 0)], closed=True) for x, y in centres
    ]  # fmt: skip
    axes.add_patch(PathPatch(Path.make_compound_path(*squares), facecolor=colour, linewidth=0))


def ramp() -> list[str]:
    """Colours from dark to bright, the same in light and in dark: cividis, made for every kind of colour vision.

    Its darkest part is left out, so that a collapsed head stands off a dark page. Source: Nuñez et al. (2018), PLOS
    ONE 13.
    """
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    scale = colormaps["cividis"]
    return [to_hex(scale(0.12 + 0.88 * level / (_LEVELS - 1))) for level in range(_LEVELS)]


def _colour_bar(panels: Panels) -> None:
    width, height = 2.2, 0.11
    axes = panels.canvas.add_axes(
        (1.5 / WIDTH, 1 - 0.2 / panels.height, width / WIDTH, height / panels.height), label="colour bar"
    )
    for level, colour in enumerate(ramp()):
        _squares(axes, [(level + 0.5, 0.5)], colour, (0.0, 0.0))
    axes.set_xlim(0, _LEVELS)
    axes.set_ylim(0, 1)
    axes.set_yticks([])
    axes.set_xticks([0, _LEVELS / 2, _LEVELS], ["0", "0.5", "1"], fontsize=7.5)
    axes.tick_params(length=2, pad=1)
    axes.spines[:].set(visible=True, color=drawn("muted"))
    for x, words in ((0.06, "normalised entropy"), (1.5 + width + 0.15, "1: as uniform attention")):
        panels.canvas.text(x / WIDTH, 1 - 0.15 / panels.height, words, fontsize=8.5, va="center", parse_math=False)
