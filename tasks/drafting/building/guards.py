"""Walls around a build: bubblewrap where it starts, else Landlock where the kernel has it, else none."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tasks.drafting.building.child import landlock_version

SYSTEM = (
    "/usr",
    "/bin",
    "/lib",
    "/lib32",
    "/lib64",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/texmf",
    "/var/lib/texmf",
    "/nix/store",
)
"""What programs are made of, of which a build may read."""

INSIDE = "/build"
"""Where bubblewrap shows a build its folder."""

_DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom")
_TRY = 20.0
_ALL = "bubblewrap: no other files but those of the system, no network, no other processes"
_FILES = "Landlock: no other files but those of the system"


@dataclass(frozen=True, slots=True)
class Walls:
    """What keeps a build to its folder: what goes before its command, what its child is told, and that in words."""

    words: str
    before: tuple[str, ...]
    walls: dict[str, list[str]] | None


@cache
def bubblewrap() -> str:
    """The path of a bubblewrap that starts here; empty where there is none, or where it cannot make a namespace."""
    found = shutil.which("bwrap")
    if found is None or not sys.platform.startswith("linux"):
        return ""
    command = [*_wrapped(found, ()), "--", shutil.which("true") or "/bin/true"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=_TRY, check=False, env={})
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return found if done.returncode == 0 else ""


def walls(folder: Path, below: str, programs: Iterable[Path]) -> Walls | None:
    """The best walls that stand here, or None: around a build by `programs` in the folder `below` of `folder`."""
    more = tuple(str(each) for each in programs if not any(each.is_relative_to(known) for known in SYSTEM))
    if found := bubblewrap():
        before = _wrapped(found, more)
        bound = ("--bind", str(folder), INSIDE, "--chdir", f"{INSIDE}/{below}", "--")
        return Walls(_ALL, (*before, *bound), None)
    if landlock_version():
        rules = {"readable": [*SYSTEM, *more, *_DEVICES], "writable": [str(folder), "/dev/null"]}
        return Walls(_FILES, (), rules)
    return None


def _wrapped(found: str, more: tuple[str, ...]) -> tuple[str, ...]:
    kept = [part for path in (*SYSTEM, *more) if os.path.lexists(path) for part in ("--ro-bind-try", path, path)]
    alone = ("--unshare-all", "--die-with-parent", "--dev", "/dev", "--proc", "/proc")
    return (found, *alone, *kept)
