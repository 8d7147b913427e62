"""The event log in SQLite, through SQLAlchemy Core: durable, gapless, one writer at a time."""

from __future__ import annotations

import importlib
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

from sqlalchemy import (
    Engine,
    bindparam,
    create_engine,
    event,
    insert,
    inspect,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.engine import URL, Connection
from sqlalchemy.exc import SQLAlchemyError

from store.errors import (
    BadInput,
    Conflict,
    GonogoError,
    IntegrityFailure,
    LogLocked,
    NewerSchema,
    StorageFailure,
    first_line,
)
from store.events import Event
from store.log.chain import ChainCheck, EventRow, See, check_chain
from store.log.codec import format_time, next_rows, parse_time
from store.log.lock import WriteLock
from store.log.protocol import Clock, Lease
from store.log.reading import decoded
from store.log.sql.tables import EVENTS, HEADS, LEASES, METADATA
from store.record import Recorded

SCHEMA = 1
"""Version of the tables, kept in SQLite's user_version."""

APPLICATION_ID = 0x676F6E6F
"""Marks the file as ours ("gono")."""

_COLUMNS = tuple(column for column in EVENTS.columns)
_LAST = (
    select(*_COLUMNS).where(EVENTS.c.study == bindparam("study")).order_by(EVENTS.c.position.desc()).limit(literal(1))
)
_INSERT = insert(EVENTS)


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand: pysqlite3's own where it is installed, else the standard library's."""
    try:
        return importlib.import_module("pysqlite3")
    except ImportError:
        return sqlite3


def wal_is_safe(version: tuple[int, ...]) -> bool:
    """False for SQLite libraries that can corrupt a WAL when several connections are open (before 3.51.3)."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51) or (3, 44, 6) <= version < (3, 45)


class SqliteLog:
    """An event log in a SQLite file. Safe to share between threads and between processes of one machine."""

    def __init__(self, path: Path, clock: Clock, study: str = "study", lock_timeout_s: float = 10.0) -> None:
        """Open or create the log; `lock_timeout_s` is how long a writer waits for the write lock."""
        self.path = path
        self._clock = clock
        self._study = study
        self._lock = WriteLock(path.with_name(path.name + ".lock"), lock_timeout_s)
        self._engine = _engine(path, lock_timeout_s)
        self._prepare()

    @classmethod
    def existing(cls, path: Path, clock: Clock, lock_timeout_s: float = 10.0) -> SqliteLog:
        """Open a log that must be there already; BadInput when it is not."""
        if not path.exists():
            raise BadInput(f"{path} is not there; start with gonogo init DIR, then gonogo run")
        return cls(path, clock, lock_timeout_s=lock_timeout_s)

    @property
    def address(self) -> str:
        """See EventLog.address."""
        return f"sqlite:///{self.path}"

    def read(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """See EventLog.read."""
        query = select(*_COLUMNS).where(EVENTS.c.study == self._study, EVENTS.c.position > after)
        if until is not None:
            query = query.where(EVENTS.c.position <= until)
        yield from decoded(self._select(query.order_by(EVENTS.c.position)), self.rows)

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[EventRow]:
        """See EventLog.rows. The file holds one study, so rows of any other show up here as damage."""
        query = select(*_COLUMNS).order_by(EVENTS.c.position)
        if after > 0:
            query = query.where(EVENTS.c.position > after)
        if until is not None:
            query = query.where(EVENTS.c.position <= until)
        return self._select(query)

    def position(self) -> int:
        """See EventLog.position."""
        with self._reading() as connection:
            last = self._last(connection)
            return last.position if last else 0

    def append(self, events: Sequence[Event], *, expected: int, actor: str, cause: int | None = None) -> int:
        """See EventLog.append."""
        with self._writing() as connection:
            last = self._last(connection)
            position = last.position if last else 0
            if position != expected:
                raise Conflict(f"the log stands at {position}, not at {expected}")
            rows = next_rows(events, last, self._study, self._clock(), actor, cause)
            if rows:
                connection.execute(_INSERT, [_values(row) for row in rows])
            return position + len(rows)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See EventLog.exclusive."""
        with self._lock.hold():
            yield

    def lease(self, task_id: str) -> Lease | None:
        """See EventLog.lease."""
        query = select(LEASES).where(LEASES.c.study == self._study, LEASES.c.task_id == task_id)
        with self._reading() as connection:
            row = connection.execute(query).one_or_none()
        return Lease(row.task_id, row.fence, row.worker, parse_time(row.until)) if row else None

    def hold(self, lease: Lease) -> None:
        """See EventLog.hold."""
        values = {
            "fence": lease.fence,
            "worker": lease.worker,
            "until": format_time(lease.until),
        }
        statement = sqlite_insert(LEASES).values(study=self._study, task_id=lease.task_id, **values)
        statement = statement.on_conflict_do_update(
            index_elements=[LEASES.c.study, LEASES.c.task_id], set_=values, where=LEASES.c.fence <= lease.fence
        )
        with self._writing() as connection:
            connection.execute(statement)

    def renew(self, task_id: str, fence: int, until: datetime) -> bool:
        """See EventLog.renew."""
        statement = (
            update(LEASES)
            .where(LEASES.c.study == self._study, LEASES.c.task_id == task_id, LEASES.c.fence == fence)
            .values(until=format_time(until))
        )
        with self._writing() as connection:
            return bool(connection.execute(statement).rowcount)

    def signed(self) -> frozenset[int]:
        """See EventLog.signed."""
        with self._reading() as connection:
            if not inspect(connection).has_table(HEADS.name):
                return frozenset()
            rows = connection.execute(select(HEADS.c.position).where(HEADS.c.study == self._study))
            return frozenset(rows.scalars())

    def note_signed(self, positions: Iterable[int]) -> None:
        """See EventLog.note_signed."""
        rows = [{"study": self._study, "position": position} for position in positions]
        if rows:
            with self._writing() as connection:
                HEADS.create(connection, checkfirst=True)
                connection.execute(sqlite_insert(HEADS).on_conflict_do_nothing(), rows)

    def check(self, see: See | None = None) -> ChainCheck:
        """See EventLog.check. A broken chain names its position; a damaged file that still reads is reported after."""
        try:
            chain = check_chain(self.rows(), see)
            if not chain.ok:
                return chain
            with self._reading() as connection:
                complaint = connection.execute(text("PRAGMA integrity_check(1)")).scalar_one()
        except (IntegrityFailure, StorageFailure) as error:
            return ChainCheck(0, "", 1, str(error))
        if complaint != "ok":
            return ChainCheck(chain.events, chain.head, chain.events + 1, f"SQLite's integrity_check: {complaint}")
        return chain

    def close(self) -> None:
        """See EventLog.close."""
        self._engine.dispose()

    def _prepare(self) -> None:
        with self._reading() as connection:
            version = connection.execute(text("PRAGMA user_version")).scalar_one()
            mark = connection.execute(text("PRAGMA application_id")).scalar_one()
            tables = connection.execute(text("SELECT count(*) FROM sqlite_master")).scalar_one()
        if version > SCHEMA:
            raise NewerSchema(
                f"{self.path} has schema {version} and this gonogo knows up to {SCHEMA}; upgrade gonogo to read it"
            )
        if tables and mark != APPLICATION_ID:
            raise BadInput(
                f"{self.path} is a SQLite database, but not a gonogo log; move it away or choose another folder"
            )
        if version == SCHEMA:
            return
        with self._writing() as connection:
            METADATA.create_all(connection)
            connection.execute(text(f"PRAGMA application_id = {APPLICATION_ID}"))
            connection.execute(text(f"PRAGMA user_version = {SCHEMA}"))

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _translated(self.path), self._engine.connect() as connection:
            yield connection.execution_options(reading=True)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.exclusive(), _translated(self.path), self._engine.begin() as connection:
            yield connection

    def _last(self, connection: Connection) -> EventRow | None:
        row = connection.execute(_LAST, {"study": self._study}).one_or_none()
        return EventRow(*row) if row else None

    def _select(self, query: Any) -> Iterator[EventRow]:
        with self._reading() as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                yield EventRow(*row)


def _values(row: EventRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in EventRow.__slots__}


def _engine(path: Path, lock_timeout_s: float) -> Engine:
    module = sqlite_module()
    journal = "WAL" if wal_is_safe(module.sqlite_version_info) else "DELETE"
    if not path.parent.is_dir():
        raise BadInput(f"the folder {path.parent} is not there")
    engine = create_engine(
        URL.create("sqlite", database=str(path)), module=module, connect_args={"timeout": lock_timeout_s}
    )

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: object) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN itself, below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA journal_mode = {journal}")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        options = connection.get_execution_options()
        connection.exec_driver_sql("BEGIN" if options.get("reading") else "BEGIN IMMEDIATE")

    return engine


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the database's errors into ours, each with the one line a user needs."""
    try:
        yield
    except GonogoError:
        raise
    except (SQLAlchemyError, sqlite3.Error, sqlite_module().Error) as error:
        reason = first_line(getattr(error, "orig", None) or error)
        if "locked" in reason or "busy" in reason:
            raise LogLocked(f"{path} is locked by another process; let it finish, then try again") from error
        if "readonly" in reason:
            raise StorageFailure(f"{path} cannot be written by this user; ask its owner, or work on a copy") from error
        if "unable to open" in reason:
            raise BadInput(f"{path} cannot be opened; it must be a file, in a folder that can be written") from error
        if "not a database" in reason or "malformed" in reason:
            raise IntegrityFailure(f"{path} is damaged ({reason}); restore a backup") from error
        raise StorageFailure(f"{path} cannot be used: {reason}; earlier events are intact") from error
