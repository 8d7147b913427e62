"""What the plot by layer shows, taken from the log: each role and score of a model, layer by layer. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.parts.measurements import part_of
from orchestrator.reports.prose import ModelName
from orchestrator.reports.site_places import ROLES, SitePlace, collapsed
from store.evidence import Interval
from store.kinds.diagnostic import DiagnosticSpec
from store.task.state import Task

SCORES = {"score": "mcs_norm", "raw": "mcs_raw"}
"""Key of a line -> the score that it shows."""
_LAYER = {
    **{role: re.compile(rf"layer/{role}/(\d+)/entropy_norm") for role in ROLES},
    **{key: re.compile(rf"layer/(\d+)/{metric}") for key, metric in SCORES.items()},
}
_NULL = {key: re.compile(f"null/{pattern.pattern}") for key, pattern in _LAYER.items()}


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a layer, with its interval."""

    layer: int
    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Line:
    """Normalised entropy of a role, or a score, by layer."""

    key: str
    """A role of ROLES, or a key of SCORES."""
    points: tuple[Point, ...]
    uniform: float | None
    """What uniform attention gives, in closed form; None where the log does not tell."""
    null: tuple[Point, ...] = ()
    """The mean of random initialisations; its interval is the band in which one more of them would lie."""
    collapsed: tuple[Point, ...] = ()
    """Those of `points` that were judged collapsed."""


@dataclass(frozen=True, slots=True)
class Layers:
    """One model by layer."""

    model: ModelName
    part: str
    """Which part of the data was measured."""
    lines: tuple[Line, ...]


def layers(history: History) -> tuple[Layers, ...]:
    """The measurement of each model that is shown, if it reports layers."""
    found = []
    for task in history.measurements:
        bad = collapsed(task)
        lines = tuple(
            Line(
                key,
                points,
                _uniform(task, key),
                _points(task, _NULL[key]),
                tuple(point for point in points if SitePlace(key, point.layer).key in bad),
            )
            for key, pattern in _LAYER.items()
            if (points := _points(task, pattern))
        )
        if lines and isinstance(task.spec, DiagnosticSpec):
            found.append(Layers(ModelName.of(task.spec.model), part_of(task), lines))
    return tuple(found)


def _uniform(task: Task, key: str) -> float | None:
    """1 of normalised entropy and 0.5 of its score; the raw score follows the lengths of the sequences."""
    if key == "raw":
        return None if (item := task.value("mcs_raw_uniform")) is None else item.value
    return 0.5 if key == "score" else 1.0


def _points(task: Task, pattern: re.Pattern[str]) -> tuple[Point, ...]:
    points = [
        Point(int(found[1]), item.value, item.interval)
        for item in task.evidence
        if (found := pattern.fullmatch(item.metric)) is not None
    ]
    return tuple(sorted(points, key=lambda point: point.layer))
