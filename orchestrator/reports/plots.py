"""The drawings of a report: models by layer, a forest plot of the decision metric, the cycle's tasks in time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from orchestrator.reports.parts import Plot
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Code, Prose, plain
from orchestrator.reports.series import Forest, Lane, Layers, forest, lanes, layers
from orchestrator.reports.svg import FONT, RC, drawn, finished
from orchestrator.reports.voices import clean
from orchestrator.reports.wording import STATUS_SIGNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure as Canvas

_WIDTH = 8.6
_LEGEND, _PANEL, _BELOW_PANEL = 0.3, 2.3, 0.5
"""Inches: the legend above all panels, a panel with all that is around it, and what of that is below."""
_LINES = {
    "vision": ("vision, normalised entropy", "-", "o"),
    "text": ("text, normalised entropy", (0, (5, 2)), "s"),
    "score": ("mcs_norm", (0, (1, 1.4)), "D"),
}
_READING_COLOURS = {"collapse shown": "bad", "shown not to collapse": "good"}
_OUTCOME_COLOURS = {"succeeded": "good", "failed": "bad", "blocked": "warn", "under way": "vision"}


def draw_plots(past: Past) -> tuple[tuple[Plot, ...], tuple[Prose, ...]]:
    """The drawings there is something to show in, and a sentence for each of the others."""
    import matplotlib.style

    plots: list[Plot] = []
    missing: list[Prose] = []
    with matplotlib.style.context(["default", RC]):
        if by_layer := layers(past):
            plots.append(_layers_plot(by_layer))
        else:
            missing.append(("There is no plot by layer: no accepted measurement reports layers.",))
        if compared := forest(past):
            plots.append(_forest_plot(compared))
        else:
            missing.append(("There is no forest plot: no accepted comparison has a mean.",))
        if timed := lanes(past):
            plots.append(_timeline_plot(timed))
        else:
            missing.append(("There is no timeline: no task of this cycle was ever claimed.",))
    return tuple(plots), tuple(missing)


def _plot(canvas: Canvas, name: str, title: str, caption: Prose) -> Plot:
    return Plot(name, title, caption, finished(canvas, name, title, plain(caption)))


def _layers_plot(found: Sequence[Layers]) -> Plot:
    columns = min(3, len(found))
    rows = math.ceil(len(found) / columns)
    height = _LEGEND + _PANEL * rows
    canvas = _canvas(height)
    width = 0.95 / columns
    for index, model in enumerate(found):
        row, column = divmod(index, columns)
        bottom = height - _LEGEND - _PANEL * (row + 1) + _BELOW_PANEL
        place = (0.05 + column * width, bottom / height, width - 0.03, (_PANEL - _BELOW_PANEL - 0.35) / height)
        _draw_layers(canvas.add_axes(place), model, labelled=column == 0)
    x = 0.05
    for key, (label, dash, marker) in _LINES.items():
        _legend_entry(canvas, x, 1 - 0.13 / height, label, drawn(key), dash, marker)
        x += 0.16 if key == "score" else 0.27
    _legend_entry(canvas, x, 1 - 0.13 / height, "uniform attention", drawn("muted"), (0, (3, 3)), None)
    caption: Prose = (
        "Normalised entropy of the vision and the text tower and ", Code("mcs_norm"),
        " by layer, one panel a model; bands are intervals. The dashed lines are the exact null of uniform attention, "
        "the entropy at the upper one and the score at the lower: it is known in closed form, so they have no band.",
    )  # fmt: skip
    return _plot(canvas, "layers", "Attention by layer", caption)


def _draw_layers(axes: Axes, model: Layers, labelled: bool) -> None:
    from matplotlib.ticker import MaxNLocator

    for level in (0.5, 1.0):
        axes.axhline(level, color=drawn("muted"), linewidth=0.8, linestyle=(0, (3, 3)))
    for key, points in model.lines:
        _, dash, marker = _LINES[key]
        at, values = [point.layer for point in points], [point.value for point in points]
        banded = [point for point in points if point.interval is not None]
        if banded:
            low = [point.interval.low for point in banded if point.interval]
            high = [point.interval.high for point in banded if point.interval]
            axes.fill_between([p.layer for p in banded], low, high, color=drawn(key), alpha=0.18, linewidth=0)
        axes.plot(at, values, color=drawn(key), linestyle=dash, linewidth=1.5, marker=marker, markersize=3)
    axes.set_ylim(0, 1.06)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1))
    axes.set_xlabel("layer", fontsize=8)
    axes.tick_params(labelsize=8, labelleft=labelled)
    axes.grid(axis="y")
    axes.set_axisbelow(True)
    axes.set_title(_short(model.model.text, 34), loc="left", fontsize=9, fontweight="bold", parse_math=False)


def _forest_plot(found: Forest) -> Plot:
    height = 0.95 + 0.34 * len(found.rows)
    canvas = _canvas(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.95 / height))
    ends = [found.null, found.threshold]
    for place, row in enumerate(found.rows):
        colour = drawn(_READING_COLOURS.get(row.reading, "muted"))
        _say(axes, -0.03, place, _short(row.model.text, 36), ha="right", ink=True)
        if row.mean is None:
            _say(axes, 1.03, place, "? undetermined")
            continue
        interval = row.mean.interval
        low, high = (interval.low, interval.high) if interval else (row.mean.value, row.mean.value)
        ends += [low, high]
        axes.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        axes.plot([row.mean.value], [place], marker="D", markersize=5, color=colour)
        sign = {"collapse shown": "●", "shown not to collapse": "○"}.get(row.reading, "?")
        _say(axes, 1.03, place, f"{sign} {row.reading}")
    margin = 0.06 * (max(ends) - min(ends) or 1)
    axes.set_xlim(min(ends) - margin, max(ends) + margin)
    axes.set_ylim(len(found.rows) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    for value, label, dash in ((found.null, "null", (0, (3, 3))), (found.threshold, "threshold", "-")):
        axes.axvline(value, color=drawn("muted"), linewidth=1, linestyle=dash, zorder=0)
        axes.annotate(label, (value, 1), xycoords=("data", "axes fraction"), xytext=(0, 3), textcoords="offset points",
                      ha="center", va="bottom", fontsize=8, color=drawn("muted"))  # fmt: skip
    axes.set_xlabel(f"mean {found.metric}", fontsize=8.5)
    caption: Prose = (
        "Mean ", Code(found.metric), " of each model in the newest comparison with its interval, not corrected "
        "for the number of models; the reading beside it is, by Holm. The dashed line is the null value, the solid "
        "one the threshold.",
    )  # fmt: skip
    return _plot(canvas, "forest", "The decision metric by model", caption)


def _timeline_plot(found: Sequence[Lane]) -> Plot:
    height = 0.75 + 0.30 * len(found)
    canvas = _canvas(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.6 / height))
    end = max(bar.start + bar.length for lane in found for bar in lane.bars) or 1.0
    divisor, unit = (1.0, "seconds") if end < 180 else (60.0, "minutes") if end < 10_800 else (3600.0, "hours")
    for place, lane in enumerate(found):
        name = lane.model.text if lane.model is not None else lane.kind
        _say(axes, -0.03, place, _short(name, 36), ha="right", ink=True)
        for bar in lane.bars:
            colour = drawn(_OUTCOME_COLOURS.get(bar.outcome, "muted"))
            axes.barh(place, max(bar.length, end / 250) / divisor, left=bar.start / divisor, height=0.52, color=colour,
                      linewidth=0)  # fmt: skip
        _say(axes, 1.03, place, f"{STATUS_SIGNS[lane.status]} {lane.status_words}")
    axes.set_xlim(0, end * 1.01 / divisor)
    axes.set_ylim(len(found) - 0.4, -0.6)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_axisbelow(True)
    axes.set_xlabel(f"{unit} since the cycle opened", fontsize=8.5)
    caption: Prose = (
        "Every attempt at a task, by the timestamps of the log; beside it the task's status. The colour of a bar is "
        "the outcome of the attempt: succeeded is green, failed red, blocked amber.",
    )
    return _plot(canvas, "timeline", "The cycle's tasks in time", caption)


def _canvas(height: float) -> Canvas:
    from matplotlib.figure import Figure as Canvas

    return Canvas(figsize=(_WIDTH, height))


def _say(axes: Axes, x: float, place: int, text: str, ha: str = "left", ink: bool = False) -> None:
    axes.text(x, place, text, transform=axes.get_yaxis_transform(), ha=ha, va="center", fontsize=8.5, family=FONT,
              color=drawn("ink" if ink else "muted"), parse_math=False)  # fmt: skip


def _legend_entry(
    canvas: Canvas, x: float, y: float, label: str, colour: str, dash: object, marker: str | None
) -> None:
    from matplotlib.lines import Line2D

    sample = Line2D([x, x + 0.035], [y, y], color=colour, linestyle=dash, linewidth=1.5, marker=marker, markersize=3)
    canvas.add_artist(sample)
    canvas.text(x + 0.043, y, label, fontsize=8.5, va="center", parse_math=False)


def _short(text: str, most: int) -> str:
    """The text, with its middle left out when it is too long for its place."""
    text = clean(text)
    if len(text) <= most:
        return text
    keep = most - 1
    return f"{text[: keep - keep // 2]}…{text[-(keep // 2) :]}"
