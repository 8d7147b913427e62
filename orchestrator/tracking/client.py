"""MLflow's client for one experiment, loaded at its first use; whatever it raises becomes a TrackingFailure."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from orchestrator.artifacts import partial_folder
from orchestrator.tracking.owner import LOG, WORKSPACE, Owner
from orchestrator.tracking.runs import OUTCOME, FoundRun, LoggedRun, reads
from orchestrator.tracking.standing import ACTIVE, Standing, public, restoring_experiment
from store.errors import GonogoError, StoreBusy, TrackingFailure, first_line
from tasks.handler import Done

if TYPE_CHECKING:
    from mlflow import MlflowClient
    from mlflow.entities import Experiment

METRICS_PER_BATCH = 1000
PARAMS_PER_BATCH = 100
"""MLflow's own limits on one call of log_batch."""


class Client:
    """Talks to one experiment of an MLflow store. Every method raises TrackingFailure when the store fails."""

    def __init__(self, uri: str, owner: Owner) -> None:
        self.uri = uri
        self._owner = owner
        self._loaded: MlflowClient | None = None
        self._experiment_id: str | None = None

    @property
    def used(self) -> bool:
        """Whether MLflow was loaded, which takes seconds."""
        return self._loaded is not None

    def find(self, tag: str, value: str) -> Sequence[FoundRun]:
        """The runs of this log in the experiment that have this tag, the newest first."""
        wanted = f"tags.`{tag}` = '{value}' and tags.`{LOG}` = '{self._owner.origin}'"
        with self._failures() as client:
            found = client.search_runs([self._number(client)], filter_string=wanted)
        return [FoundRun(str(run.info.run_id), str(run.info.status), dict(run.data.tags)) for run in found]

    def run(self, run_id: str) -> LoggedRun | None:
        """The numbers and parameters of a finished run of any experiment; None when there is no such run."""
        found = self.standing(run_id)
        if found is None or not found.counts:
            return None
        with self._failures() as client:
            run = client.get_run(run_id)
        data = run.data
        return LoggedRun(
            run_id, dict(data.metrics), dict(data.params), str(run.info.artifact_uri), data.tags.get(OUTCOME, "")
        )

    def standing(self, run_id: str) -> Standing | None:
        """Where a run of any experiment stands; None when there is no such run."""
        from mlflow.exceptions import MlflowException

        with self._failures() as client:
            try:
                run = client.get_run(run_id).info
            except MlflowException as error:
                if error.error_code == "RESOURCE_DOES_NOT_EXIST":
                    return None
                raise
            experiment = client.get_experiment(run.experiment_id)
        return Standing(str(run.status), run.lifecycle_stage, str(run.experiment_id), experiment.lifecycle_stage)

    def create(self, name: str, started: datetime, tags: Mapping[str, str]) -> str:
        """Begin a run; its id."""
        with self._failures() as client:
            number = self._number(client)
            tagged = {**tags, LOG: self._owner.origin}
            run = client.create_run(number, start_time=_milliseconds(started), tags=tagged, run_name=name)
            return str(run.info.run_id)

    def log(self, run_id: str, done: Done, parameters: Mapping[str, str]) -> LoggedRun:
        """Log an outcome's measurements, facts and files to a run, with its own and more parameters.

        Gives the numbers and parameters as they were sent.
        """
        from mlflow.entities import Metric, Param

        at = _milliseconds(datetime.now().astimezone())
        params = [Param(key, value[:6000]) for key, value in sorted(done.parameters.items())]
        params += [Param(key, value) for key, value in parameters.items()]
        numbers = {
            key: float(value)
            for item in done.measurements
            for key, value in (
                (item.metric, item.value),
                (f"{item.metric}/low", item.low),
                (f"{item.metric}/high", item.high),
            )
            if value is not None
        }
        with self._failures() as client:
            for batch in _batches(params, PARAMS_PER_BATCH):
                client.log_batch(run_id, params=batch)
            for batch in _batches([Metric(key, value, at, 0) for key, value in numbers.items()], METRICS_PER_BATCH):
                client.log_batch(run_id, metrics=batch)
            for label, text in sorted(done.facts.told().items()):
                client.set_tag(run_id, f"fact.{_tag_name(label)}", text[:5000])
            for path in done.files.values():
                client.log_artifact(run_id, str(path))
        return LoggedRun(run_id, numbers, {each.key: each.value for each in params})

    def tag(self, run_id: str, key: str, value: str) -> None:
        """Set a tag of a run."""
        with self._failures() as client:
            client.set_tag(run_id, key, value)

    def end(self, run_id: str, status: str, ended: datetime | None = None) -> None:
        """End a run, now or at the time that is given."""
        with self._failures() as client:
            client.set_terminated(run_id, status, end_time=None if ended is None else _milliseconds(ended))

    def tag_experiment(self, key: str, value: str) -> None:
        """Set a tag of the experiment."""
        with self._failures() as client:
            client.set_experiment_tag(self._number(client), key, value)

    def experiment_tags(self, experiment: str) -> Mapping[str, str] | None:
        """The tags of an experiment by its name; None where there is none."""
        with self._failures() as client:
            found = client.get_experiment_by_name(experiment)
        return None if found is None else dict(found.tags)

    def _number(self, client: MlflowClient) -> str:
        """The id of the experiment, which is created at its first use: each workspace has one of its own."""
        if self._experiment_id is None:
            own = self._owner.find(self.experiment_tags)
            found = None if own is None else client.get_experiment_by_name(own)
            found = found or self._created(client)
            if found.lifecycle_stage != ACTIVE:
                remedy = restoring_experiment(str(found.experiment_id), self.uri)
                raise TrackingFailure(f"MLflow's experiment {found.name!r} was deleted; {remedy}")
            self._relocate(client, found)
            self._experiment_id = str(found.experiment_id)
        return self._experiment_id

    def _created(self, client: MlflowClient) -> Experiment:
        from mlflow.exceptions import MlflowException

        root, tags = self._owner.copies, dict(self._owner.tags)
        root.mkdir(parents=True, exist_ok=True)
        location = root.as_uri() if reads(self.uri) else None  # a server has a place of its own
        for name in self._owner.names:
            try:
                return client.get_experiment(client.create_experiment(name, artifact_location=location, tags=tags))
            except MlflowException as error:
                found = client.get_experiment_by_name(name)
                if error.error_code != "RESOURCE_ALREADY_EXISTS" or found is None:
                    raise
                if self._owner.owns(found.tags):
                    return found  # another run of this study was faster
        raise TrackingFailure(
            f"MLflow at {public(self.uri)} has experiments of others under each of {self._owner.names}"
        )

    def _relocate(self, client: MlflowClient, experiment: Experiment) -> None:
        """A workspace may have moved, and a store holds absolute addresses: make them those of today."""
        if (place := self._owner.tags[WORKSPACE]) != experiment.tags.get(WORKSPACE):
            client.set_experiment_tag(experiment.experiment_id, WORKSPACE, place)
        path = sqlite_file(self.uri)
        before, now = str(experiment.artifact_location), self._owner.copies.as_uri()
        if path is None or before == now:
            return
        with contextlib.closing(sqlite3.connect(path)) as database, database:
            number = int(experiment.experiment_id)
            database.execute("UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?", (now, number))
            database.execute(
                "UPDATE runs SET artifact_uri = ? || substr(artifact_uri, ?) "
                "WHERE experiment_id = ? AND substr(artifact_uri, 1, ?) = ?",
                (now, len(before) + 1, number, len(before), before),
            )

    @contextmanager
    def _failures(self) -> Iterator[MlflowClient]:
        """The client, for as long as it is used; errors of the disk and our own pass, all others become ours."""
        try:
            yield self._client()
        except (GonogoError, OSError):
            raise
        except Exception as error:
            reason, store = first_line(error), public(self.uri)
            if "already exists" in str(error):
                raise TrackingFailure(
                    f"{store} is half made, as its maker was killed; move it away, then run the same command again"
                ) from error
            if "locked" in str(error):
                raise StoreBusy(f"{store} is locked by another process; let it finish, then try again") from error
            raise TrackingFailure(f"MLflow at {store} did not answer as it should: {reason}") from error

    def _client(self) -> MlflowClient:
        if self._loaded is None:
            from mlflow import MlflowClient

            self._make_store()
            self._loaded = MlflowClient(tracking_uri=self.uri)
        return self._loaded

    def _make_store(self) -> None:
        """Make a SQLite store that is not there beside its place, and move it there whole.

        MLflow makes it by more than a thousand statements; a process that died in between would leave a store on which
        it never starts again.
        """
        path = sqlite_file(self.uri)
        if path is None or path.exists():
            return
        from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore

        with partial_folder(path.parent) as folder:
            made = folder / path.name
            store: Any = SqlAlchemyStore(f"sqlite:///{made}", self._owner.copies.as_uri())  # type: ignore[no-untyped-call]
            store.engine.dispose()
            with contextlib.suppress(FileExistsError):  # another run was faster
                os.link(made, path)


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite store; None for any other."""
    return Path(uri.removeprefix("sqlite:///")) if uri.startswith("sqlite:///") else None


def file_of(address: str) -> Path | None:
    """The path that an address of artifacts means; None where they are kept elsewhere than in files."""
    parts = urlsplit(address)
    return Path(unquote(parts.path)) if parts.scheme in ("", "file") and parts.path else None


def _tag_name(label: str) -> str:
    return re.sub(r"[^\w\-. :/]", "_", label)


def _milliseconds(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _batches(items: list[Any], size: int) -> Iterator[list[Any]]:
    for start in range(0, len(items), size):
        yield items[start : start + size]
