"""Writers that press for one log at once: the longest that one write took, and how evenly they had their turns.

`python -m benchmarks.writers [WRITERS] [SECONDS]`. Each writer is a process that appends one event after the other, all
durably and under the write lock, without a pause. They do so for SECONDS with the lock as it is, for which they wait in
the kernel's line, and for as long with one that is asked for every millisecond until it is free.
"""

from __future__ import annotations

import fcntl
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from store.events import TaskFailed
from store.log.sql.sqlite import SqliteLog

if TYPE_CHECKING:
    from multiprocessing.synchronize import Barrier

WRITERS, SECONDS = 8, 20.0
PATIENCE_S = 3600.0
"""How long a writer waits for the lock: none gives up here."""


class PollingLog(SqliteLog):
    """A log whose writers ask for the lock again and again."""

    _held = False

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See EventLog.exclusive."""
        if self._held:
            yield
            return
        with self.path.with_name("polled.lock").open("a") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    time.sleep(0.001)
            self._held = True
            try:
                yield
            finally:
                self._held = False


LOGS: dict[str, type[SqliteLog]] = {"in line": SqliteLog, "polling": PollingLog}


@dataclass(frozen=True, slots=True)
class Written:
    """What the writers of one log came to."""

    writes: tuple[int, ...]
    """Of each writer."""
    worst_s: float
    """The longest that any write took, from asking for the lock to its release."""

    @property
    def evenness(self) -> float:
        """Most writes of a writer per fewest."""
        return max(self.writes) / max(min(self.writes), 1)


def written(way: str, writers: int, seconds: float, folder: Path) -> Written:
    """Let so many writers press for a new log in the folder; it must be whole in the end."""
    path = folder / f"{way.replace(' ', '-')}.db"
    opened(way, path).close()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(writers, context, _share, (context.Barrier(writers),)) as pool:
        results = [each.result() for each in [pool.submit(_write, way, path, seconds) for _ in range(writers)]]
    log = opened(way, path)
    check = log.check()
    log.close()
    if not check.ok or check.events != sum(writes for writes, _ in results):
        raise SystemExit(f"{path}: {check.events} events, {check.why or 'others were appended'}")
    return Written(tuple(writes for writes, _ in results), max(worst for _, worst in results))


def opened(way: str, path: Path) -> SqliteLog:
    """The log at a path, with the lock of that way."""
    return LOGS[way](path, lambda: datetime.now(UTC), lock_timeout_s=PATIENCE_S)


_start: list[Barrier] = []
"""Where the writers wait for each other, in each of their processes."""


def _share(start: Barrier) -> None:
    _start.append(start)


def _write(way: str, path: Path, seconds: float) -> tuple[int, float]:
    log, event = opened(way, path), TaskFailed(task_id="c1-x", fence=1, error="x" * 400)
    _start[0].wait()
    writes, worst, end = 0, 0.0, time.monotonic() + seconds
    while (began := time.monotonic()) < end:
        with log.exclusive():
            log.append([event], expected=log.position(), actor="a")
        writes, worst = writes + 1, max(worst, time.monotonic() - began)
    log.close()
    return writes, worst


def main(arguments: Sequence[str]) -> int:
    """Print a line per way to wait."""
    given = dict(zip(("writers", "seconds"), arguments, strict=False))
    writers, seconds = int(given.get("writers", WRITERS)), float(given.get("seconds", SECONDS))
    print(f"{writers} writers, {seconds:g} s each way")
    print(f"{'waiting':<10} {'worst write':>12} {'most : fewest':>15} {'ratio':>7} {'writes/s':>10}")
    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as folder:
        for way in LOGS:
            found = written(way, writers, seconds, Path(folder))
            turns = f"{max(found.writes)} : {min(found.writes)}"
            rate = sum(found.writes) / seconds
            print(f"{way:<10} {found.worst_s:>10.3f} s {turns:>15} {found.evenness:>7.2f} {rate:>10.0f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
