"""Runs a program on files that may be hostile: alone in a folder, within limits, and ended with all that it started."""

from __future__ import annotations

import contextlib
import os
import resource
import shutil
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.drafting.building.built import Limits

_READ_ONLY = (
    "/usr",
    "/lib",
    "/lib32",
    "/lib64",
    "/bin",
    "/etc/texmf",
    "/etc/alternatives",
    "/etc/fonts",
    "/var/lib/texmf",
)
"""What bubblewrap lets a program see of the machine."""

_MOST_OUTPUT = 4 << 20


@dataclass(frozen=True, slots=True)
class Ended:
    """How a program ended."""

    code: int
    output: str
    guards: tuple[str, ...]
    error: str = ""
    """Which limit ended it; empty where it ended by itself."""


def run_guarded(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], limits: Limits, alone: bool = True
) -> Ended:
    """Run a command in a folder, with nothing in its environment but what is given.

    `alone`: of the machine's files it sees the programs alone, where bubblewrap starts. On a breach of the limits, and
    when this is interrupted, its whole process group is ended.
    """
    inside = alone and _bubblewrap()
    wrapped = [*_wrapping(folder), *command] if inside else list(command)
    guards = (
        "no network, and no file outside the folder of the build (bubblewrap)" if inside else "without bubblewrap",
        f"{limits.seconds:g} s, {limits.memory_bytes >> 20} MiB of memory, {limits.file_bytes >> 20} MiB a file at most",
    )
    output = folder / ".output"
    with output.open("wb") as sink:
        process = subprocess.Popen(
            wrapped, cwd=folder, env=dict(environment), stdin=subprocess.DEVNULL, stdout=sink, stderr=subprocess.STDOUT,
            start_new_session=True, preexec_fn=lambda: _limit(limits),
        )  # fmt: skip
        try:
            code = process.wait(limits.seconds)
            error = _breach(code, limits)
        except subprocess.TimeoutExpired:
            code, error = -signal.SIGKILL, f"it took longer than {limits.seconds:g} s, and was ended"
        finally:
            _end(process)
    text = output.read_bytes()[-_MOST_OUTPUT:].decode("utf-8", "replace")
    output.unlink()
    return Ended(code, text, guards, error)


def _limit(limits: Limits) -> None:
    """In the child, before the program begins."""
    seconds = max(1, int(limits.seconds) + 1)
    for what, most in (
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_AS, limits.memory_bytes),
        (resource.RLIMIT_FSIZE, limits.file_bytes),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def _breach(code: int, limits: Limits) -> str:
    """Which limit a program ran into, by how it ended; empty for any other end."""
    signalled = -code if code < 0 else code - 128
    if signalled == signal.SIGXFSZ:
        return f"it wrote a file of more than {limits.file_bytes >> 20} MiB, and was ended"
    if signalled in (signal.SIGXCPU, signal.SIGKILL):
        return f"it took longer than {limits.seconds:g} s, and was ended"
    return ""


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the whole group, whatever is left of it, and take the child's place among the living."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


@cache
def _bubblewrap() -> bool:
    """Whether bubblewrap starts here; within some containers it does not."""
    if shutil.which("bwrap") is None:
        return False
    tried = [*_wrapping(Path("/tmp")), "true"]
    try:
        return subprocess.run(tried, capture_output=True, timeout=20, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def _wrapping(folder: Path) -> list[str]:
    """The command of bubblewrap: all namespaces of its own, and of the machine's files the programs alone."""
    seen = [part for path in _READ_ONLY if Path(path).exists() for part in ("--ro-bind", path, path)]
    place = str(folder)
    return [
        "bwrap", "--unshare-all", "--die-with-parent", "--new-session", *seen, "--proc", "/proc", "--dev", "/dev",
        "--tmpfs", "/tmp", "--bind", place, place, "--chdir", place,
    ]  # fmt: skip
