"""Runs one program of a build under limits, and ends it and all that it has started where it breaks one."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tasks.drafting.building import child
from tasks.drafting.building.built import LONGEST_LOG, end_of
from tasks.drafting.building.copying import take
from tasks.drafting.building.guards import INSIDE, Walls
from tasks.drafting.building.limits import Limits

_SHORTEST, _LONGEST = 0.01, 0.05
"""Seconds between two looks at a running program."""

_SAID = 2_000
"""Characters, at the end of what a program says, that tell how it ended."""

_END = 2.0
"""Seconds that what a program has started is waited for after it was ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended: its exit code, what it said, and in words which limit it broke, if it broke one."""

    code: int
    said: str
    broke: str


def run(
    command: Sequence[str],
    sources: Path,
    env: Mapping[str, str],
    limits: Limits,
    until: float,
    walls: Walls | None,
) -> Ran:
    """Run `command` in the folder `sources`, until `until` on the monotonic clock. What it says is kept beside.

    Whatever ends this function, no process of the program is left.
    """
    private = sources.parent
    said = private / "said"
    broke = ""
    with said.open("wb") as output, _Group(command, sources, env, output.fileno(), limits, walls) as group:
        wait = _SHORTEST
        while not broke and not group.ended():
            left = until - time.monotonic()
            broke = _late(limits) if left <= 0 else _over(private, limits)
            time.sleep(max(0.0, min(wait, left)))
            wait = min(2 * wait, _LONGEST)
    code = group.process.returncode
    shown = end_of(take(said, 4 * LONGEST_LOG) or b"")
    for place in (str(sources), f"{INSIDE}/{sources.name}"):  # which is another in every build
        shown = shown.replace(f"{place}/", "")
    return Ran(code, shown, broke or _broke(code, shown, limits) or _over(private, limits))


class _Group:
    """A program in a session of its own, of which nothing is left in the end."""

    def __init__(
        self,
        command: Sequence[str],
        folder: Path,
        env: Mapping[str, str],
        output: int,
        limits: Limits,
        walls: Walls | None,
    ) -> None:
        told = {
            "parent": os.getpid(),
            "walls": None if walls is None else walls.walls,
            "limits": {
                "RLIMIT_CPU": math.ceil(limits.seconds) + 1,
                "RLIMIT_AS": limits.memory_bytes,
                "RLIMIT_FSIZE": limits.file_bytes,
                "RLIMIT_CORE": 0,
            },
        }
        before = () if walls is None else walls.before
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(child.__file__)), json.dumps(told), *before, *command],
            cwd=folder,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def __enter__(self) -> _Group:
        return self

    def ended(self) -> bool:
        """Whether the program has ended. It is left as a zombie, so that its number is given to no other."""
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def __exit__(self, *_: object) -> None:
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        until = time.monotonic() + _END
        while _lives(self.process.pid) and time.monotonic() < until:
            time.sleep(_SHORTEST)


def _lives(group: int) -> bool:
    """Whether a process of a group still runs; one that has ended and only waits to be counted does not."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, ValueError, IndexError):
            state, _, of = stat.read_bytes().rpartition(b")")[2].split()[:3]
            if int(of) == group and state not in (b"Z", b"X"):
                return True
    return False


def _over(folder: Path, limits: Limits) -> str:
    """In words, where all files of a build together are more than its limits allow."""
    files = size = 0
    for at, folders, names in os.walk(folder):
        files += len(folders) + len(names)
        for name in names:
            with suppress(OSError):
                size += os.lstat(os.path.join(at, name)).st_size  # noqa: PTH118, as this is asked again and again
        if size > limits.folder_bytes:
            return f"wrote more than {limits.folder_bytes} bytes in all"
        if files > limits.files:
            return f"wrote more than {limits.files} files"
    return ""


def _broke(code: int, said: str, limits: Limits) -> str:
    ended_by, last = -code if code < 0 else code - 128, said[-_SAID:].lower()
    if ended_by == signal.SIGXFSZ or (code and "file too large" in last):
        return f"wrote a file of more than {limits.file_bytes} bytes"
    if ended_by == signal.SIGXCPU:
        return _late(limits)
    if code and any(words in last for words in ("memory allocation of", "memory exhausted", "out of memory")):
        return f"needed more than {limits.memory_bytes} bytes of memory"
    return ""


def _late(limits: Limits) -> str:
    return f"took longer than {limits.seconds:g} s"
