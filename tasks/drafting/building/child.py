"""Run by its path: takes on limits, and walls around files where it is told to, and becomes the program it is told.

Nothing of gonogo is imported, since this also runs where nothing but the standard library may be there.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import sys
from typing import Any

FAILED = 125
"""The exit code where a limit or a wall could not be put up."""

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS = 1, 38
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
"""System calls of Landlock, which have the same numbers on every architecture."""

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 14
_LINKS_AND_DEVICES = 1 << 6 | 1 << 9 | 1 << 10 | 1 << 11 | 1 << 12
_REFER = 1 << 13
_RIGHTS = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1}
"""Version of Landlock -> the rights on files that it knows."""
_TCP = {True: 3, False: 0}


def landlock_version() -> int:
    """The version of Landlock that this kernel has; 0 where there is none."""
    if not sys.platform.startswith("linux"):
        return 0
    found: int = ctypes.CDLL(None, use_errno=True).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, found)


def wall(readable: list[str], writable: list[str]) -> None:
    """Let this process open nothing but what lies under these paths, and no connection where the kernel can tell.

    Raises OSError where the kernel does not do it.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    version = landlock_version()
    rights = _RIGHTS[min(version, 3)] if version else 0
    attributes = (ctypes.c_uint64 * 2)(rights, _TCP[version >= 4])
    size = 16 if version >= 4 else 8
    ruleset = _done(libc.syscall(_CREATE_RULESET, ctypes.byref(attributes), ctypes.c_size_t(size), 0))
    reading = _EXECUTE | _READ_FILE | _READ_DIR
    writing = rights & ~(_LINKS_AND_DEVICES | _REFER | _EXECUTE)
    for paths, allowed in ((readable, reading), (writable, writing)):
        for path in paths:
            _allow(libc, ruleset, path, allowed & rights)
    _done(libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
    _done(libc.syscall(_RESTRICT_SELF, ruleset, 0))
    os.close(ruleset)


def _allow(libc: ctypes.CDLL, ruleset: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    if not os.path.isdir(path):  # noqa: PTH112, as nothing more is imported than is needed
        rights &= _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE
    rule = rights.to_bytes(8, sys.byteorder) + opened.to_bytes(4, sys.byteorder, signed=True)
    _done(libc.syscall(_ADD_RULE, ruleset, 1, rule, 0))
    os.close(opened)


def _done(code: int) -> int:
    if code < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return code


def _limit(limits: dict[str, int]) -> None:
    for name, most in limits.items():
        which = getattr(resource, name)
        hard = resource.getrlimit(which)[1]
        least = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(which, (least, least))
        except (ValueError, OSError):
            if sys.platform.startswith("linux"):
                raise


def _die_with(parent: int) -> None:
    if sys.platform.startswith("linux"):
        _done(ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
    if os.getppid() != parent:
        sys.exit(FAILED)


def main(told: dict[str, Any], command: list[str]) -> None:
    """Become `command`, held by what `told` says."""
    try:
        _die_with(told["parent"])
        for each in (signal.SIGXFSZ, signal.SIGPIPE):  # Python ignores these, and what is ignored stays so
            signal.signal(each, signal.SIG_DFL)
        _limit(told["limits"])
        if told["walls"] is not None:
            wall(told["walls"]["readable"], told["walls"]["writable"])
        os.execve(command[0], command, dict(os.environ))
    except OSError as error:
        os.write(2, f"{command[0]} could not be started under its guards: {error}\n".encode())
        sys.exit(FAILED)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]), sys.argv[2:])
