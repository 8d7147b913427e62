"""What the plot by layer shows, taken from the log: each role and score of a model, layer by layer. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from orchestrator.reports.history import History
from orchestrator.reports.parts.measurements import part_of
from orchestrator.reports.prose import ModelName
from store.evidence import Interval
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics import DiagnosticFacts, DiagnosticSpec
from store.kinds.diagnostics_sites import ROLES, SitePlace
from store.metrics import Metric
from store.task.state import Task

SCORES = {"score": d.MCS_NORM.key(), "raw": d.MCS_RAW.key()}
"""Key of a line -> the score that it shows."""

_LAYER: Mapping[str, tuple[Metric, Metric, Mapping[str, str]]] = {
    **{role: (d.LAYER_ENTROPY_NORM, d.NULL_LAYER_ENTROPY_NORM, {"role": role}) for role in ROLES},
    **{key: (d.LAYER_SCORE, d.NULL_LAYER_SCORE, {"score": score}) for key, score in SCORES.items()},
}
"""Key of a line -> what it shows, its null, and which of them are meant."""


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
    """Value for uniform attention, in closed form; None where the log lacks it."""
    null: tuple[Point, ...] = ()
    """Mean of random initialisations; the interval is the prediction band for one further initialisation."""
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
        bad = DiagnosticFacts.read(task.facts).collapsed
        lines = tuple(
            Line(
                key,
                points,
                _uniform(task, key),
                _points(task, null, fields),
                tuple(point for point in points if SitePlace(key, point.layer).name in bad),
            )
            for key, (metric, null, fields) in _LAYER.items()
            if (points := _points(task, metric, fields))
        )
        if lines and isinstance(task.spec, DiagnosticSpec):
            found.append(Layers(ModelName.of(task.spec.model), part_of(task), lines))
    return tuple(found)


def _uniform(task: Task, key: str) -> float | None:
    """1 of normalised entropy and 0.5 of its score; the raw score follows the lengths of the sequences."""
    if key == "raw":
        return None if (item := task.value(d.MCS_RAW_UNIFORM)) is None else item.value
    return 0.5 if key == "score" else 1.0


def _points(task: Task, metric: Metric, fields: Mapping[str, str]) -> tuple[Point, ...]:
    points = [
        Point(int(key["layer"]), item.value, item.interval)
        for key, item in task.values(metric)
        if all(key[name] == value for name, value in fields.items())
    ]
    return tuple(sorted(points, key=lambda point: point.layer))
