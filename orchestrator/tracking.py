"""MLflow: where every task with numbers becomes a run, and the only place where evidence is minted."""

from __future__ import annotations

import json
import logging
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.artifacts import ArtifactStore
from orchestrator.runs import FINISHED, DatabaseRuns, LoggedRun, UnknownTables, reads
from orchestrator.signing import SignedHead
from store.base import DomainEvent
from store.canonical import canonical
from store.errors import BadInput, GonogoError, TrackingFailure, first_line
from store.evidence import Artifact, Evidence, Interval
from store.kinds.diagnostic import SAMPLES
from store.log.codec import decode, encode
from store.task.state import Task
from tasks.handler import Done, Measurement

if TYPE_CHECKING:
    from mlflow import MlflowClient

METRICS_PER_BATCH = 1000
PARAMS_PER_BATCH = 100
"""MLflow's own limits on one call of log_batch."""

TASK, OUTCOME = "gonogo.task", "gonogo.outcome"
"""Tags that tie a run to an attempt at a task, and to the kept manifest of what came of it."""

HEAD = "gonogo.head"
"""Tag of the experiment that holds the newest signed head of the log."""


@dataclass(frozen=True, slots=True)
class Logged:
    """What a run holds, once MLflow has taken all of it."""

    run_id: str
    summary: str
    evidence: tuple[Evidence, ...]
    artifacts: tuple[Artifact, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    run_sha256: str = ""
    """Of all numbers and parameters of the run, as `LoggedRun.sha256`."""
    told: tuple[DomainEvent, ...] = ()
    """Events that the outcome carries."""


class Tracker:
    """Logs finished work to an MLflow store, once per attempt at a task."""

    def __init__(self, uri: str, experiment: str, artifacts: ArtifactStore, artifact_root: Path) -> None:
        self.uri = uri
        self._experiment = experiment
        self._artifacts = artifacts
        self._artifact_root = artifact_root
        self._client: MlflowClient | None = None
        self._runs: DatabaseRuns | None = None
        self._experiment_id: str | None = None

    def recall(self, task: Task) -> Logged | None:
        """What an earlier process logged for this attempt before it could tell the log; None when there is nothing."""
        with self._talking():
            runs = self._runs_of(task)
            for run in runs:
                if run.info.status == FINISHED and OUTCOME in run.data.tags:
                    return self._from_manifest(run.info.run_id, run.data.tags[OUTCOME])
            for run in runs:
                if run.info.status == "RUNNING":
                    self._mlflow().set_terminated(run.info.run_id, "KILLED")
        return None

    def log(self, task: Task, done: Done, started: datetime, ended: datetime) -> Logged:
        """Log an outcome as a finished run and mint its evidence; TrackingFailure when MLflow does not take it."""
        _check_measurements(done.measurements)
        kept = {name: self._artifacts.keep(name, path) for name, path in sorted(done.files.items())}
        with self._talking():
            run_id = self._create(task, started)
            held = self._log_numbers(run_id, task, done)
            for path in done.files.values():
                self._mlflow().log_artifact(run_id, str(path))
            logged = replace(self._mint(run_id, done, kept), run_sha256=held.sha256)
            self._mlflow().set_tag(run_id, OUTCOME, self._keep_manifest(logged, done).digest)
            self._mlflow().set_terminated(run_id, FINISHED, end_time=_milliseconds(ended))
        return logged

    def keep_only(self, task: Task, run_id: str) -> None:
        """Mark every other run of this attempt as rejected: the log has decided which one counts."""
        with self._talking():
            for run in self._runs_of(task):
                if run.info.run_id != run_id and run.info.status != "KILLED":
                    self._mlflow().set_tag(run.info.run_id, "gonogo.rejected", "true")
                    self._mlflow().set_terminated(run.info.run_id, "KILLED")

    def metrics(self, run_id: str) -> Mapping[str, float] | None:
        """The metrics of a finished run; None when there is no such run."""
        run = self.run(run_id)
        return None if run is None else run.metrics

    def run(self, run_id: str) -> LoggedRun | None:
        """The numbers and parameters of a finished run; None when there is no such run.

        A database is asked itself, which takes milliseconds where loading MLflow takes seconds.
        """
        if reads(self.uri):
            with self._reading():
                return self._database().run(run_id)
        return self._run_by_mlflow(run_id)

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """What is no database of MLflow is an error, as MLflow would make it one; other databases are left to it."""
        try:
            yield
        except UnknownTables as error:
            if self.uri.startswith("sqlite:"):
                raise TrackingFailure(f"{_public(self.uri)} is no MLflow database that can be read: {error}") from None

    def _run_by_mlflow(self, run_id: str) -> LoggedRun | None:
        from mlflow.exceptions import MlflowException

        with self._talking():
            try:
                run = self._mlflow().get_run(run_id)
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
        if run.info.status != FINISHED:
            return None
        return LoggedRun(run_id, dict(run.data.metrics), dict(run.data.params))

    def anchor(self, signed: SignedHead) -> None:
        """Keep a signed head as a tag of the experiment, outside the workspace where the store is; else do nothing.

        Nothing is done where MLflow had no part in this process, as loading it takes seconds.
        """
        if self._client is not None:
            with self._talking():
                self._client.set_experiment_tag(self._experiment_number(), HEAD, signed.json())

    def anchored(self, experiment: str) -> str | None:
        """The signed head that MLflow keeps, as it stands there; None where there is none."""
        if reads(self.uri):
            with self._reading():
                return self._database().tag(experiment, HEAD)
        with self._talking():
            found = self._mlflow().get_experiment_by_name(experiment)
        return None if found is None else found.tags.get(HEAD)

    def _database(self) -> DatabaseRuns:
        self._runs = self._runs or DatabaseRuns(self.uri)
        return self._runs

    @property
    def missing(self) -> Path | None:
        """The file of a SQLite store that is not there; asking it would make an empty one."""
        path = Path(self.uri.removeprefix("sqlite:///")) if self.uri.startswith("sqlite:///") else None
        return path if path is not None and not path.exists() else None

    def copy_of(self, run_id: str, artifact: Artifact) -> Path | None:
        """MLflow's own copy of an artifact, where it lies in this workspace."""
        path = self._artifact_root / run_id / "artifacts" / artifact.name
        return path if path.is_file() else None

    def _create(self, task: Task, started: datetime) -> str:
        tags = {
            TASK: _attempt(task),
            "gonogo.kind": task.kind,
            "gonogo.cycle": str(task.cycle),
            "gonogo.subject": task.subject,
        }
        run = self._mlflow().create_run(
            self._experiment_number(), start_time=_milliseconds(started), tags=tags, run_name=task.title
        )
        return str(run.info.run_id)

    def _log_numbers(self, run_id: str, task: Task, done: Done) -> LoggedRun:
        from mlflow.entities import Metric, Param

        client, at = self._mlflow(), _milliseconds(datetime.now().astimezone())
        params = [Param(key, value[:6000]) for key, value in sorted(done.parameters.items())]
        params.append(Param("task_id", task.task_id))
        for batch in _batches(params, PARAMS_PER_BATCH):
            client.log_batch(run_id, params=batch)
        metrics = [
            Metric(key, value, at, 0)
            for item in done.measurements
            for key, value in (
                (item.metric, item.value),
                (f"{item.metric}/low", item.low),
                (f"{item.metric}/high", item.high),
            )
            if value is not None
        ]
        for metric_batch in _batches(metrics, METRICS_PER_BATCH):
            client.log_batch(run_id, metrics=metric_batch)
        for name, text in sorted(done.facts.told().items()):
            client.set_tag(run_id, f"fact.{_tag_name(name)}", text[:5000])
        numbers = {each.key: float(each.value) for each in metrics}
        return LoggedRun(run_id, numbers, {each.key: each.value for each in params})

    def _mint(self, run_id: str, done: Done, kept: Mapping[str, Artifact]) -> Logged:
        source = kept.get(SAMPLES) or next(iter(kept.values()), None)
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
        return Logged(run_id, done.summary, evidence, tuple(kept.values()), done.facts.told(), told=done.told)

    def _keep_manifest(self, logged: Logged, done: Done) -> Artifact:
        content = canonical(
            {
                "summary": logged.summary,
                "facts": dict(logged.facts),
                "evidence": [item.model_dump(mode="json") for item in logged.evidence],
                "artifacts": [item.model_dump(mode="json") for item in logged.artifacts],
                "parameters": dict(done.parameters),
                "run_sha256": logged.run_sha256,
                "told": [encode(event) for event in logged.told],
            }
        )
        self._artifact_root.mkdir(parents=True, exist_ok=True)
        path = self._artifact_root / f".{logged.run_id}.json"
        path.write_text(content, encoding="utf-8")
        try:
            return self._artifacts.keep("outcome.json", path)
        finally:
            path.unlink()

    def _from_manifest(self, run_id: str, digest: str) -> Logged:
        data = json.loads(self._artifacts.find(digest).read_text(encoding="utf-8"))
        return Logged(
            run_id,
            data["summary"],
            tuple(Evidence.model_validate(item) for item in data["evidence"]),
            tuple(Artifact.model_validate(item) for item in data["artifacts"]),
            data["facts"],
            data.get("run_sha256", ""),
            tuple(decode(*event) for event in data.get("told", [])),
        )

    def _runs_of(self, task: Task) -> Sequence[Any]:
        query = f"tags.`{TASK}` = '{_attempt(task)}'"
        return list(self._mlflow().search_runs([self._experiment_number()], filter_string=query))

    def _experiment_number(self) -> str:
        if self._experiment_id is None:
            client = self._mlflow()
            found = client.get_experiment_by_name(self._experiment)
            if found is None:
                root = self._artifact_root.resolve()
                location = root.as_uri() if self.uri.startswith("sqlite:") else None
                root.mkdir(parents=True, exist_ok=True)
                self._experiment_id = str(client.create_experiment(self._experiment, artifact_location=location))
            else:
                self._experiment_id = str(found.experiment_id)
        return self._experiment_id

    def _mlflow(self) -> MlflowClient:
        if self._client is None:
            for name in ("alembic", "mlflow", "sqlalchemy"):
                logging.getLogger(name).setLevel(logging.CRITICAL)  # what they have to say comes as an exception
            from mlflow import MlflowClient

            self._client = MlflowClient(tracking_uri=self.uri)
        return self._client

    @contextmanager
    def _talking(self) -> Iterator[None]:
        try:
            yield
        except GonogoError:
            raise
        except OSError:
            raise
        except Exception as error:
            said = first_line(error)
            raise TrackingFailure(f"MLflow at {_public(self.uri)} did not answer as it should: {said}") from error


def _attempt(task: Task) -> str:
    """A returned task is done again, under a run of its own; a crashed one is not."""
    return f"{task.task_id}/{task.returns}"


def _check_measurements(measurements: Sequence[Measurement]) -> None:
    seen: set[str] = set()
    for item in measurements:
        if not re.fullmatch(r"[\w\-. :/]{1,240}", item.metric):
            raise BadInput(f"{item.metric!r} cannot be the name of a metric")
        if item.metric in seen:
            raise BadInput(f"the metric {item.metric} was measured twice in one task")
        if not all(math.isfinite(value) for value in (item.value, item.low, item.high) if value is not None):
            raise BadInput(f"the metric {item.metric} is not a finite number; an undefined one must be left out")
        seen.add(item.metric)


def _tag_name(label: str) -> str:
    return re.sub(r"[^\w\-. :/]", "_", label)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _batches(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _public(uri: str) -> str:
    """The address without a password."""
    return re.sub(r"//[^/@]*@", "//…@", uri)
