"""What all drawings share: a canvas of the page's width, words on it, and the way from a canvas to a plot."""

from __future__ import annotations

from typing import TYPE_CHECKING

from orchestrator.reports.plots.plot import Plot
from orchestrator.reports.plots.svg import FONT, drawn, finished, is_on_paper, printed
from orchestrator.reports.prose import Prose, plain

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

WIDTH = 8.6
"""Inches."""


def blank(height: float) -> Canvas:
    """An empty canvas, `height` in inches."""
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(WIDTH, height))


def finish(canvas: Canvas, name: str, title: str, caption: Prose) -> Plot:
    """The canvas as a plot of a report."""
    if is_on_paper():
        return Plot(name, title, caption, (), printed(canvas))
    return Plot(name, title, caption, (finished(canvas, name, title, plain(caption)),))


def say(axes: Axes, x: float, place: int, text: str, ha: str = "left", ink: bool = False) -> None:
    """Write words next to a row of the plot; `x` in widths of the axes."""
    axes.text(x, place, text, transform=axes.get_yaxis_transform(), ha=ha, va="center", fontsize=8.5, family=FONT,
              color=drawn("ink" if ink else "muted"), parse_math=False)  # fmt: skip
