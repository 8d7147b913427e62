"""Opens an event log by its address; which implementation keeps it is decided here."""

from __future__ import annotations

from pathlib import Path

from store.errors import BadInput
from store.log.protocol import Clock, EventLog

SQLITE = "sqlite:///"


def open_log(
    address: str, clock: Clock, *, create: bool = False, reading: bool = False, lock_timeout_s: float = 10.0
) -> EventLog:
    """The log at an address such as `sqlite:////path/gonogo.db`.

    For `reading` alone it is enough that its files can be read: on a read-only mount, a backup, a colleague's study.
    Raises BadInput when it is not there and is not to be created, and for an address of no known kind.
    """
    if not address.startswith(SQLITE):
        raise BadInput(f"{address.partition(':')[0]}: no event log can be kept there; give sqlite:///PATH")
    from store.log.sql.sqlite import SqliteLog

    path = Path(address.removeprefix(SQLITE))
    if reading and path.exists():
        from store.log.sql.snapshot import Snapshot, may_write

        if not may_write(path):
            return Snapshot(path, clock, lock_timeout_s)
    opener = SqliteLog if create else SqliteLog.existing
    return opener(path, clock, lock_timeout_s=lock_timeout_s)
