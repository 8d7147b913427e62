"""kill -9 at random moments of a run: running again completes, nothing is lost, and nothing is done twice.

Three kills by default; `make chaos` makes twenty (GONOGO_KILLS). The moments are drawn from a printed seed.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from store.task.state import MAX_LAPSES

from .conftest import STUDY, new_study
from .processes import held_study, start, start_and_die, until

pytestmark = pytest.mark.slow

KILLS = int(os.environ.get("GONOGO_KILLS", "3"))
SEED = int(os.environ.get("GONOGO_SEED", "20260302"))

EVENTS = 71
"""How many events a cycle of this study has; kills are spread over all of them."""


def events(gonogo, folder: Path) -> list[dict]:
    return [json.loads(line) for line in gonogo("events", "--json", "-w", folder).out.splitlines()]


def spared(log: list[dict], target: int) -> int:
    """Where to kill, so that no task loses a third claim and is blocked: else at its next result.

    A run that goes on appends a claim, evidence and a result of that task first.
    """
    if not log or log[-1]["type"] != "TaskClaimed":
        return target
    task = log[-1]["event"]["task_id"]
    taken = [entry["event"]["takeover"] for entry in log if entry["event"].get("task_id") == task and
             entry["type"] == "TaskClaimed"]  # fmt: skip
    return max(target, len(log) + 3) if sum(taken) + 1 == MAX_LAPSES - 1 else target


def test_a_run_that_is_killed_again_and_again_completes_with_nothing_lost_and_nothing_done_twice(
    tmp_path: Path, gonogo, record_property: Callable[[str, object], None]
) -> None:
    folder = new_study(tmp_path / "study", f"{STUDY}\n[paper]\n")
    draw = random.Random(SEED)
    targets = sorted(draw.randint(1, EVENTS) for _ in range(KILLS))
    told, seen, killed = [f"seed {SEED}, kills soon after events {targets}"], 0, 0
    for drawn in targets:
        target = spared(events(gonogo, folder) if seen else [], drawn)
        process = start_and_die(folder, target, later_s=draw.uniform(0.0, 1.0))
        process.communicate()
        log = events(gonogo, folder)
        if process.returncode == 3:
            told.append(f"after event {target}: it had ended before it was killed, at {len(log)}")
            assert log[-1]["type"] == "CycleClosed"
            break
        assert process.returncode == -signal.SIGKILL
        killed += 1
        told.append(f"after event {target}: killed at {len(log)}, last {log[-1]['type']}")
        assert len(log) >= max(seen, target), "what was appended is never lost"
        seen = len(log)
    assert killed > len(targets) / 2
    final = start(folder)
    _, err = final.communicate()
    assert final.returncode == 3, err.decode()
    log = events(gonogo, folder)
    done = Counter(entry["event"]["task_id"] for entry in log if entry["type"] == "TaskSucceeded")
    assert len(done) == 12, "five of the work, six audits, and the paper"
    assert set(done.values()) == {1}, "no task is done twice"
    assert len([entry for entry in log if entry["type"] == "TaskBlocked"]) == 1, "only the model that cannot be had"
    assert Counter(entry["type"] for entry in log)["CycleClosed"] == 1
    assert _finished_runs(folder) == {f"{task}/0": 1 for task in done}, "one finished MLflow run a task"
    said = gonogo("verify", "-w", folder)
    assert said.code == 0, said.err
    assert gonogo("replay", "-w", folder).code == 0
    said = gonogo("export", "-w", folder, "--cycle", 1, "--output", tmp_path / "crate.zip")
    assert said.code == 0, said.err
    record_property("told", "\n".join(told))


def _finished_runs(folder: Path) -> dict[str, int]:
    from mlflow import MlflowClient

    client = MlflowClient(tracking_uri=f"sqlite:///{folder / 'mlflow.db'}")
    experiment = client.get_experiment_by_name("tiny")
    assert experiment is not None
    runs = client.search_runs([experiment.experiment_id], filter_string="attributes.status = 'FINISHED'")
    return dict(Counter(run.data.tags["gonogo.task"] for run in runs))


def test_an_interrupted_run_gives_its_task_back_and_goes_on_at_once(
    tmp_path: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = held_study(tmp_path / "study")
    process = start(folder)
    until(process, (folder / "held").exists)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate()
    assert process.returncode == 130, err
    last = err.decode().strip().splitlines()[-1]
    assert last == "gonogo: interrupted; nothing is lost, and the same command goes on from here"
    log = events(gonogo, folder)
    assert [entry["type"] for entry in log[-2:]] == ["TaskClaimed", "TaskReleased"]
    assert gonogo("verify", "-w", folder).code == 0
    (folder / "let-go").touch()
    monkeypatch.delitem(sys.modules, "held", raising=False)  # of another test, from another folder
    assert gonogo("run", "-w", folder).code == 0
    claims = [entry["event"] for entry in events(gonogo, folder) if entry["type"] == "TaskClaimed"]
    assert [claim["takeover"] for claim in claims[:2]] == [False, False], "it was given back, and not left to lapse"
    assert claims[0]["task_id"] == claims[1]["task_id"]


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGHUP], ids=["to end", "by a line that was cut"])
def test_a_run_that_is_told_to_end_gives_its_task_back_and_says_so(
    tmp_path: Path, gonogo, told: signal.Signals
) -> None:
    folder = held_study(tmp_path / "study")
    process = start(folder)
    until(process, (folder / "held").exists)
    process.send_signal(told)
    _, err = process.communicate()
    assert process.returncode == 128 + told, err
    last = err.decode().strip().splitlines()[-1]
    assert last == "gonogo: terminated; nothing is lost, and the same command goes on from here"
    assert events(gonogo, folder)[-1]["type"] == "TaskReleased"
    assert gonogo("verify", "-w", folder).code == 0, "the head is signed, and the record whole"
    assert list((folder / "heads").glob("*.json"))


def test_a_task_whose_worker_dies_three_times_is_blocked_and_a_human_can_have_it_tried_again(
    tmp_path: Path, gonogo, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = held_study(tmp_path / "study")
    process = start(folder)  # one claim that is given back, which is no lapse
    until(process, (folder / "held").exists)
    process.send_signal(signal.SIGINT)
    process.communicate()
    for _ in range(MAX_LAPSES):
        (folder / "held").unlink()
        process = start(folder)
        until(process, (folder / "held").exists)
        process.kill()
        process.communicate()
    (folder / "held").unlink()
    process = start(folder)
    _, err = process.communicate()
    assert process.returncode == 3, err.decode()
    assert not (folder / "held").exists(), "it was not begun a fourth time"
    log = events(gonogo, folder)
    (blocked,) = [entry["event"] for entry in log if entry["type"] == "TaskBlocked"]
    assert "3 claims of it have lapsed" in blocked["reason"]
    assert "then retry" in blocked["remedy"]
    assert gonogo("verify", "-w", folder).code == 0
    (question,) = gonogo("decisions", "--json", "-w", folder).json["decisions"]
    assert "3 claims of it have lapsed" in question["because"]
    answer = ("--choose", "retry", "--as", "Ada", "--reason", "more memory")
    assert gonogo("decide", question["decision_id"], *answer, "-w", folder).code == 0
    (folder / "let-go").touch()
    monkeypatch.delitem(sys.modules, "held", raising=False)
    assert gonogo("run", "-w", folder).code == 0
    assert gonogo("verify", "-w", folder).code == 0
