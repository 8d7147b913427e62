"""Reads finished runs from the tables of an MLflow database, in milliseconds where loading MLflow takes seconds."""

from __future__ import annotations

import contextlib
import math
import sqlite3
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from orchestrator.tracking.owner import LOG
from orchestrator.tracking.standing import ACTIVE, Standing
from store.canonical import canonical, sha256
from store.errors import first_line

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select

OUTCOME = "gonogo.outcome"
"""Tag that ties a run to the kept manifest of its outcome."""

RUNS_PER_QUESTION = 500
"""SQLite takes no more than some thousand values in one statement."""


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A finished run as MLflow has it."""

    run_id: str
    metrics: Mapping[str, float]
    params: Mapping[str, str]
    folder: str = ""
    """Address under which MLflow keeps copies of the run's files; empty where it was not asked."""
    outcome: str = ""
    """Digest of the manifest of its outcome, as its tag has it; empty where it has none."""

    @property
    def sha256(self) -> str:
        """SHA-256 of run id, metrics and parameters, as canonical JSON; empty if a metric is NaN."""
        try:
            return sha256(canonical([self.run_id, dict(self.metrics), dict(self.params)]))
        except ValueError:
            return ""


@dataclass(frozen=True, slots=True)
class FoundRun:
    """A run that was searched for, finished or not."""

    run_id: str
    status: str
    tags: Mapping[str, str]


class UnknownTables(Exception):
    """Unknown MLflow schema; use the MLflow client."""


class DatabaseRuns:
    """Reads an MLflow database, and never writes to it.

    The tables are those of MLflow 3: `runs`, `latest_metrics`, which holds each metric as its last step left it, and
    `params`.
    """

    def __init__(self, uri: str) -> None:
        self._engine = _engine(uri)

    def run(self, run_id: str) -> LoggedRun | None:
        """The numbers and parameters of a finished run; None when there is no such run, or it was deleted.

        Raises UnknownTables when the database cannot be read as one of MLflow.
        """
        from sqlalchemy.exc import SQLAlchemyError

        found = self.standings([run_id]).get(run_id)
        if found is None or not found.counts:
            return None
        try:
            with self._engine.connect() as connection:
                folder = connection.execute(_of("runs", run_id, "artifact_uri")).scalar()
                metrics = connection.execute(_of("latest_metrics", run_id, "key", "value", "is_nan"))
                params = connection.execute(_of("params", run_id, "key", "value"))
                tags = {key: str(value) for key, value in connection.execute(_of("tags", run_id, "key", "value"))}
                return LoggedRun(
                    run_id,
                    {key: math.nan if undefined else value for key, value, undefined in metrics},
                    {key: str(value) for key, value in params},
                    str(folder or ""),
                    tags.get(OUTCOME, ""),
                )
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error

    def standings(self, run_ids: Sequence[str]) -> Mapping[str, Standing]:
        """Where runs stand, by id; what the database has no row of is left out. Raises UnknownTables as `run` does."""
        from sqlalchemy import column, select, table
        from sqlalchemy.exc import SQLAlchemyError

        runs = table("runs", *map(column, ("status", "lifecycle_stage", "experiment_id", "run_uuid")))
        experiments = table("experiments", *map(column, ("experiment_id", "lifecycle_stage")))
        rows: list[Any] = []
        try:
            with self._engine.connect() as connection:
                for start in range(0, len(run_ids), RUNS_PER_QUESTION):
                    some = run_ids[start : start + RUNS_PER_QUESTION]
                    rows += connection.execute(select(runs).where(runs.c.run_uuid.in_(some)))
                stages = {number: str(stage) for number, stage in connection.execute(select(experiments))}
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error
        return {
            str(run_id): Standing(str(status), str(stage), str(number), stages.get(number, ACTIVE))
            for status, stage, number, run_id in rows
        }

    def logged(self) -> Sequence[tuple[str, int]]:
        """Per experiment of a log: the address of its artifacts, and its number of runs. Raises UnknownTables."""
        from sqlalchemy import column, func, select, table
        from sqlalchemy.exc import SQLAlchemyError

        experiments = table("experiments", column("experiment_id"), column("artifact_location"))
        tags = table("experiment_tags", column("experiment_id"), column("key"))
        runs = table("runs", column("experiment_id"), column("run_uuid"))
        number = experiments.c.experiment_id
        asked = (
            select(experiments.c.artifact_location, func.count(runs.c.run_uuid))
            .select_from(experiments.join(tags, tags.c.experiment_id == number))
            .join(runs, runs.c.experiment_id == number)
            .where(tags.c.key == LOG)
            .group_by(number, experiments.c.artifact_location)
        )
        try:
            with self._engine.connect() as connection:
                return [(str(location), int(count)) for location, count in connection.execute(asked)]
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error

    def find(self, experiment: str, tags: Mapping[str, str]) -> Sequence[FoundRun]:
        """The runs of an experiment, by its name, that have all of these tags, the newest first.

        Deleted ones are left out. Raises UnknownTables as `run` does.
        """
        from sqlalchemy import column, select, table
        from sqlalchemy.exc import SQLAlchemyError

        names = ("run_uuid", "experiment_id", "status", "start_time", "lifecycle_stage")
        runs, held = table("runs", *map(column, names)), table("tags", *map(column, ("run_uuid", "key", "value")))
        experiments = table("experiments", column("experiment_id"), column("name"))
        asked = (
            select(runs.c.run_uuid, runs.c.status)
            .join_from(runs, experiments, experiments.c.experiment_id == runs.c.experiment_id)
            .where(experiments.c.name == experiment, runs.c.lifecycle_stage == ACTIVE)
            .order_by(runs.c.start_time.desc(), runs.c.run_uuid)
        )
        for key, value in tags.items():
            tag = held.alias()
            asked = asked.where(runs.c.run_uuid == tag.c.run_uuid, tag.c.key == key, tag.c.value == value)
        try:
            with self._engine.connect() as connection:
                found = [(str(run_id), str(status)) for run_id, status in connection.execute(asked)]
                return [
                    FoundRun(run_id, status, {key: str(value) for key, value in connection.execute(
                        _of("tags", run_id, "key", "value")
                    )})
                    for run_id, status in found
                ]  # fmt: skip
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error

    def tags(self, experiment: str) -> Mapping[str, str] | None:
        """The tags of an experiment by its name; None where there is none. Raises UnknownTables as `run` does."""
        from sqlalchemy import column, select, table
        from sqlalchemy.exc import SQLAlchemyError

        experiments = table("experiments", column("experiment_id"), column("name"))
        tags = table("experiment_tags", column("experiment_id"), column("key"), column("value"))
        joined = experiments.outerjoin(tags, tags.c.experiment_id == experiments.c.experiment_id)
        asked = select(tags.c.key, tags.c.value).select_from(joined).where(experiments.c.name == experiment)
        try:
            with self._engine.connect() as connection:
                found = [(key, str(value)) for key, value in connection.execute(asked)]
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error
        return {str(key): value for key, value in found if key is not None} if found else None


def reads(uri: str) -> bool:
    """Whether a tracking URI names a database, and not a server."""
    return not uri.startswith(("http://", "https://"))


def _of(name: str, run_id: str, *columns: str) -> Select[Any]:
    """The columns of a table, in the rows of one run."""
    from sqlalchemy import column, select, table

    found = table(name, column("run_uuid"), *(column(each) for each in columns))
    return select(*(found.c[each] for each in columns)).where(found.c.run_uuid == run_id)


def _engine(uri: str) -> Engine:
    from sqlalchemy import create_engine
    from sqlalchemy.engine import make_url

    url = make_url(uri)
    if url.get_backend_name() != "sqlite":
        return create_engine(url)
    path = quote(url.database or "")
    return create_engine("sqlite://", creator=lambda: _read_only(path))


def _read_only(path: str) -> sqlite3.Connection:
    """A SQLite file, opened to be read. What a writer that was killed has left half done is undone first.

    SQLite undoes it for whoever may write, and refuses whoever may only read.
    """
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error):
            return connection  # whoever reads will be told
        with (
            contextlib.suppress(sqlite3.Error),
            contextlib.closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True)) as own,
        ):
            own.execute("SELECT count(*) FROM sqlite_master")
    return connection
