"""The canvas of drawings that have a row of panels for each model, and a column for each role of attention."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from orchestrator.reports.plots.drawing import WIDTH, blank
from orchestrator.reports.plots.layer_series import SCORES
from orchestrator.reports.plots.svg import drawn
from orchestrator.reports.renderers import short
from store.kinds.diagnostics_sites import ROLES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_LEFT, _RIGHT, _BETWEEN = 0.42, 0.08, 0.2
_KEY, _NAME, _TITLE, _PANEL, _BELOW = 0.42, 0.24, 0.2, 1.0, 0.46
"""Inches. From the top: the key to all panels; then for each row its model's name, titles, panels, what is below."""
_ROW = _NAME + _TITLE + _PANEL + _BELOW

_TITLES = {**{role: role for role in ROLES}, **SCORES}


SHOWN = (
    "Each row shows one measurement, of the images named at its right end; of a model in the newest comparison it is "
    "the last that the comparison rests on. "
)
"""For captions."""


class Panels:
    """A canvas with a place for each model and key."""

    def __init__(self, rows: int, keys: Iterable[str]) -> None:
        found = set(keys)
        self.keys = [key for key in _TITLES if key in found]
        self.height = _KEY + _ROW * rows
        self.canvas: Canvas = blank(self.height)
        self.size = ((WIDTH - _LEFT - _RIGHT - _BETWEEN * (len(self.keys) - 1)) / len(self.keys), _PANEL)
        """Width and height of a panel, in inches."""

    def panel(self, row: int, key: str, first: bool) -> Axes:
        """The panel of a key; only the `first` of a row has words at its left."""
        column = self.keys.index(key)
        left = _LEFT + column * (self.size[0] + _BETWEEN)
        axes = self.canvas.add_axes(
            (left / WIDTH, self._up(row, _NAME + _TITLE + _PANEL), self.size[0] / WIDTH, _PANEL / self.height),
            label=f"{row}/{key}",
        )
        axes.set_title(_TITLES[key], loc="left", fontsize=8.5, color=drawn(key), pad=4)
        axes.tick_params(labelsize=7.5, labelleft=first)
        axes.set_xlabel("layer", fontsize=7.5, labelpad=1)
        return axes

    def name(self, row: int, text: str, note: str) -> None:
        """Write the name of a model over its row, and at the other end a note on it."""
        height = self._up(row, _NAME) + 0.02 / self.height
        self.canvas.text(
            0.06 / WIDTH, height, short(text, 80), va="bottom", fontsize=9.5, fontweight="bold", parse_math=False
        )
        self.canvas.text(
            1 - _RIGHT / WIDTH,
            height,
            note,
            va="bottom",
            ha="right",
            fontsize=8.5,
            color=drawn("muted"),
            parse_math=False,
        )

    def _up(self, row: int, down: float) -> float:
        """What lies `down` inches below the top of a row, as a share of the canvas from its foot."""
        return 1 - (_KEY + _ROW * row + down) / self.height
