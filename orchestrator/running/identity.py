"""Which process a worker is, by what no clock moves and no other process shares: boot, pid namespace, pid, start.

Process times that a library derives from the wall clock move with every step of the clock, and containers share host
names. What cannot be known of a worker is left to its lease.
"""

from __future__ import annotations

import os
import socket
from pathlib import Path

UNKNOWN = "?"


def this_worker() -> str:
    """The name of this process, as `host/pid/boot/namespace/start`; the host is for people to read."""
    pid = os.getpid()
    return "/".join((socket.gethostname(), str(pid), _boot(), _namespace(), _start(pid) or UNKNOWN))


def is_dead(worker: str) -> bool:
    """True when a worker is surely gone: one of this boot and pid namespace, whose process has ended.

    Of workers of other machines and containers, and where the kernel does not tell, only leases can tell.
    """
    _, pid, boot, namespace, start = (worker.split("/") + [UNKNOWN] * 5)[:5]
    if UNKNOWN in (boot, namespace, start) or (boot, namespace) != (_boot(), _namespace()):
        return False
    if not pid.isdecimal() or not _exists(int(pid)):
        return True
    found = _start(int(pid))
    return found is not None and found != start


def _boot() -> str:
    """Part of the random id that the kernel draws at each boot."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip().replace("-", "")[:12]
    except OSError:
        return UNKNOWN


def _namespace() -> str:
    """The pid namespace of this process, by its inode: two containers on one kernel have two."""
    try:
        return str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        return UNKNOWN


def _start(pid: int) -> str | None:
    """When a process began, in clock ticks since boot; None where the kernel does not tell. Zombies count as ended."""
    try:
        state, *fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
    except (OSError, ValueError):
        return None
    return "ended" if state == b"Z" else fields[18].decode("ascii")  # the 22nd of all, as in proc(5)


def _exists(pid: int) -> bool:
    """Whether there is a process of that number, whoever owns it."""
    if pid <= 0:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
