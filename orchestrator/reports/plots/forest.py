"""The forest plot: the decision metric of each model in the newest comparison, with its interval."""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.conclusions import conclusion, undetermined
from orchestrator.reports.plots.drawing import blank, finish, say
from orchestrator.reports.plots.plot import Drawn, Plot
from orchestrator.reports.plots.svg import drawn
from orchestrator.reports.prose import Code, ModelName, Prose
from orchestrator.reports.renderers import short
from store.evidence import Evidence
from store.kinds import statistics_metrics as s
from store.kinds.statistics import StatisticsSpec

_COLOURS = {"collapse shown": "bad", "shown not to collapse": "good"}


@dataclass(frozen=True, slots=True)
class ForestRow:
    """One model of the comparison."""

    model: ModelName
    mean: Evidence | None
    conclusion: str
    why: str = ""
    boundaries: tuple[float, ...] = ()
    """Means between which the look could not decide the model by itself."""


@dataclass(frozen=True, slots=True)
class Forest:
    """The decision metric by model, with the values it is held against."""

    metric: str
    null: float
    threshold: float
    rows: tuple[ForestRow, ...]


def draw_forest(history: History) -> Drawn:
    """The plot; none where no model was compared."""
    found = forest(history)
    return (_plot(found), ()) if found else (None, (("There is no forest plot: no accepted comparison has a mean.",),))


def forest(history: History) -> Forest | None:
    """The newest comparison; None when no model in it has a mean."""
    comparison = history.comparison
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return None
    spec = comparison.spec
    rows = tuple(
        ForestRow(
            model=model_name(history, model_id),
            mean=comparison.value(s.MEAN, model=model_id),
            boundaries=tuple(
                item.value
                for way in ("clear", "collapse")
                if (item := comparison.value(s.BOUNDARY, model=model_id, direction=way)) is not None
            ),
            conclusion=conclusion(comparison, model_id),
            why=undetermined(comparison, model_id),
        )
        for model_id in dict.fromkeys(source.model_id for source in spec.sources)
    )
    return Forest(spec.metric, spec.null, spec.threshold, rows) if any(row.mean for row in rows) else None


def _plot(found: Forest) -> Plot:
    height = 0.95 + 0.34 * len(found.rows)
    canvas = blank(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.95 / height))
    ends = [found.null, found.threshold]
    for place, row in enumerate(found.rows):
        colour = drawn(_COLOURS.get(row.conclusion, "muted"))
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
        sign = {"collapse shown": "●", "shown not to collapse": "○"}.get(row.conclusion, "?")
        say(axes, 1.03, place, f"{sign} {row.conclusion}")
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
        "Mean ", Code(found.metric), " of each model in the newest comparison, with an interval that is not adjusted "
        "for the number of models; the conclusion at the right is, by Holm. The dashed line is the null value, the "
        "solid line the threshold. Two strokes bound the means at which this look alone could not decide about a "
        "model.",
    )  # fmt: skip
    return finish(canvas, "forest", "The decision metric by model", caption)
