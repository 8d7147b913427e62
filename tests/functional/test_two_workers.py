"""Two runs of one study at once, and a worker that sleeps through its lease."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from .conftest import STUDY, new_study

LEASE_S = "3"


def start(folder: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "orchestrator.cli", "run", "-w", str(folder)]
    environment = {**os.environ, "GONOGO_LEASE_SECONDS": LEASE_S}
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment)


def events(gonogo, folder: Path) -> list[dict]:
    if not (folder / "gonogo.db").is_file():
        return []
    return [json.loads(line) for line in gonogo("events", "--json", "-w", folder).out.splitlines()]


def types(gonogo, folder: Path) -> Counter[str]:
    return Counter(entry["type"] for entry in events(gonogo, folder))


def wait(process: subprocess.Popen[bytes], condition) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_a_worker_that_sleeps_through_its_lease_is_replaced_and_its_late_result_rejected(
    tmp_path: Path, gonogo
) -> None:
    folder = new_study(tmp_path / "study", STUDY)
    sleeper = start(folder)
    wait(sleeper, lambda: types(gonogo, folder)["TaskClaimed"] > 0)
    sleeper.send_signal(signal.SIGSTOP)
    try:
        other = start(folder)
        wait(other, lambda: types(gonogo, folder)["TaskSucceeded"] > 0)
    finally:
        sleeper.send_signal(signal.SIGCONT)
    for process in (sleeper, other):
        _, err = process.communicate(timeout=240)
        assert process.returncode == 3, err.decode()
    log = events(gonogo, folder)
    takeover = next(entry for entry in log if entry["type"] == "TaskClaimed" and entry["event"]["takeover"])
    assert takeover["event"]["fence"] == 2
    rejected = [entry["event"] for entry in log if entry["type"] == "ResultRejected"]
    assert [(late["fence"], late["newest"]) for late in rejected] == [(1, 2)]
    done = Counter(entry["event"]["task_id"] for entry in log if entry["type"] == "TaskSucceeded")
    assert set(done.values()) == {1}
    assert Counter(entry["type"] for entry in log)["CycleClosed"] == 1
    assert gonogo("verify", "-w", folder).code == 0
