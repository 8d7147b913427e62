"""The timeline: the cycle's tasks and the attempts at them, by the timestamps of the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.plots.drawing import blank, finish, say
from orchestrator.reports.plots.plot import Drawn, Plot
from orchestrator.reports.plots.svg import drawn
from orchestrator.reports.prose import ModelName, Prose
from orchestrator.reports.renderers import short
from orchestrator.reports.wording import STATUS_SIGNS, status_words
from store.kinds.diagnostics import DiagnosticSpec

_COLOURS = {"succeeded": "good", "failed": "bad", "blocked": "warn", "under way": "vision"}


@dataclass(frozen=True, slots=True)
class Bar:
    """One attempt at a task, in seconds since the cycle opened."""

    start: float
    length: float
    outcome: str


@dataclass(frozen=True, slots=True)
class Lane:
    """A task and the attempts at it."""

    task_id: str
    kind: str
    model: ModelName | None
    status: str
    status_words: str
    bars: tuple[Bar, ...]


def draw_timeline(history: History) -> Drawn:
    """The plot; none where nothing was begun."""
    found = lanes(history)
    return (
        (_plot(found), ()) if found else (None, (("There is no timeline: no task of this cycle was ever claimed.",),))
    )


def lanes(history: History) -> tuple[Lane, ...]:
    """The cycle's tasks that were ever claimed."""
    opened = history.cycle.opened_at
    found = []
    for task in history.tasks:
        bars = tuple(
            Bar(
                start=(attempt.began - opened).total_seconds(),
                length=((attempt.ended or history.ended_at) - attempt.began).total_seconds(),
                outcome=attempt.outcome,
            )
            for attempt in history.attempts.get(task.task_id, ())
        )
        if bars:
            model = task.spec.model if isinstance(task.spec, DiagnosticSpec) else None
            name = ModelName.of(model) if model is not None else None
            found.append(Lane(task.task_id, task.kind, name, task.status, status_words(task, history), bars))
    return tuple(found)


def _plot(found: Sequence[Lane]) -> Plot:
    height = 0.75 + 0.30 * len(found)
    canvas = blank(height)
    axes = canvas.add_axes((0.30, 0.5 / height, 0.47, 1 - 0.6 / height))
    end = max(bar.start + bar.length for lane in found for bar in lane.bars) or 1.0
    divisor, unit = (1.0, "seconds") if end < 180 else (60.0, "minutes") if end < 10_800 else (3600.0, "hours")
    for place, lane in enumerate(found):
        name = lane.model.text if lane.model is not None else lane.kind
        say(axes, -0.03, place, short(name, 36), ha="right", ink=True)
        for bar in lane.bars:
            colour = drawn(_COLOURS.get(bar.outcome, "muted"))
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
        "Every attempt at a task, by the timestamps of the log, with the task's status at the right. The colour of a "
        "bar is the outcome of the attempt: succeeded is green, failed red, blocked amber.",
    )
    return finish(canvas, "timeline", "The cycle's tasks in time", caption)
