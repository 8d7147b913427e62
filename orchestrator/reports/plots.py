"""The drawings of a report: by layer and head, a forest plot of the decision metric, the cycle's tasks in time."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.reports.drawing import blank, finish, say, short
from orchestrator.reports.head_plot import heads_plot
from orchestrator.reports.layer_plot import layers_plot
from orchestrator.reports.parts import Plot
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Code, Prose, listed
from orchestrator.reports.series import Forest, Lane, forest, headless, heads, lanes, layers
from orchestrator.reports.svg import RC, drawn
from orchestrator.reports.wording import STATUS_SIGNS

_READING_COLOURS = {"collapse shown": "bad", "shown not to collapse": "good"}
_OUTCOME_COLOURS = {"succeeded": "good", "failed": "bad", "blocked": "warn", "under way": "vision"}


def draw_plots(past: Past) -> tuple[tuple[Plot, ...], tuple[Prose, ...]]:
    """The drawings there is something to show in, and a sentence for each of the others."""
    import matplotlib.style

    plots: list[Plot] = []
    missing: list[Prose] = []
    with matplotlib.style.context(["default", RC]):
        if by_layer := layers(past):
            plots.append(layers_plot(by_layer))
        else:
            missing.append(("There is no plot by layer: no accepted measurement reports layers.",))
        if by_head := heads(past):
            plots.append(heads_plot(by_head))
        missing += _headless(past, drawn=bool(by_head))
        if compared := forest(past):
            plots.append(_forest_plot(compared))
        else:
            missing.append(("There is no forest plot: no accepted comparison has a mean.",))
        if timed := lanes(past):
            plots.append(_timeline_plot(timed))
        else:
            missing.append(("There is no timeline: no task of this cycle was ever claimed.",))
    return tuple(plots), tuple(missing)


def _headless(past: Past, drawn: bool) -> list[Prose]:
    """Why models are not in the plot by head, or why there is none."""
    left_out = headless(past)
    kept = [(model, file) for model, file in left_out if file is not None]
    told: list[Prose] = [
        ("There is no plot by head of ", model, ": the log does not hold the entropy of its heads. They are drawn in ",
         Code(file.name), ", a file of its measurement, with digest ", Code(file.digest, file.digest[:12]), ".")
        for model, file in kept
    ]  # fmt: skip
    unknown: list[Prose] = [(model,) for model, file in left_out if file is None]
    if not drawn and not kept:
        return [("There is no plot by head: no accepted measurement reports heads.",)]
    if unknown:
        told.append(("There is no plot by head of ", *listed(unknown), ", whose log has no entropy of heads."))
    return told


def _forest_plot(found: Forest) -> Plot:
    height = 0.95 + 0.34 * len(found.rows)
    canvas = blank(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.95 / height))
    ends = [found.null, found.threshold]
    for place, row in enumerate(found.rows):
        colour = drawn(_READING_COLOURS.get(row.reading, "muted"))
        say(axes, -0.03, place, short(row.model.text, 36), ha="right", ink=True)
        if row.mean is None:
            say(axes, 1.03, place, "? undetermined")
            continue
        axes.plot(row.boundaries, [place] * len(row.boundaries), linestyle="none", marker="|", markersize=11,
                  color=drawn("muted"))  # fmt: skip
        ends += row.boundaries
        interval = row.mean.interval
        low, high = (interval.low, interval.high) if interval else (row.mean.value, row.mean.value)
        ends += [low, high]
        axes.plot([low, high], [place, place], color=colour, linewidth=2, solid_capstyle="round")
        axes.plot([row.mean.value], [place], marker="D", markersize=5, color=colour)
        sign = {"collapse shown": "●", "shown not to collapse": "○"}.get(row.reading, "?")
        say(axes, 1.03, place, f"{sign} {row.reading}")
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
        "one the threshold. "
        "Strokes bound the means between which this look could not decide a model by itself.",
    )  # fmt: skip
    return finish(canvas, "forest", "The decision metric by model", caption)


def _timeline_plot(found: Sequence[Lane]) -> Plot:
    height = 0.75 + 0.30 * len(found)
    canvas = blank(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.6 / height))
    end = max(bar.start + bar.length for lane in found for bar in lane.bars) or 1.0
    divisor, unit = (1.0, "seconds") if end < 180 else (60.0, "minutes") if end < 10_800 else (3600.0, "hours")
    for place, lane in enumerate(found):
        name = lane.model.text if lane.model is not None else lane.kind
        say(axes, -0.03, place, short(name, 36), ha="right", ink=True)
        for bar in lane.bars:
            colour = drawn(_OUTCOME_COLOURS.get(bar.outcome, "muted"))
            axes.barh(place, max(bar.length, end / 250) / divisor, left=bar.start / divisor, height=0.52, color=colour,
                      linewidth=0)  # fmt: skip
        say(axes, 1.03, place, f"{STATUS_SIGNS[lane.status]} {lane.status_words}")
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
    return finish(canvas, "timeline", "The cycle's tasks in time", caption)
