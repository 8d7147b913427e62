"""Two runs of one study at once, and a worker that sleeps through its lease."""

from __future__ import annotations

import json
import signal
from collections import Counter
from pathlib import Path

import pytest

from .processes import held_study, put_to_sleep, start, until

pytestmark = pytest.mark.slow


def events(gonogo, folder: Path) -> list[dict]:
    return [json.loads(line) for line in gonogo("events", "--json", "-w", folder).out.splitlines()]


def test_a_worker_that_sleeps_through_its_lease_is_replaced_and_its_late_result_rejected(
    tmp_path: Path, gonogo
) -> None:
    folder = held_study(tmp_path / "study")
    sleeper = start(folder, lease_s=1)
    until(sleeper, (folder / "held").exists)
    put_to_sleep(sleeper, folder)
    try:
        (task,) = (entry["event"]["task_id"] for entry in events(gonogo, folder) if entry["type"] == "TaskClaimed")
        (folder / "let-go").touch()
        other = start(folder)
        until(other, lambda: ("TaskSucceeded", task) in about_tasks(gonogo, folder))
    finally:
        sleeper.send_signal(signal.SIGCONT)
    for process in (sleeper, other):
        _, err = process.communicate()
        assert process.returncode == 0, err.decode()
    log = events(gonogo, folder)
    claims = [e["event"] for e in log if e["type"] == "TaskClaimed" and e["event"]["task_id"] == task]
    assert [(claim["fence"], claim["takeover"]) for claim in claims] == [(1, False), (2, True)]
    rejected = [e["event"] for e in log if e["type"] == "ResultRejected" and e["event"]["task_id"] == task]
    assert [(late["fence"], late["newest"]) for late in rejected] == [(1, 2)]
    done = Counter(entry["event"]["task_id"] for entry in log if entry["type"] == "TaskSucceeded")
    assert set(done.values()) == {1}
    assert Counter(entry["type"] for entry in log)["CycleClosed"] == 1
    assert gonogo("verify", "-w", folder).code == 0


def about_tasks(gonogo, folder: Path) -> set[tuple[str, str]]:
    return {(entry["type"], entry["event"].get("task_id", "")) for entry in events(gonogo, folder)}
