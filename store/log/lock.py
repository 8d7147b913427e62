"""The write lock: a file beside the log, so that writers of one machine take turns instead of colliding."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from store.errors import LogLocked, StorageFailure

_POLL_S = 0.001


class WriteLock:
    """An advisory lock between threads and processes. Re-entrant within a thread; let go when the process dies."""

    def __init__(self, path: Path, lock_timeout_s: float) -> None:
        self._path = path
        self._lock_timeout_s = lock_timeout_s
        self._threads = threading.RLock()
        self._depth = 0
        self._file: int | None = None

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Acquire the lock, and release it at the end; LogLocked when it cannot be had in time."""
        if not self._threads.acquire(timeout=self._lock_timeout_s):
            raise LogLocked(f"{self._path.name} is held by another thread; try again")
        try:
            if self._depth == 0:
                self._acquire()
            self._depth += 1
            try:
                yield
            finally:
                self._depth -= 1
                if self._depth == 0 and self._file is not None:
                    fcntl.flock(self._file, fcntl.LOCK_UN)
        finally:
            self._threads.release()

    def close(self) -> None:
        """Close the lock file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _acquire(self) -> None:
        try:
            if self._file is None:
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise StorageFailure(f"{self._path} cannot be written: {error.strerror}") from error
        deadline = time.monotonic() + self._lock_timeout_s
        while True:
            try:
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= deadline:
                    holder = os.pread(self._file, 32, 0).decode("ascii", "replace").strip() or "unknown"
                    raise LogLocked(
                        f"{self._path.with_suffix('')} is locked by process {holder}; let it finish, then try again"
                    ) from None
                time.sleep(_POLL_S)
        self._sign(self._file)

    def _sign(self, file: int) -> None:
        """Leave our process number for those who wait. A write that changes nothing would still slow the next fsync."""
        name = f"{os.getpid():<32}".encode("ascii")
        if os.pread(file, 32, 0) != name:
            os.pwrite(file, name, 0)
