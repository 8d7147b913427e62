"""A run that dies, or is not alone, between its report and the close of its cycle: every audit is done once."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from .conftest import unsigned
from .processes import start, start_and_die

pytestmark = pytest.mark.slow

AUDITS = 5


def edit(database: Path, *statements: str) -> None:
    with sqlite3.connect(database) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def events(gonogo, folder: Path) -> list[dict]:
    return [json.loads(line) for line in gonogo("events", "--json", "-w", folder).out.splitlines()]


def reports(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (folder / "reports").rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Death:
    """Where a run died: soon after the event of a type, counted from the front or the back of the audits'."""

    after: str
    which: int = 0
    run: str = "none"
    """What MLflow has of the audit under way: none, half of it, or all, which the log was not told."""

    def __str__(self) -> str:
        return f"{self.after}[{self.which}], {self.run} in MLflow"


DEATHS = [
    Death("RecommendationsMade"),
    Death("ReportWritten"),
    Death("TaskPlanned", -1),
    *(Death("TaskClaimed", 0, run) for run in ("none", "half", "all")),
    Death("TaskSucceeded"),
    Death("TaskAccepted"),
    Death("TaskClaimed", -1, "all"),
    Death("TaskAccepted", -1),
]


def die(workspace: Path, gonogo, death: Death) -> int:
    """Bring a workspace into the state in which a run that died there leaves it; the last position."""
    log = events(gonogo, workspace)
    about_audits = [e for e in log if e["event"].get("task_id", "").startswith("c1-audit")]
    once = [entry for entry in log if entry["type"] in ("RecommendationsMade", "ReportWritten")]
    last = [entry for entry in (*once, *about_audits) if entry["type"] == death.after][death.which]["position"]
    under_way = {e["event"]["task_id"] for e in about_audits if e["position"] == last and e["type"] == "TaskClaimed"}
    unsigned(workspace)
    edit(workspace / "gonogo.db", f"DELETE FROM events WHERE position > {last}", "DELETE FROM leases")
    for entry in about_audits:
        if entry["type"] != "EvidenceRecorded" or entry["position"] <= last:
            continue
        run = entry["event"]["run_id"]
        left = death.run if entry["event"]["task_id"] in under_way else "none"
        tables = {
            "none": ("latest_metrics", "metrics", "params", "tags", "runs"),
            "half": ("latest_metrics", "metrics"),
        }
        forget = [f"DELETE FROM {table} WHERE run_uuid = '{run}'" for table in tables.get(left, ())]
        if left == "half":
            forget += [
                f"DELETE FROM tags WHERE run_uuid = '{run}' AND key = 'gonogo.outcome'",
                f"UPDATE runs SET status = 'RUNNING', end_time = NULL WHERE run_uuid = '{run}'",
            ]
        edit(workspace / "mlflow.db", *forget)
    return int(last)


def check(workspace: Path, gonogo, before: dict[str, bytes]) -> list[dict]:
    """What has to hold at the end, whatever came between."""
    log = events(gonogo, workspace)
    types = Counter(entry["type"] for entry in log)
    assert log[-1]["type"] == "CycleClosed"
    assert (types["ReportWritten"], types["CycleClosed"]) == (1, 1)
    done = Counter(
        entry["event"]["task_id"]
        for entry in log
        if entry["type"] == "TaskSucceeded" and entry["event"]["task_id"].startswith("c1-audit")
    )
    assert sorted(done.values()) == [1] * AUDITS, "every report is audited once"
    board = gonogo("board", "--json", "-w", workspace).json
    statuses = {task["status"] for task in board["tasks"] if task["kind"] == "audit"}
    assert statuses == {"accepted"}
    assert finished_runs(workspace) == {f"{task}/0": 1 for task in done}, "one finished run an audit"
    assert reports(workspace) == before, "and no report has changed"
    said = gonogo("verify", "-w", workspace)  # which renders all reports again, as replay does
    assert said.code == 0, said.err
    return log


def finished_runs(workspace: Path) -> dict[str, int]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{workspace / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    found = "attributes.status = 'FINISHED' AND tags.`gonogo.kind` = 'audit'"
    return dict(Counter(run.data.tags["gonogo.task"] for run in client.search_runs([experiment.experiment_id], found)))


@pytest.mark.parametrize("death", DEATHS, ids=str)
def test_running_again_goes_on_where_it_died(workspace: Path, gonogo, death: Death) -> None:
    before = reports(workspace)
    last = die(workspace, gonogo, death)
    kept = events(gonogo, workspace)
    assert len(kept) == last
    said = gonogo("run", "-w", workspace)
    assert said.code == 3, said.err
    log = check(workspace, gonogo, before)
    assert log[:last] == kept, "nothing is lost"
    recalled = [e for e in log[last:] if e["type"] == "TaskSucceeded" and "Recalled" in e["event"]["facts"]]
    assert len(recalled) == (death.run == "all"), "what MLflow had is taken, and not done again"


def test_a_run_that_is_killed_in_the_midst_of_its_audits_again_and_again_completes(workspace: Path, gonogo) -> None:
    before = reports(workspace)
    last = die(workspace, gonogo, Death("ReportWritten"))
    for target in (last + 1, last + 8, last + 15):
        process = start_and_die(workspace, target)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        assert events(gonogo, workspace)[-1]["type"] != "CycleClosed", "it was killed before it was done"
    assert gonogo("run", "-w", workspace).code == 3
    check(workspace, gonogo, before)


@pytest.mark.parametrize("death", [Death("RecommendationsMade"), Death("ReportWritten")], ids=str)
def test_three_runs_share_the_audits_and_one_closes_the_cycle(workspace: Path, gonogo, death: Death) -> None:
    before = reports(workspace)
    die(workspace, gonogo, death)
    runs = [start(workspace) for _ in range(3)]
    for process in runs:
        _, err = process.communicate()
        assert process.returncode == 3, err.decode()
    log = check(workspace, gonogo, before)
    assert not [entry for entry in log if entry["type"] == "ResultRejected"]
