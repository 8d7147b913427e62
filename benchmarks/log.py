"""The event log: appending beside raw SQLite at the same durability; checking, folding and reading by the event."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.timing import Row, compared, interleaved
from store.board import fold
from store.events import CycleOpened, TaskFailed
from store.log.chain import check_chain
from store.log.memory import MemoryLog
from store.log.sql.sqlite import SqliteLog, sqlite_module

APPENDS = 50
EVENTS = 20_000


def rows() -> Iterator[Row]:
    """Every measurement of the log."""
    with tempfile.TemporaryDirectory() as folder:
        yield _append(Path(folder))
        yield from _walk(Path(folder))


def _append(folder: Path) -> Row:
    log = SqliteLog(folder / "ours.db", lambda: datetime.now(UTC))
    raw = sqlite_module().connect(str(folder / "peer.db"), isolation_level=None)
    raw.execute("PRAGMA journal_mode = WAL")
    raw.execute("PRAGMA synchronous = FULL")
    raw.execute("CREATE TABLE events (study TEXT, position INTEGER, body TEXT, PRIMARY KEY (study, position))")
    event = TaskFailed(task_id="c1-x", fence=1, error="x" * 400)
    body = event.model_dump_json()

    def ours() -> None:
        for _ in range(APPENDS):
            log.append([event], expected=log.position(), actor="a")

    def peer() -> None:
        for _ in range(APPENDS):
            raw.execute("BEGIN IMMEDIATE")
            (last,) = raw.execute("SELECT coalesce(max(position), 0) FROM events WHERE study = 's'").fetchone()
            raw.execute("INSERT INTO events VALUES ('s', ?, ?)", (last + 1, body))
            raw.execute("COMMIT")

    return compared("append one event, durably", *interleaved(ours, peer, 9), "raw sqlite3, same pragmas", per=APPENDS)


def _walk(folder: Path) -> Iterator[Row]:
    memory = MemoryLog(lambda: datetime.now(UTC))
    memory.append([CycleOpened(cycle=n, because="x" * 200) for n in range(1, EVENTS + 1)], expected=0, actor="a")
    stored = list(memory.rows())
    entries = list(memory.read())
    bodies = [row.body.encode() for row in stored]

    def hashes() -> None:
        for body in bodies:
            hashlib.sha256(body).hexdigest()

    def raw_scan() -> None:
        raw.execute("SELECT * FROM events ORDER BY position").fetchall()

    checked, bare = interleaved(lambda: check_chain(stored), hashes, 5)
    yield compared("check the chain, per event", checked, bare, "SHA-256 of the bodies", "µs", EVENTS)
    folded, listed = interleaved(lambda: fold(entries), lambda: [entry.position for entry in entries], 5)
    yield compared("fold, per event", folded, listed, "a loop over the entries", "µs", EVENTS)
    log = SqliteLog(folder / "walk.db", lambda: datetime.now(UTC))
    log.append([entry.event for entry in entries], expected=0, actor="a")
    raw = sqlite_module().connect(str(folder / "walk.db"))
    read, scanned = interleaved(lambda: list(log.read()), raw_scan, 5)
    yield compared("read and decode, per event", read, scanned, "raw sqlite3 scan", "µs", EVENTS)
