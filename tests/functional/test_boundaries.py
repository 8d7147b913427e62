"""A run that dies at any boundary of publishing, and a disk that is full at any write: running again completes.

A few boundaries and sizes by default; `make chaos` takes them all (GONOGO_BOUNDARIES, GONOGO_STEP_KB).
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import made_once, new_study
from .processes import STUDY, start

pytestmark = pytest.mark.slow

SEED = int(os.environ.get("GONOGO_SEED", "20260302"))
BOUNDARIES = os.environ.get("GONOGO_BOUNDARIES", "1")
"""How many boundaries, drawn from a printed seed, or `all`."""
STEP_KB = int(os.environ.get("GONOGO_STEP_KB", "4096"))
"""By how much a full disk grows from run to run."""
SMALL = STUDY.replace("held.Held", "clip")

DIES_IN_PUBLISHING = '''
"""Run, and die before the n-th file is opened for writing, moved, linked or removed, or event is appended."""

import os, signal, sys
from orchestrator.cli.main import main
from orchestrator.running import cycle
from store.log.sql.sqlite import SqliteLog

die_at, told, folder = int(sys.argv.pop(1)), sys.argv.pop(1), sys.argv[-1]
publish, append = cycle.publish, SqliteLog.append
CHANGES = {"os.rename", "os.link", "os.remove", "os.mkdir", "os.rmdir", "os.chmod"}
WRITING = os.O_WRONLY | os.O_RDWR
reached, inside = 0, False


def boundary():
    global reached
    reached += 1
    if reached == die_at:
        os.kill(os.getpid(), signal.SIGKILL)


def watch(event, arguments):
    if inside and (event in CHANGES or (event == "open" and arguments[2] & WRITING)):
        if str(arguments[0]).startswith(folder):
            boundary()


def published(*arguments):
    global inside
    if die_at == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    inside = True
    publish(*arguments)
    boundary()
    inside = False
    with open(told, "w") as file:
        file.write(str(reached))


def appended(self, *arguments, **options):
    if inside:
        boundary()
    return append(self, *arguments, **options)


cycle.publish, SqliteLog.append = published, appended
sys.addaudithook(watch)
main()
'''


def dying(folder: Path, at: int, told: Path) -> subprocess.Popen[bytes]:
    """A run that dies at a boundary of publishing; at 0 before the first, and never at one beyond the last."""
    command = [sys.executable, "-c", DIES_IN_PUBLISHING, str(at), str(told), "run", "-w", str(folder)]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


@pytest.fixture(scope="module")
def assessed(shared_folder: Path) -> Path:
    """A study whose report is due."""

    def work(folder: Path) -> None:
        process = dying(new_study(folder, SMALL), 0, folder / "never")
        _, err = process.communicate()
        assert process.returncode == -signal.SIGKILL, err.decode()

    return made_once(shared_folder / "assessed", work)


def test_a_run_that_dies_at_any_boundary_of_publishing_ends_whole_when_it_is_run_again(
    assessed: Path, tmp_path: Path, gonogo, record_property: Callable[[str, object], None]
) -> None:
    told = tmp_path / "told"
    whole = shutil.copytree(assessed, tmp_path / "whole")
    process = dying(whole, 10**9, told)
    _, err = process.communicate()
    assert process.returncode == 0, err.decode()
    number = int(told.read_text())
    assert number > 20, "several files, each made beside its place and moved there, artifacts, and an event"
    every = range(1, number + 1)
    chosen = every if BOUNDARIES == "all" else sorted(random.Random(SEED).sample(every, int(BOUNDARIES)))
    for at in chosen:
        folder = shutil.copytree(assessed, tmp_path / f"study-{at}")  # MLflow keeps files of one name open
        process = dying(folder, at, told)
        process.communicate()
        assert process.returncode == -signal.SIGKILL
        said = gonogo("run", "-w", folder)
        assert said.code == 0, (at, said.err)
        said = gonogo("verify", "-w", folder)
        assert said.code == 0, (at, said.err)
        said = gonogo("export", "-w", folder, "--cycle", 1, "--output", tmp_path / f"crate-{at}.zip")
        assert said.code == 0, (at, said.err)
        left = [path.name for path in folder.rglob("*") if path.name.startswith(".partial")]
        assert not left, (at, left)
        shutil.rmtree(folder)
    record_property("told", f"seed {SEED}: died at {len(chosen)} of {number} boundaries: {list(chosen)}")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """A disk of its own, which is as large as it was last asked to be, in kB."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "gonogo", place], capture_output=True, text=True, check=False
    )
    if made.returncode:
        pytest.skip(f"no disk can be made here, so none was full: {made.stderr.strip()}")

    def resize(size_kb: int) -> Path:
        subprocess.run(["mount", "-o", f"remount,size={size_kb}k", place], check=True)
        return place

    yield resize
    subprocess.run(["umount", "--lazy", place], check=True)


def test_a_study_on_a_disk_that_is_full_again_and_again_completes_with_nothing_lost(
    disk: Callable[[int], Path], gonogo, record_property: Callable[[str, object], None]
) -> None:
    size, seen, full = 256, 0, 0
    folder = new_study(disk(size) / "study", SMALL)
    while True:
        process = start(folder)
        _, err = process.communicate()
        said = err.decode()
        if process.returncode == 0:
            break
        assert process.returncode == 1, said  # 3 would be a question that a full disk has raised
        assert "Traceback" not in said, said
        full += 1
        log = gonogo("events", "-w", folder) if (folder / "gonogo.db").exists() else None
        now = len(log.out.splitlines()) if log is not None and log.code == 0 else 0
        assert now >= seen, "what was appended is never lost"
        seen, size = now, size + STEP_KB
        disk(size)
    assert full, "it was never full"
    said = gonogo("verify", "-w", folder)
    assert said.code == 0, said.err
    assert gonogo("replay", "-w", folder).code == 0
    record_property("told", f"full {full} times, done in {size} kB, {seen} events before the last run")
