"""Runs that are read from the tables of an MLflow database are those that MLflow itself tells."""

from __future__ import annotations

import math
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from orchestrator.artifacts import ArtifactStore
from orchestrator.tracking.runs import DatabaseRuns, LoggedRun, UnknownTables
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.errors import TrackingFailure

if TYPE_CHECKING:
    from mlflow import MlflowClient


@pytest.fixture(scope="module")
def uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('a store % of runs')}/mlflow.db"


@pytest.fixture(scope="module")
def client(uri: str) -> MlflowClient:
    from mlflow import MlflowClient

    return MlflowClient(tracking_uri=uri)


def logged(client: MlflowClient, status: str = "FINISHED") -> str:
    """A run with metrics at several steps, one undefined, and names that need quoting."""
    from mlflow.entities import Metric, Param

    run_id = str(client.create_run("0").info.run_id)
    metrics = [
        Metric("model/a b/mean", 0.1 + 0.2, 1, 0),
        Metric("loss", 3.0, 1, 0),
        Metric("loss", 1e-300, 2, 7),
        Metric("nowhere", math.nan, 1, 0),
    ]
    client.log_batch(run_id, metrics=metrics, params=[Param("key", "100 %"), Param("naïve", "Ω")])
    client.set_terminated(run_id, status)
    return run_id


def test_a_finished_run_is_what_mlflow_says_it_is(client: MlflowClient, uri: str) -> None:
    run_id = logged(client)
    theirs, ours = client.get_run(run_id), DatabaseRuns(uri).run(run_id)
    assert ours is not None
    assert ours.params == theirs.data.params
    assert ours.metrics.keys() == theirs.data.metrics.keys()
    assert math.isnan(ours.metrics["nowhere"])
    assert {key: value for key, value in ours.metrics.items() if key != "nowhere"} == {
        "model/a b/mean": 0.1 + 0.2,
        "loss": 1e-300,
    }


@pytest.mark.parametrize("status", ["FAILED", "KILLED"])
def test_a_run_that_did_not_finish_is_none(client: MlflowClient, uri: str, status: str) -> None:
    assert DatabaseRuns(uri).run(logged(client, status)) is None
    assert DatabaseRuns(uri).run("0" * 32) is None


def test_reading_makes_no_database_and_knows_one_that_is_not_mlflows(tmp_path: Path) -> None:
    missing = tmp_path / "missing.db"
    with pytest.raises(UnknownTables):
        DatabaseRuns(f"sqlite:///{missing}").run("0" * 32)
    assert not missing.exists()
    other = tmp_path / "other.db"
    sqlite3.connect(other).execute("create table runs (name text)").connection.commit()
    with pytest.raises(UnknownTables, match="status"):
        DatabaseRuns(f"sqlite:///{other}").run("0" * 32)


@pytest.mark.parametrize("content", [b"", b"\0" * 8192, b"no database, and long enough to be seen as none" * 40])
def test_a_file_that_is_no_database_of_mlflow_is_named_and_left_as_it_is(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "mlflow.db"
    path.write_bytes(content)
    tracker = Tracker(f"sqlite:///{path}", "x", Workspace(tmp_path), ArtifactStore(tmp_path))
    for ask in (lambda: tracker.run("0" * 32), lambda: tracker.anchored("x", "1" * 64)):
        with pytest.raises(TrackingFailure, match="is no MLflow database that can be read"):
            ask()
    assert path.read_bytes() == content


def test_the_digest_of_a_run_is_of_all_that_it_holds() -> None:
    run = LoggedRun("a", {"x": 1.0, "y": 2.5}, {"p": "1"})
    assert run.sha256 == LoggedRun("a", {"y": 2.5, "x": 1.0}, {"p": "1"}).sha256
    others = [LoggedRun("b", run.metrics, run.params), LoggedRun("a", {"x": 1.0}, run.params)]
    others += [LoggedRun("a", {**run.metrics, "z": 0.0}, run.params), LoggedRun("a", run.metrics, {"p": "2"})]
    assert len({run.sha256, *(each.sha256 for each in others)}) == 5


def test_reading_a_run_loads_no_mlflow(client: MlflowClient, uri: str, tmp_path: Path) -> None:
    run_id = logged(client)
    said = subprocess.run(
        [sys.executable, "-c", _READS, uri, run_id, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert said.stdout.split() == ["3", "False"]


_READS = """
import sys
from pathlib import Path
from orchestrator.artifacts import ArtifactStore
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
uri, run_id, folder = sys.argv[1:]
run = Tracker(uri, "x", Workspace(Path(folder)), ArtifactStore(Path(folder))).run(run_id)
print(len(run.metrics), "mlflow" in sys.modules)
"""


HALF_DONE = """
import os, signal, sqlite3, sys
store = sqlite3.connect(sys.argv[1], isolation_level=None)
store.executescript("PRAGMA journal_mode = DELETE; PRAGMA cache_size = 2; BEGIN;")
store.executemany("INSERT INTO runs VALUES (?, ?, ?, ?)", ((f"r{n}", "x" * 900, "1", n) for n in range(500)))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_what_a_killed_writer_left_half_done_is_undone_and_read(tmp_path: Path) -> None:
    """Only who may write can undo it, which SQLite asks of the first who reads."""
    path = tmp_path / "mlflow.db"
    with sqlite3.connect(path) as store:
        store.execute("CREATE TABLE experiments (experiment_id, name)")
        store.execute("CREATE TABLE experiment_tags (experiment_id, key, value)")
        store.execute("CREATE TABLE runs (run_uuid, status, lifecycle_stage, start_time)")
        store.execute("INSERT INTO experiments VALUES ('1', 'study')")
        store.execute("INSERT INTO experiment_tags VALUES ('1', 'a', 'b')")
    store.close()
    subprocess.run([sys.executable, "-c", HALF_DONE, str(path)], check=False)
    assert path.with_name("mlflow.db-journal").stat().st_size > 0, "the writer left nothing to undo"
    assert DatabaseRuns(f"sqlite:///{path}").tags("study") == {"a": "b"}
