"""The MLflow store of a study, as commands meet it: where it lies, and what is said when it is gone, busy or pruned."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

RELATIVE = '\n[tracking]\nuri = "sqlite:///runs/tracking.db"\n'


def with_relative_store(workspace: Path) -> Path:
    """The same workspace, whose study file names its MLflow store by a relative address."""
    (workspace / "runs").mkdir()
    (workspace / "mlflow.db").rename(workspace / "runs/tracking.db")
    with (workspace / "study.toml").open("a") as file:
        file.write(RELATIVE)
    return workspace


def test_a_relative_store_is_one_file_from_whichever_folder_a_command_is_given(
    workspace: Path, gonogo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_relative_store(workspace)
    (tmp_path / "elsewhere").mkdir()
    for folder, named in ((workspace, "."), (tmp_path, "study"), (tmp_path / "elsewhere", "../study")):
        monkeypatch.chdir(folder)
        said = gonogo("verify", "--json", "-w", named)
        assert (said.code, said.json["mlflow"]) == (0, "checked"), said
    assert not [path.name for path in (tmp_path / "elsewhere").iterdir()]


def test_a_relative_store_moves_with_its_workspace(workspace: Path, gonogo, tmp_path: Path) -> None:
    shutil.move(with_relative_store(workspace), tmp_path / "moved")
    assert gonogo("verify", "-w", tmp_path / "moved").code == 0


def answered(workspace: Path, gonogo) -> Path:
    """The same workspace after a human has decided, so that the next run would begin a cycle."""
    answer = ("--choose", "at-least-2", "--as", "Ada", "--reason", "x")
    assert gonogo("decide", "c1-claim-strength", *answer, "-w", workspace).code == 0
    return workspace


def delete(workspace: Path, what: str) -> tuple[str, str]:
    """Delete a run, or the experiment, as MLflow's page does; what the line about it has to name."""
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{workspace / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    run_id = client.search_runs([experiment.experiment_id])[0].info.run_id
    if what == "run":
        client.delete_run(run_id)
        return f"run {run_id} was deleted; restore it with", f"mlflow runs restore --run-id {run_id}"
    client.delete_experiment(experiment.experiment_id)
    return "was deleted with its experiment;", f"mlflow experiments restore --experiment-id {experiment.experiment_id}"


@pytest.mark.parametrize("what", ["run", "experiment"])
def test_what_was_deleted_in_mlflow_is_named_with_the_remedy_and_no_cycle_is_begun_on_it(
    workspace: Path, gonogo, what: str
) -> None:
    before = gonogo("board", "--json", "-w", answered(workspace, gonogo)).json["position"]
    said, remedy = delete(workspace, what)
    for command in ("verify", "run"):
        found = gonogo(command, "-w", workspace)
        assert found.code == 5
        assert said in found.err
        assert f"MLFLOW_TRACKING_URI=sqlite:///{(workspace / 'mlflow.db').resolve()} {remedy}" in found.err
    assert gonogo("board", "--json", "-w", workspace).json["position"] == before


def test_a_store_that_is_in_use_is_busy_for_every_command_and_nothing_is_called_damaged(
    workspace: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = gonogo("board", "--json", "-w", answered(workspace, gonogo)).json["position"]
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **k: connect(*a, **{**k, "timeout": 0}))
    holder = connect(workspace / "mlflow.db", isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        for command in ("verify", "run"):
            said = gonogo(command, "-w", workspace)
            assert (said.code, "mlflow.db is locked by another process" in said.err) == (1, True), said
    finally:
        holder.close()
    assert gonogo("board", "--json", "-w", workspace).json["position"] == before
    assert gonogo("verify", "-w", workspace).code == 0


def test_on_a_store_that_is_none_no_cycle_is_begun(workspace: Path, gonogo) -> None:
    before = gonogo("board", "--json", "-w", answered(workspace, gonogo)).json["position"]
    (workspace / "mlflow.db").write_bytes(b"this is no database" * 100)
    said = gonogo("run", "-w", workspace)
    assert (said.code, "is no MLflow database that can be read" in said.err) == (1, True)
    assert gonogo("board", "--json", "-w", workspace).json["position"] == before
