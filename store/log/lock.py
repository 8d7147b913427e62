"""The write lock: a file beside the log, for which the threads and processes of one machine wait in the kernel's line.

Whoever asks again and again, with pauses, starves, as the lock is free only while nobody looks. The kernel hands it
from one to the next as they came, and takes it back from a process that dies. Readers need neither lock nor file.
"""

from __future__ import annotations

import errno
import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import FileIO
from pathlib import Path

from store.errors import LogLocked, StorageFailure

_WITHOUT_LOCKS = frozenset({errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOLCK})
"""What file systems answer that know no locks, or were mounted without."""


class WriteLock:
    """An advisory lock between threads and processes. Re-entrant within a thread; let go when the process dies."""

    def __init__(self, path: Path, lock_timeout_s: float) -> None:
        self._path = path
        self._lock_timeout_s = lock_timeout_s
        self._mine = _Mine()
        self._timed_out: list[Place] = []

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Acquire the lock, and release it at the end; LogLocked when it cannot be had in time."""
        mine = self._mine
        if mine.depth == 0:
            mine.place = self._acquired()
        mine.depth += 1
        try:
            yield
        finally:
            mine.depth -= 1
            if mine.depth == 0 and mine.place is not None:
                mine.place.leave()
                mine.place = None

    def _acquired(self) -> Place:
        """The first place in the line, which is the lock."""
        deadline = time.monotonic() + self._lock_timeout_s
        while True:
            try:
                place = self._resumed() or Place(self._path)
                try:
                    if not place.comes_up(deadline - time.monotonic()):
                        raise LogLocked(
                            f"{self._path.with_suffix('')} is locked by process {_holder(self._path)}; "
                            "let it finish, then try again"
                        )
                    if place.is_at(self._path):
                        place.sign()
                        return place
                    place.leave()  # somebody removed the file: whoever comes next waits at another one
                except LogLocked:
                    self._timed_out.append(place)  # its thread waits on, and whoever asks next waits with it
                    raise
                except BaseException:
                    place.leave()
                    raise
            except OSError as error:
                raise self._failure(error) from error

    def _resumed(self) -> Place | None:
        """A place where somebody has waited in vain, and which is still in the line."""
        while self._timed_out:
            place = self._timed_out.pop()
            if place.resumed():
                return place
        return None

    def _failure(self, error: OSError) -> StorageFailure:
        if error.errno in _WITHOUT_LOCKS:
            return StorageFailure(f"{self._path} cannot be locked: {error.strerror}; move the study to a local disk")
        return StorageFailure(f"{self._path} cannot be written: {error.strerror}")


class Place:
    """A place in the line for one lock file. As `flock` has no time limit, a thread of its own waits where it must."""

    def __init__(self, path: Path) -> None:
        """Open the lock file, and make it where there is none; OSError where that cannot be done."""
        self._file = FileIO(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666), "r+")
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._wanted = True
        self._over = False
        """The wait of the thread has ended: with the lock, or with an error."""
        self._error: OSError | None = None

    def comes_up(self, timeout_s: float) -> bool:
        """Whether the lock is ours within so many seconds; after False the place is kept, for `resumed`."""
        if self._thread is None:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                self._thread = threading.Thread(target=self._wait, name="write-lock", daemon=True)
                self._thread.start()
        with self._changed:
            self._changed.wait_for(lambda: self._over, timeout_s)
            if self._error is not None:
                raise self._error
            self._wanted = self._over
            return self._over

    def resumed(self) -> bool:
        """Want the lock again, after a wait that was too short; False where it came and was let go meanwhile."""
        with self._changed:
            self._wanted = not self._over
            return self._wanted

    def leave(self) -> None:
        """Let the lock go, or leave the line, which lasts until the lock comes."""
        with self._changed:
            self._wanted = False
            if self._thread is None or self._over:
                self._let_go()

    def is_at(self, path: Path) -> bool:
        """Whether the lock file is the one that lies at the path, where others look for it."""
        try:
            return os.path.samestat(path.stat(), os.fstat(self._file.fileno()))
        except FileNotFoundError:
            return False

    def sign(self) -> None:
        """Leave our process number for those who wait. A write that changes nothing would still slow the next fsync."""
        name = f"{os.getpid():<{_SIGNED}}".encode("ascii")
        if os.pread(self._file.fileno(), _SIGNED, 0) != name:
            os.pwrite(self._file.fileno(), name, 0)

    def _wait(self) -> None:
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except OSError as error:
            self._error = error
        with self._changed:
            self._over = True
            if not self._wanted:
                self._let_go()
            self._changed.notify_all()

    def _let_go(self) -> None:
        if not self._file.closed:
            fcntl.flock(self._file, fcntl.LOCK_UN)  # closing is not enough where a forked process has the file, too
            self._file.close()


_SIGNED = 32


class _Mine(threading.local):
    """What one thread has of a lock."""

    depth = 0
    place: Place | None = None


def _holder(path: Path) -> str:
    """Who has signed the lock, if that process is there: who has it now may not have signed yet."""
    try:
        signed = path.read_bytes()[:_SIGNED].decode("ascii", "replace").strip()
    except OSError:
        return "unknown"
    try:
        os.kill(int(signed), 0)
    except PermissionError:  # it is there, and another user's
        return signed
    except (OSError, ValueError, OverflowError):
        return "unknown"
    return signed
