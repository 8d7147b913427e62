"""What the plots show, taken from the log: layers of a model, models of a comparison, attempts at tasks. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.reports.measured import reading, undetermined
from orchestrator.reports.naming import model_name
from orchestrator.reports.past import Past
from orchestrator.reports.places import ROLES, Place, collapsed, places
from orchestrator.reports.places import heads as heads_of
from orchestrator.reports.prose import ModelName
from orchestrator.reports.wording import status_words
from store.evidence import Artifact, Evidence, Interval
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
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
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Cell:
    """A head of a layer."""

    layer: int
    head: int
    value: float


@dataclass(frozen=True, slots=True)
class Heads:
    """One model by layer and head: normalised entropy, role by role."""

    model: ModelName
    cells: tuple[tuple[str, tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the comparison."""

    model: ModelName
    mean: Evidence | None
    reading: str
    why: str = ""
    boundaries: tuple[float, ...] = ()
    """Means between which the look could not decide the model by itself."""


@dataclass(frozen=True, slots=True)
class Forest:
    """The decision metric by model, with the values it is held against."""

    metric: str
    null: float
    threshold: float
    rows: tuple[Row, ...]


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


def layers(past: Past) -> tuple[Layers, ...]:
    """The newest accepted measurement of each model that reports layers."""
    found = []
    for task in past.measurements:
        bad = collapsed(task)
        lines = tuple(
            Line(
                key,
                points,
                _uniform(task, key),
                _points(task, _NULL[key]),
                tuple(point for point in points if Place(key, point.layer).key in bad),
            )
            for key, pattern in _LAYER.items()
            if (points := _points(task, pattern))
        )
        if lines and isinstance(task.spec, DiagnosticSpec):
            found.append(Layers(ModelName.of(task.spec.model), lines))
    return tuple(found)


def _uniform(task: Task, key: str) -> float | None:
    """1 of normalised entropy and 0.5 of its score; the raw score follows the lengths of the sequences."""
    if key == "raw":
        return None if (item := task.value("mcs_raw_uniform")) is None else item.value
    return 0.5 if key == "score" else 1.0


def heads(past: Past) -> tuple[Heads, ...]:
    """The newest accepted measurement of each model whose log holds the entropy of heads."""
    found = []
    for task in past.measurements:
        where = places(task)
        by_role: dict[str, list[Cell]] = {}
        for site, by_head in heads_of(task).items():
            place = where.get(site)
            if place is not None and place.layer is not None:
                layer = [Cell(place.layer, head, item.value) for head, item in by_head.items()]
                by_role.setdefault(place.role, []).extend(layer)
        if by_role and isinstance(task.spec, DiagnosticSpec):
            cells = tuple((role, tuple(by_role[role])) for role in ROLES if role in by_role)
            found.append(Heads(ModelName.of(task.spec.model), cells))
    return tuple(found)


def headless(past: Past) -> tuple[tuple[ModelName, Artifact | None], ...]:
    """Measured models without heads in the log, and the picture of them that the task left, if it did."""
    shown = {model.model.id for model in heads(past)}
    return tuple(
        (
            ModelName.of(task.spec.model),
            next((file for file in task.artifacts if file.name == "heads.png"), None),
        )
        for task in past.measurements
        if isinstance(task.spec, DiagnosticSpec) and task.spec.model.id not in shown
    )


def _points(task: Task, pattern: re.Pattern[str]) -> tuple[Point, ...]:
    points = [
        Point(int(found[1]), item.value, item.interval)
        for item in task.evidence
        if (found := pattern.fullmatch(item.metric)) is not None
    ]
    return tuple(sorted(points, key=lambda point: point.layer))


def forest(past: Past) -> Forest | None:
    """The newest comparison; None when no model in it has a mean."""
    comparison = past.comparison
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return None
    spec = comparison.spec
    rows = tuple(
        Row(
            model=model_name(past, model_id),
            mean=comparison.value(f"model/{model_id}/mean"),
            boundaries=tuple(
                item.value
                for way in ("clear", "collapse")
                if (item := comparison.value(f"model/{model_id}/{way}/boundary")) is not None
            ),
            reading=reading(comparison, model_id),
            why=undetermined(comparison, model_id),
        )
        for model_id in dict.fromkeys(source.model_id for source in spec.sources)
    )
    return Forest(spec.metric, spec.null, spec.threshold, rows) if any(row.mean for row in rows) else None


def lanes(past: Past) -> tuple[Lane, ...]:
    """The cycle's tasks that were ever claimed."""
    opened = past.cycle.opened_at
    found = []
    for task in past.tasks:
        bars = tuple(
            Bar(
                start=(attempt.began - opened).total_seconds(),
                length=((attempt.ended or past.ended_at) - attempt.began).total_seconds(),
                outcome=attempt.outcome,
            )
            for attempt in past.attempts.get(task.task_id, ())
        )
        if bars:
            model = task.spec.model if isinstance(task.spec, DiagnosticSpec) else None
            name = ModelName.of(model) if model is not None else None
            found.append(Lane(task.task_id, task.kind, name, task.status, status_words(task, past), bars))
    return tuple(found)
