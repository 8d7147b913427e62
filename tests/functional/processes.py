"""Runs in processes of their own: held at a state, killed at one, or waited for, however fast the machine is.

No wait here has an end in seconds: it ends with the state that is waited for, or with the process.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from .conftest import new_study

STUDY = """
[study]
name = "held"
question = "Does attention collapse in a small model?"
claim = "It does"
seed = 7

[[models]]
id = "clip-tiny"
family = "held.Held"
name = "tiny"
weights = "random"

[data]
source = "shapes"
n = 32
captions_per_image = 1

[diagnostics]
nulls = 0
influence = "none"

[decision]
threshold = 0.7
at_least = 1

[paper]
"""

HELD = '''
"""A small model that says when it is about to be loaded, and then waits until it is let go."""

import time
from pathlib import Path

from tasks.diagnostics.families.clip import Clip

HERE = Path(__file__).parent


class Held(Clip):
    def load(self, *arguments):
        (HERE / "held").touch()
        while not (HERE / "let-go").exists():
            time.sleep(0.01)
        return super().load(*arguments)
'''

DIES = """
import os, signal, sys, threading
from orchestrator.cli.main import main
from store.log.sql.sqlite import SqliteLog

target, later, append = int(sys.argv.pop(1)), float(sys.argv.pop(1)), SqliteLog.append


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def deadly(self, *arguments, **options):
    position = append(self, *arguments, **options)
    if position >= target:
        threading.Timer(later, die).start() if later else die()
    return position


SqliteLog.append = deadly
main()
"""


def held_study(folder: Path) -> Path:
    """A study whose first task, in a run, says that it is under way (`held`) and waits (for `let-go`)."""
    (new_study(folder, STUDY) / "held.py").write_text(HELD, encoding="utf-8")
    return folder


def start(folder: Path, lease_s: float | None = None) -> subprocess.Popen[bytes]:
    """A run of the study in the folder; a claim lasts as long as every test does, unless `lease_s` says otherwise."""
    return _start(["-m", "orchestrator.cli"], folder, lease_s)


def start_and_die(folder: Path, target: int, later_s: float = 0) -> subprocess.Popen[bytes]:
    """A run that ends by `kill -9` once it has appended the event at `target`: at once, or a little later."""
    return _start(["-c", DIES, str(target), str(later_s)], folder, None)


def until(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    """Wait for a state that the process brings about; fails when the process ends without it."""
    while not condition():
        if process.poll() is not None and not condition():
            _, err = process.communicate()
            raise AssertionError(f"the run ended with {process.returncode}: {err.decode()}")
        time.sleep(0.02)


def put_to_sleep(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Stop a run, at a moment when it does not hold the lock of the log: nobody could take that from it."""
    with (folder / "gonogo.db.lock").open() as lock:
        while True:
            process.send_signal(signal.SIGSTOP)
            os.waitpid(process.pid, os.WUNTRACED)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                process.send_signal(signal.SIGCONT)


def _start(python: list[str], folder: Path, lease_s: float | None) -> subprocess.Popen[bytes]:
    lease = {} if lease_s is None else {"GONOGO_LEASE_SECONDS": str(lease_s)}
    command = [sys.executable, *python, "run", "-w", str(folder)]
    environment = {**os.environ, **lease}
    return subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=environment, preexec_fn=_as_in_a_terminal
    )


def _as_in_a_terminal() -> None:
    """Heed the signals that a test may have been told to ignore, as it is in the background or under nohup."""
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
