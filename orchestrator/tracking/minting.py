"""Mints evidence: from the outcome of a task whose run MLflow has taken, or from the manifest of an earlier process."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from store.base import DomainEvent
from store.canonical import canonical
from store.errors import BadInput, NewerSchema, UndecodableEvent, first_line
from store.evidence import Artifact, Evidence, Interval
from store.facts import Facts
from store.kinds.diagnostics import SAMPLES
from store.kinds.kind import Kind
from store.log.codec import decode, encode
from store.metrics import MetricTable
from tasks.handler import Done, Measurement


@dataclass(frozen=True, slots=True)
class Logged:
    """An outcome whose numbers MLflow has taken, with the evidence that was minted from them."""

    run_id: str
    summary: str
    evidence: tuple[Evidence, ...]
    artifacts: tuple[Artifact, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    run_sha256: str = ""
    """Of all numbers and parameters of the run, as `LoggedRun.sha256`."""
    told: tuple[DomainEvent, ...] = ()
    """Events of other subjects that are appended with the evidence."""


def check_measurements(measurements: Sequence[Measurement]) -> None:
    """Raise BadInput for a metric that MLflow cannot name, that is measured twice, or is not a finite number."""
    seen: set[str] = set()
    for item in measurements:
        if not re.fullmatch(r"[\w\-. :/]{1,240}", item.metric):
            raise BadInput(f"{item.metric!r} cannot be the name of a metric")
        if item.metric in seen:
            raise BadInput(f"the metric {item.metric} was measured twice in one task")
        if not all(math.isfinite(value) for value in (item.value, item.low, item.high) if value is not None):
            raise BadInput(f"the metric {item.metric} is not a finite number; an undefined one must be left out")
        seen.add(item.metric)


def check_kind(done: Done, kind: Kind) -> None:
    """Raise BadInput for what the kind of a task does not define: a metric, a value outside its range, facts, events.

    Values may lie outside their range by a thousandth of a unit, as sums in single precision do.
    """
    if type(done.facts) not in (Facts, kind.facts):
        raise BadInput(f"a task of kind {kind.name} tells no {type(done.facts).__name__}; give {kind.facts.__name__}")
    for event in done.told:
        if event.type not in kind.tells:
            raise BadInput(f"a task of kind {kind.name} may not tell of {event.type}")
    known = MetricTable(kind.metrics)
    for item in done.measurements:
        metric = known.find(item.metric)
        if metric is None:
            raise BadInput(f"a task of kind {kind.name} has no metric {item.metric}; define it in its room")
        low, high = metric.range
        if not low - _ROUNDING <= item.value <= high + _ROUNDING:
            raise BadInput(f"{item.metric} is {item.value:g}, and cannot lie outside {low:g} to {high:g}")


_ROUNDING = 1e-3


def mint(run_id: str, run_sha256: str, done: Done, kept: Mapping[str, Artifact]) -> Logged:
    """Evidence for each cited measurement of an outcome, bound to its run and to the artifact that holds its samples.

    `kept` are the files of the outcome, by name.
    """
    source = kept.get(SAMPLES) or next(iter(kept.values()), None)  # else the first by name
    evidence = tuple(
        Evidence(
            run_id=run_id,
            metric=item.metric,
            value=item.value,
            interval=None if item.low is None or item.high is None else Interval(low=item.low, high=item.high),
            n=item.n,
            unit=item.unit,
            digest=source.digest if source else None,
        )
        for item in done.measurements
        if item.cited
    )
    return Logged(run_id, done.summary, evidence, tuple(kept.values()), done.facts.told(), run_sha256, done.told)


def manifest(logged: Logged, parameters: Mapping[str, str]) -> str:
    """An outcome as canonical JSON, from which `recalled` gives the same `Logged` again."""
    return canonical(
        {
            "summary": logged.summary,
            "facts": dict(logged.facts),
            "evidence": [item.model_dump(mode="json") for item in logged.evidence],
            "artifacts": [item.model_dump(mode="json") for item in logged.artifacts],
            "parameters": dict(parameters),
            "run_sha256": logged.run_sha256,
            "told": [encode(event) for event in logged.told],
        }
    )


def recalled(run_id: str, data: Mapping[str, Any]) -> Logged:
    """The outcome that a manifest holds; NewerSchema where it holds what only another version can read."""
    try:
        return _recalled(run_id, data)
    except (KeyError, TypeError, ValueError, UndecodableEvent) as error:  # its digest was checked: it is as it was kept
        raise NewerSchema(
            f"MLflow run {run_id} holds an outcome that another version logged ({first_line(error)}); upgrade gonogo"
        ) from error


def _recalled(run_id: str, data: Mapping[str, Any]) -> Logged:
    return Logged(
        run_id,
        data["summary"],
        tuple(Evidence.model_validate(item) for item in data["evidence"]),
        tuple(Artifact.model_validate(item) for item in data["artifacts"]),
        data["facts"],
        data.get("run_sha256", ""),
        tuple(decode(*event) for event in data.get("told", ())),
    )
