"""The write lock: who waits gets it in turn, who ran out of time or died does not keep it, and nobody has it twice."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from io import FileIO
from pathlib import Path

import pytest

from store.errors import LogLocked, StorageFailure
from store.log.lock import WriteLock

HOLD = """
import sys, threading
from pathlib import Path
from store.log.lock import WriteLock

with WriteLock(Path(sys.argv[1]), 3600).hold():
    print("held", flush=True)
    threading.Event().wait()
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.lock"


def patient(path: Path) -> WriteLock:
    return WriteLock(path, lock_timeout_s=3600)


def in_line(path: Path) -> int:
    """How many wait for the file in the kernel."""
    waiting = f":{path.stat().st_ino} "
    return sum(waiting in line and "->" in line for line in Path("/proc/locks").read_text().splitlines())


def waiters() -> int:
    return sum(thread.name == "write-lock" for thread in threading.enumerate())


@pytest.fixture(scope="module")
def line_is_seen(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skips where the kernel does not show who waits for a lock."""
    path = tmp_path_factory.mktemp("line") / "file"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            seen = f":{path.stat().st_ino} " in Path("/proc/locks").read_text()
        except OSError:
            seen = False
    if not seen:
        pytest.skip("/proc/locks does not show locks here, so the line was not looked at")


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """What the kernel was asked for, in order."""
    asked: list[int] = []
    really = fcntl.flock

    def flock(file: FileIO, operation: int) -> None:
        asked.append(operation)
        really(file, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    return asked


def joined(path: Path, lock: WriteLock, order: list[str], name: str) -> threading.Thread:
    """A thread that waits in the line, which it has joined."""

    def wait() -> None:
        with lock.hold():
            order.append(name)

    before = in_line(path)
    thread = threading.Thread(target=wait)
    thread.start()
    while in_line(path) == before:
        assert thread.is_alive(), f"{name} did not wait"
        time.sleep(0.001)
    return thread


def take(lock: WriteLock) -> None:
    with lock.hold():
        pass


def test_whoever_finds_it_taken_asks_once_more_and_waits_in_the_kernel(path: Path, asked: list[int]) -> None:
    with patient(path).hold():
        asked.clear()
        thread = threading.Thread(target=take, args=(patient(path),))
        thread.start()
        while len(asked) < 2:
            time.sleep(0.001)
        assert asked == [fcntl.LOCK_EX | fcntl.LOCK_NB, fcntl.LOCK_EX]
    thread.join()


def test_those_who_wait_get_the_lock_in_the_order_in_which_they_came(path: Path, line_is_seen: None) -> None:
    order: list[str] = []
    shared, names = patient(path), [f"w{number}" for number in range(6)]
    with patient(path).hold():
        threads = [joined(path, patient(path) if n % 2 else shared, order, name) for n, name in enumerate(names)]
    for thread in threads:
        thread.join()
    assert order == names


def test_a_lock_that_did_not_come_in_time_is_not_kept_by_who_no_longer_waits(path: Path) -> None:
    impatient = WriteLock(path, lock_timeout_s=0.01)
    with patient(path).hold():
        for _ in range(5):
            with pytest.raises(LogLocked, match=f"locked by process {os.getpid()}; let it finish"):
                take(impatient)
        assert waiters() == 1, "one place in the line, however often it is asked for"
    take(patient(path))
    impatient._lock_timeout_s = 3600
    take(impatient)


def test_a_process_that_is_killed_has_no_lock(path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LogLocked, match=f"locked by process {other.pid};"):
            take(WriteLock(path, 0.01))
        other.send_signal(signal.SIGKILL)
        take(patient(path))


def test_who_has_ended_is_not_named_as_the_holder(path: Path) -> None:
    with patient(path).hold():
        with subprocess.Popen([sys.executable, "-c", ""]) as ended:
            pass
        path.write_text(f"{ended.pid:<32}")
        with pytest.raises(LogLocked, match="locked by process unknown; let it finish"):
            take(WriteLock(path, 0.01))


@pytest.mark.parametrize("fails", ["read_bytes", "kill"])
def test_a_holder_of_another_user_is_named_as_far_as_he_can_be_seen(
    path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def denied(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    with patient(path).hold():
        monkeypatch.setattr(*((Path, fails) if fails == "read_bytes" else (os, fails)), denied)
        named = "unknown" if fails == "read_bytes" else str(os.getpid())
        with pytest.raises(LogLocked, match=f"locked by process {named}; let it finish"):
            take(WriteLock(path, 0.01))


def test_a_thread_may_hold_it_again_and_lets_go_at_the_end(path: Path) -> None:
    lock = patient(path)
    with lock.hold():
        take(lock)
        with pytest.raises(LogLocked):
            take(WriteLock(path, 0.01))
    take(patient(path))


def test_an_error_while_it_is_held_lets_it_go(path: Path) -> None:
    lock = patient(path)
    with pytest.raises(KeyboardInterrupt), lock.hold():
        raise KeyboardInterrupt
    take(WriteLock(path, 0.01))


def test_whoever_waited_at_a_file_that_was_removed_waits_again_at_the_one_that_is_there(
    path: Path, line_is_seen: None
) -> None:
    order: list[str] = []
    with patient(path).hold():
        waiting = joined(path, patient(path), order, "waited")
        path.unlink()
        new = patient(path)
        place = new.hold()
        place.__enter__()
    while not in_line(path):
        assert waiting.is_alive(), "it has the lock that another has"
        time.sleep(0.001)
    order.append("other")
    place.__exit__(None, None, None)
    waiting.join()
    assert order == ["other", "waited"]


def test_a_file_system_without_locks_is_named(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refused)
    with pytest.raises(StorageFailure, match="cannot be locked: No locks available; move the study to a local disk"):
        take(patient(path))


def test_a_folder_that_cannot_be_written_is_named(path: Path) -> None:
    with pytest.raises(StorageFailure, match="cannot be written: No such file"):
        take(patient(path.parent / "nowhere" / "log.lock"))
