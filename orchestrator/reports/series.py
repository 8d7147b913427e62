"""What the plots show, taken from the log: layers of a model, models of a comparison, attempts at tasks. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from orchestrator.reports.measured import reading, undetermined
from orchestrator.reports.naming import model_name
from orchestrator.reports.past import Past
from orchestrator.reports.prose import ModelName
from orchestrator.reports.wording import status_words
from store.board import Task
from store.evidence import Evidence, Interval
from store.specs import Diagnostic, Statistics

_LAYER = {
    "vision": re.compile(r"layer/vision/(\d+)/entropy_norm"),
    "text": re.compile(r"layer/text/(\d+)/entropy_norm"),
    "score": re.compile(r"layer/(\d+)/mcs_norm"),
}


@dataclass(frozen=True, slots=True)
class Point:
    """A value at a layer, with its interval."""

    layer: int
    value: float
    interval: Interval | None


@dataclass(frozen=True, slots=True)
class Layers:
    """One model by layer: normalised entropy of each tower, and the score."""

    model: ModelName
    lines: tuple[tuple[str, tuple[Point, ...]], ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One model of the comparison."""

    model: ModelName
    mean: Evidence | None
    reading: str
    why: str = ""


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
    newest: dict[str, Task] = {}
    for task in past.diagnostics:
        if task.status == "accepted" and isinstance(task.spec, Diagnostic):
            newest[task.spec.model.id] = task
    found = []
    for task in newest.values():
        lines = tuple((key, points) for key, pattern in _LAYER.items() if (points := _points(task, pattern)))
        if lines and isinstance(task.spec, Diagnostic):
            found.append(Layers(ModelName.of(task.spec.model), lines))
    return tuple(found)


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
    if comparison is None or not isinstance(comparison.spec, Statistics):
        return None
    spec = comparison.spec
    rows = tuple(
        Row(
            model=model_name(past, model_id),
            mean=comparison.value(f"model/{model_id}/mean"),
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
            model = task.spec.model if isinstance(task.spec, Diagnostic) else None
            name = ModelName.of(model) if model is not None else None
            found.append(Lane(task.task_id, task.kind, name, task.status, status_words(task, past), bars))
    return tuple(found)
