"""One MLflow store for several logs, a store that moves, and one that could not be made: nothing of others is taken."""

from __future__ import annotations

import json
import os
import shutil
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orchestrator.artifacts import PARTIAL, ArtifactStore, sweep
from orchestrator.tracking.owner import WORKSPACE, Holds, Owner, holds_any
from orchestrator.tracking.runs import LoggedRun
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.errors import StoreBusy, TrackingFailure
from store.events import CycleOpened
from store.evidence import Artifact
from store.kinds.environment import EnvironmentSpec
from store.log.opening import open_log
from store.models import ModelRef
from store.task.state import Task
from tasks.handler import Done, Measurement

AT = datetime(2026, 1, 1, tzinfo=UTC)
TASK = Task(
    task_id="c1-environment",
    cycle=1,
    title="t",
    spec=EnvironmentSpec(model=ModelRef(id="a", family="clip", name="tiny", weights="random")),
    subject="environment",
    priority="high",
    depends_on=(),
    rule="r",
    because="b",
    acceptance=(),
    position=3,
)
ONE, OTHER = "1" * 64, "2" * 64

EVERY = int(os.environ.get("GONOGO_STATEMENTS", "0"))
"""At every so many statements of MLflow's a process is killed; 0: at two only."""
STATEMENTS = tuple(range(1, 1_700, EVERY)) if EVERY else (25, 500)
MAKING = 1_600
"""So many statements, and a hundred more, make the tables; after these the store may be in its place."""

Open = Callable[..., Tracker]


@pytest.fixture
def open_tracker(tmp_path: Path) -> Open:
    def made(origin: str = ONE, folder: str = "one", store: Path | None = None, holds: Holds = holds_any) -> Tracker:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        workspace, store = Workspace(root), store or root / "mlflow.db"
        return Tracker(f"sqlite:///{store}", "study", workspace, ArtifactStore(workspace.artifacts), origin, holds)

    return made


def log(tracker: Tracker, folder: Path, value: float = 1.0, task: Task = TASK) -> str:
    folder.mkdir(exist_ok=True)
    (folder / "result.json").write_text(f"{value}")
    done = Done("d", (Measurement("throughput/best", value),), files={"result.json": folder / "result.json"})
    return tracker.log(task, done, AT, AT).run_id


def test_two_logs_of_one_study_share_a_store_and_take_nothing_of_each_other(tmp_path: Path, open_tracker: Open) -> None:
    store = tmp_path / "shared.db"
    one, other = open_tracker(ONE, "one", store), open_tracker(OTHER, "other", store)
    mine = log(one, tmp_path / "scratch", 1.0)
    assert other.recall(TASK) is None, "what another log claimed is done again"
    theirs = log(other, tmp_path / "scratch", 2.0)
    recalled = [tracker.recall(TASK) for tracker in (one, other)]
    assert [found.run_id for found in recalled if found is not None] == [mine, theirs]
    other.keep_only(TASK, theirs)
    assert one.run(mine) is not None, "and a run of another log is not rejected"
    for tracker, head in ((one, "one"), (other, "two")):
        tracker.anchor(head)
    assert (one.anchored("study", ONE), other.anchored("study", OTHER)) == tuple(
        (head, f"{socket.gethostname()}:{tmp_path / folder}") for head, folder in (("one", "one"), ("two", "other"))
    )
    names = {name for (name,) in sqlite3.connect(store).execute("SELECT name FROM experiments")}
    assert {"study", Owner("study", OTHER, tmp_path).names[1]} <= names
    for folder, run_id in (("one", mine), ("other", theirs)):
        assert (tmp_path / folder / "artifacts/mlflow" / run_id / "artifacts/result.json").is_file()


def test_a_store_that_moved_with_its_workspace_writes_where_it_is_now(tmp_path: Path, open_tracker: Open) -> None:
    before = log(open_tracker(ONE, "old"), tmp_path / "scratch")
    (tmp_path / "old").rename(tmp_path / "new")
    after = log(open_tracker(ONE, "new"), tmp_path / "scratch")
    assert not (tmp_path / "old").exists()
    with sqlite3.connect(tmp_path / "new/mlflow.db") as database:
        addresses = dict(database.execute("SELECT run_uuid, artifact_uri FROM runs"))
    for run_id in (before, after):
        folder = tmp_path / "new/artifacts/mlflow" / run_id / "artifacts"
        assert (folder / "result.json").is_file()
        assert addresses[run_id] == folder.resolve().as_uri()


def test_of_a_store_that_is_shared_a_workspace_that_moved_takes_along_its_own_experiment_alone(
    tmp_path: Path, open_tracker: Open
) -> None:
    store = tmp_path / "shared.db"
    before = log(open_tracker(ONE, "old", store), tmp_path / "scratch")
    theirs = log(open_tracker(OTHER, "theirs", store), tmp_path / "scratch")
    (tmp_path / "old").rename(tmp_path / "new")
    moved = open_tracker(ONE, "new", store)
    recalled = moved.recall(TASK)
    assert recalled is not None
    assert recalled.run_id == before
    after = log(moved, tmp_path / "scratch")
    assert not (tmp_path / "old").exists()
    with sqlite3.connect(store) as database:
        addresses = dict(database.execute("SELECT run_uuid, artifact_uri FROM runs"))
        names = [name for (name,) in database.execute("SELECT name FROM experiments WHERE name != 'Default'")]
    for folder, run_id in (("new", before), ("new", after), ("theirs", theirs)):
        assert addresses[run_id] == (tmp_path / folder / "artifacts/mlflow" / run_id / "artifacts").as_uri()
    assert len(names) == 2


def begun(root: Path, name: str = "a") -> Workspace:
    """A workspace with a log of one event, and the hash of that."""
    workspace = Workspace(root)
    root.mkdir()
    opened = open_log(f"sqlite:///{workspace.log}", lambda: AT, create=True)
    opened.append([CycleOpened(cycle=1, because=name)], expected=0, actor="a")
    opened.close()
    return workspace


def origin_of(workspace: Workspace) -> str:
    opened = open_log(f"sqlite:///{workspace.log}", lambda: AT, reading=True)
    try:
        return next(iter(opened.rows())).hash
    finally:
        opened.close()


def test_a_copy_of_a_workspace_takes_no_run_of_its_original_and_leaves_its_head_alone(
    tmp_path: Path, open_tracker: Open
) -> None:
    store, origin = tmp_path / "shared.db", origin_of(begun(tmp_path / "one"))
    common = log(open_tracker(origin, "one", store), tmp_path / "scratch", 1.0)
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    one, copy = (open_tracker(origin, folder, store) for folder in ("one", "copy"))
    assert one.apart() is None
    said = copy.apart() or ""
    assert f":{tmp_path / 'one'}; those of this one go into the experiment 'study {origin[:8]}'" in said
    mine = log(one, tmp_path / "scratch", 2.0)
    assert copy.recall(TASK) is None
    theirs = log(copy, tmp_path / "scratch", 3.0)
    assert copy.apart() is None, "it is told before its first run alone"
    copy.keep_only(TASK, theirs)
    one.anchor("of the original")
    copy.anchor("of the copy")
    for tracker, head, run_id in ((one, "of the original", mine), (copy, "of the copy", theirs)):
        assert (tracker.anchored("study", origin) or ("",))[0] == head
        recalled = tracker.recall(TASK)
        assert recalled is not None
        assert recalled.run_id in {common, run_id}, "they began at the same time"
        assert tracker.absent([common, mine, theirs]) == {}
    third = shutil.copytree(tmp_path / "copy", tmp_path / "third")
    assert f" {origin[:8]} " in (open_tracker(origin, third.name, store).apart() or ""), "and a copy of the copy"


def test_a_copy_of_a_workspace_with_its_own_store_goes_on_in_its_copy(tmp_path: Path, open_tracker: Open) -> None:
    origin = origin_of(begun(tmp_path / "one"))
    before = log(open_tracker(origin, "one"), tmp_path / "scratch")
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    copy = open_tracker(origin, "copy")
    assert copy.apart() is None
    recalled = copy.recall(TASK)
    assert recalled is not None
    assert recalled.run_id == before


@pytest.mark.parametrize(
    ("place", "own"),
    [
        ("{host}:{root}/one", True),
        ("{host}:{root}/gone", True),  # it was moved from there
        ("another-name:{root}/one", True),  # a container has a new name at every start
        ("another-name:/study", False),  # nobody can look there
        ("{host}:{root}/copy", False),
        ("{host}:{root}/link", True),
        ("{host}:{root}/new", True),  # another log was begun in the place of this one
        ("{host}:{root}/unreadable", False),
    ],
)
def test_whether_an_experiment_is_that_of_a_copy_is_asked_of_the_place_it_names(
    tmp_path: Path, place: str, own: bool
) -> None:
    origin = origin_of(begun(tmp_path / "one"))
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    begun(tmp_path / "new", "b")
    (tmp_path / "link").symlink_to("one")
    (tmp_path / "unreadable").mkdir()
    (tmp_path / "unreadable/gonogo.db").write_bytes(b"no log" * 100)
    tags = {WORKSPACE: place.format(host=socket.gethostname(), root=tmp_path)}
    assert Owner("study", origin, tmp_path / "one").owns(tags) is own


@pytest.mark.parametrize("left", ["moved", "removed"])
def test_a_workspace_keeps_its_own_experiment_whatever_becomes_of_its_copies(
    tmp_path: Path, open_tracker: Open, left: str
) -> None:
    store, origin = tmp_path / "shared.db", origin_of(begun(tmp_path / "one"))
    one = open_tracker(origin, "one", store)
    log(one, tmp_path / "scratch", 1.0)
    one.anchor("of the original")
    for name in ("copy", "third"):
        shutil.copytree(tmp_path / "one", tmp_path / name)
    copy = open_tracker(origin, "copy", store)
    log(copy, tmp_path / "scratch", 2.0)
    copy.anchor(json.dumps({"position": 9, "head": "of the copy"}))
    (tmp_path / "copy").rename(tmp_path / "elsewhere") if left == "moved" else shutil.rmtree(tmp_path / "copy")
    assert (open_tracker(origin, "one", store).anchored("study", origin) or ("",))[0] == "of the original"
    third = open_tracker(origin, "third", store, lambda position, head: False)
    assert third.anchored("study", origin) is None, "what lay in a place that is gone went on in its own way"
    if left == "moved":
        moved = open_tracker(origin, "elsewhere", store, lambda position, head: True)
        assert "of the copy" in (moved.anchored("study", origin) or ("",))[0]


def test_an_experiment_that_an_older_version_made_becomes_that_of_the_first_who_uses_it(
    tmp_path: Path, open_tracker: Open
) -> None:
    store, origin = tmp_path / "shared.db", origin_of(begun(tmp_path / "one"))
    log(open_tracker(origin, "one", store), tmp_path / "scratch")
    with sqlite3.connect(store) as database:
        database.execute("DELETE FROM experiment_tags WHERE key = ?", (WORKSPACE,))
    shutil.copytree(tmp_path / "one", tmp_path / "copy")
    log(open_tracker(origin, "one", store), tmp_path / "scratch")
    assert open_tracker(origin, "copy", store).apart() is not None


def test_what_a_database_server_keeps_no_files_for_lies_in_the_workspace_and_not_where_the_command_was_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database by another address than that of a SQLite file, as MySQL's or PostgreSQL's would be."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    workspace = Workspace(tmp_path / "one")
    uri = f"sqlite+pysqlite:///{tmp_path / 'server.db'}"
    tracker = Tracker(uri, "study", workspace, ArtifactStore(workspace.artifacts), ONE)
    run_id = log(tracker, tmp_path / "scratch")
    assert (workspace.artifacts / "mlflow" / run_id / "artifacts/result.json").is_file()
    assert not list((tmp_path / "here").iterdir())


@pytest.mark.parametrize(
    ("uri", "folder", "place"),
    [
        (
            "sqlite:///{root}/mlflow.db",
            "file:///gone/m/r/artifacts",
            "artifacts/mlflow/r/artifacts/x",
        ),  # moved with its workspace
        ("sqlite:////elsewhere/mlflow.db", "file:///gone/m/r/artifacts", "artifacts/mlflow/r/artifacts/x"),
        ("sqlite:////elsewhere/mlflow.db", "file://{root}/told", "told/x"),
        ("postgresql://host/runs", "file://{root}/told", "told/x"),
        ("postgresql://host/runs", "file:///of/another/machine", None),
        ("postgresql://host/runs", "s3://bucket/r/artifacts", None),
        ("http://127.0.0.1:5000", "mlflow-artifacts:/1/r/artifacts", None),
    ],
)
def test_a_copy_is_looked_for_where_this_machine_would_have_it(
    tmp_path: Path, uri: str, folder: str, place: str | None
) -> None:
    (tmp_path / "told").mkdir()
    (tmp_path / "told/x").touch()
    tracker = Tracker(uri.format(root=tmp_path), "study", Workspace(tmp_path), ArtifactStore(tmp_path), ONE)
    run = LoggedRun("r", {}, {}, folder.format(root=tmp_path))
    found = tracker.copy_of(run, Artifact(name="x", digest="0" * 64, size=0))
    assert found == (None if place is None else tmp_path / place)


def test_a_store_is_made_whole_or_not_at_all(
    tmp_path: Path, open_tracker: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    from mlflow.store.tracking import sqlalchemy_store

    def half(uri: str, _: str) -> None:
        with sqlite3.connect(uri.removeprefix("sqlite:///")) as database:
            database.execute("CREATE TABLE experiments (experiment_id INTEGER)")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(sqlalchemy_store, "SqlAlchemyStore", half)
        with pytest.raises(OSError, match="No space left"):
            log(open_tracker(), tmp_path / "scratch")
    assert not [path.name for path in (tmp_path / "one").iterdir() if path.name.startswith((PARTIAL, "mlflow"))]
    assert log(open_tracker(), tmp_path / "scratch")


@pytest.mark.slow
def test_two_first_runs_make_one_store_that_both_use(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from tests.unit.orchestrator.tracking.test_stores import TASK, log
from orchestrator.artifacts import ArtifactStore
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
root, number = Path(sys.argv[1]), sys.argv[2]
tracker = Tracker(f"sqlite:///{root / 'mlflow.db'}", "study", Workspace(root), ArtifactStore(root / "a"), "1" * 64)
print(log(tracker, root / number))
"""
    command = [sys.executable, "-c", code, str(tmp_path)]
    both = [
        subprocess.Popen([*command, number], stdout=-1, stderr=-1, text=True, env={**os.environ, "PYTHONPATH": "."})
        for number in "12"
    ]
    said: list[Any] = [process.communicate() for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    with sqlite3.connect(tmp_path / "mlflow.db") as database:
        runs = {run for (run,) in database.execute("SELECT run_uuid FROM runs")}
        experiments = [name for (name,) in database.execute("SELECT name FROM experiments WHERE name = 'study'")]
    assert runs == {out.strip() for out, _ in said}
    assert experiments == ["study"]
    assert not list(tmp_path.glob(f"{PARTIAL}*"))


DIES = """
import os, sys
from sqlalchemy import Engine, event

left = int(sys.argv[1])


@event.listens_for(Engine, "before_cursor_execute")
def deadly(*_):
    global left
    left -= 1
    if not left:
        os._exit(9)


"""


def die(code: str, statement: int, folder: Path) -> None:
    command = [sys.executable, "-c", DIES + code, str(statement), str(folder)]
    done = subprocess.run(command, env={**os.environ, "PYTHONPATH": "."}, capture_output=True, text=True, check=False)
    assert done.returncode == 9, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("statement", STATEMENTS)
def test_whoever_is_killed_while_a_store_is_made_leaves_none(
    tmp_path: Path, open_tracker: Open, statement: int
) -> None:
    (tmp_path / "one").mkdir()
    die(
        "from pathlib import Path\n"
        "from orchestrator.artifacts import ArtifactStore\n"
        "from orchestrator.tracking.tracker import Tracker\n"
        "from orchestrator.workspace import Workspace\n"
        "home = Workspace(Path(sys.argv[2]))\n"
        "Tracker(home.mlflow_uri, 's', home, ArtifactStore(home.artifacts))._mlflow.find('a', 'b')\n",
        statement,
        tmp_path / "one",
    )
    assert statement > MAKING or not (tmp_path / "one/mlflow.db").exists()
    assert log(open_tracker(), tmp_path / "scratch")
    sweep(tmp_path / "one", "")
    assert not list((tmp_path / "one").glob(f"{PARTIAL}*"))


@pytest.mark.slow
def test_a_store_that_an_older_version_left_half_made_is_named_with_the_remedy(
    tmp_path: Path, open_tracker: Open
) -> None:
    (tmp_path / "one").mkdir()
    die(
        "from mlflow.store.tracking.sqlalchemy_store import SqlAlchemyStore\n"
        "SqlAlchemyStore(f'sqlite:///{sys.argv[2]}/mlflow.db', '/nowhere')\n",
        400,
        tmp_path / "one",
    )
    with pytest.raises(TrackingFailure, match=r"mlflow\.db is half made.*; move it away"):
        log(open_tracker(), tmp_path / "scratch")


def test_what_was_deleted_in_mlflow_is_named(tmp_path: Path, open_tracker: Open) -> None:
    from mlflow import MlflowClient

    tracker = open_tracker()
    run_id = log(tracker, tmp_path / "scratch")
    client = MlflowClient(tracking_uri=tracker.uri)
    client.delete_run(run_id)
    assert tracker.run(run_id) is None
    experiment = client.get_experiment_by_name("study")
    assert experiment is not None
    client.delete_experiment(experiment.experiment_id)
    with pytest.raises(TrackingFailure, match=rf"'study' was deleted; restore it with .*{experiment.experiment_id}"):
        log(open_tracker(), tmp_path / "scratch")


def test_a_server_and_a_database_tell_the_same_of_every_run(
    tmp_path: Path, open_tracker: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """MLflow's client, which alone can ask a server, is asked in place of the tables."""
    from mlflow import MlflowClient

    from orchestrator.tracking import tracker as module

    by_tables = open_tracker()
    kept, deleted, failed = [log(by_tables, tmp_path / "scratch", value) for value in (1.0, 2.0, 3.0)]
    client = MlflowClient(tracking_uri=by_tables.uri)
    client.delete_run(deleted)
    client.set_terminated(failed, "FAILED")
    asked = [kept, deleted, failed, "0" * 32]
    log(open_tracker(OTHER, "other", tmp_path / "one/mlflow.db"), tmp_path / "scratch")
    returned = replace(TASK, returns=1)
    again = log(by_tables, tmp_path / "scratch", task=returned)
    tables = ({run_id: by_tables.run(run_id) for run_id in asked}, by_tables.absent(asked))
    attempts = [by_tables._attempts(task) for task in (TASK, returned)]
    assert [{run.run_id for run in found} for found in attempts] == [{kept, failed}, {again}]
    by_client = open_tracker()
    monkeypatch.setattr(module, "reads", lambda _: False)
    assert ({run_id: by_client.run(run_id) for run_id in asked}, by_client.absent(asked)) == tables
    by_server = [by_client._attempts(task) for task in (TASK, returned)]
    assert [[(run.run_id, run.status, run.tags) for run in found] for found in by_server] == [
        [(run.run_id, run.status, run.tags) for run in found] for found in attempts
    ]
    assert list(tables[1]) == [deleted, failed, "0" * 32]
    assert tables[0][kept] is not None


def test_a_store_that_is_in_use_is_busy_and_not_damaged(
    tmp_path: Path, open_tracker: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = log(open_tracker(), tmp_path / "scratch")
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0}))
    holder = connect(tmp_path / "one/mlflow.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(StoreBusy, match="locked by another process") as found:
            open_tracker().run(run_id)
    finally:
        holder.close()
    assert found.value.exit_code == 1
