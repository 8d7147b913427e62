"""Reads finished runs from the tables of an MLflow database, in milliseconds where loading MLflow takes seconds."""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from store.canonical import canonical, sha256
from store.errors import first_line

if TYPE_CHECKING:
    from sqlalchemy import Engine, Select

FINISHED, ACTIVE = "FINISHED", "active"


@dataclass(frozen=True, slots=True)
class LoggedRun:
    """A finished run as MLflow has it."""

    run_id: str
    metrics: Mapping[str, float]
    params: Mapping[str, str]

    @property
    def sha256(self) -> str:
        """SHA-256 of run id, metrics and parameters, as canonical JSON; empty if a metric is NaN."""
        try:
            return sha256(canonical([self.run_id, dict(self.metrics), dict(self.params)]))
        except ValueError:
            return ""


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

        try:
            with self._engine.connect() as connection:
                status = connection.execute(_of("runs", run_id, "status", "lifecycle_stage")).one_or_none()
                if status is None or tuple(status) != (FINISHED, ACTIVE):
                    return None
                metrics = connection.execute(_of("latest_metrics", run_id, "key", "value", "is_nan"))
                params = connection.execute(_of("params", run_id, "key", "value"))
                return LoggedRun(
                    run_id,
                    {key: math.nan if undefined else value for key, value, undefined in metrics},
                    {key: str(value) for key, value in params},
                )
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error

    def tag(self, experiment: str, key: str) -> str | None:
        """A tag of an experiment by its name; None where there is none. Raises UnknownTables as `run` does."""
        from sqlalchemy import column, select, table
        from sqlalchemy.exc import SQLAlchemyError

        experiments = table("experiments", column("experiment_id"), column("name"))
        tags = table("experiment_tags", column("experiment_id"), column("key"), column("value"))
        joined = tags.join(experiments, tags.c.experiment_id == experiments.c.experiment_id)
        asked = select(tags.c.value).select_from(joined).where(experiments.c.name == experiment, tags.c.key == key)
        try:
            with self._engine.connect() as connection:
                found = connection.execute(asked).scalar()
        except SQLAlchemyError as error:
            raise UnknownTables(first_line(error)) from error
        return None if found is None else str(found)


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
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(f"file:{path}?mode=ro", uri=True))
