"""A log that its reader may not write to: a copy of the SQLite file and of its write-ahead log, made when opened."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from store.errors import BadInput, LogLocked
from store.log.protocol import Clock
from store.log.sql.sqlite import SqliteLog

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

ATTEMPTS = 20


def may_write(path: Path) -> bool:
    """Whether this user may write a SQLite file, and the files that SQLite keeps beside it."""
    return os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)


class Snapshot(SqliteLog):
    """The log as it was when it was opened. SQLite cannot read a log in WAL mode where it may make no `-shm` file."""

    def __init__(self, path: Path, clock: Clock, lock_timeout_s: float = 10.0) -> None:
        """Copy the log; LogLocked where it is written to all the time, BadInput where it may not be read."""
        self._folder = TemporaryDirectory(prefix="gonogo-")
        try:
            copy = _copied(path, Path(self._folder.name))
            super().__init__(copy, clock, lock_timeout_s=lock_timeout_s)
        except BaseException:
            self._folder.cleanup()
            raise
        self.path = path

    def close(self) -> None:
        """See EventLog.close."""
        super().close()
        self._folder.cleanup()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        raise BadInput(f"{self.path} may be read by you, and not written")
        yield  # pragma: no cover


def _copied(path: Path, folder: Path) -> Path:
    """Copy the file and its write-ahead log, again where either changed meanwhile."""
    sources = (path, path.with_name(f"{path.name}-wal"))
    for _ in range(ATTEMPTS):
        before = _states(sources)
        try:
            for source in sources:
                target = folder / source.name
                target.unlink(missing_ok=True)
                if source.exists():
                    shutil.copyfile(source, target)
        except FileNotFoundError:
            continue  # the last writer has just folded the write-ahead log into the file
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}") from error
        if _states(sources) == before:
            return folder / path.name
    raise LogLocked(f"{path} is written to all the time; try again")


def _states(sources: tuple[Path, ...]) -> list[tuple[int, int] | None]:
    found: list[tuple[int, int] | None] = []
    for source in sources:
        try:
            status = source.stat()
        except FileNotFoundError:
            found.append(None)
        else:
            found.append((status.st_mtime_ns, status.st_size))
    return found
