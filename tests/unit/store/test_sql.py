"""What is particular to the log in SQLite: files, locks, versions, damage, and writers in other processes."""

from __future__ import annotations

import multiprocessing
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from subprocess import PIPE

import pytest

from store.errors import BadInput, IntegrityFailure, LogLocked, NewerSchema, StorageFailure
from store.events import CycleOpened
from store.log.sql.sqlite import SqliteLog, sqlite_module, wal_is_safe

HOLD = """
import sqlite3, sys
database = sqlite3.connect(sys.argv[1], isolation_level=None)
database.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
database.execute("ROLLBACK")
"""


def now() -> datetime:
    return datetime.now(UTC)


def opened(number: int) -> CycleOpened:
    return CycleOpened(cycle=number, because="x")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gonogo.db"


def filled(path: Path, events: int = 3) -> None:
    log = SqliteLog(path, now)
    log.append([opened(n) for n in range(events)], expected=0, actor="a")
    log.close()


def test_a_log_is_there_again_when_it_is_opened_again(path: Path) -> None:
    filled(path)
    log = SqliteLog.existing(path, now)
    assert log.position() == 3
    assert log.append([opened(4)], expected=3, actor="a") == 4


def test_a_log_that_must_be_there_is_not_made(path: Path) -> None:
    with pytest.raises(BadInput, match="gonogo init"):
        SqliteLog.existing(path, now)
    assert not path.exists()


def test_a_log_of_a_newer_schema_is_refused_untouched(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(NewerSchema, match="upgrade gonogo"):
        SqliteLog(path, now)
    assert path.read_bytes() == before


def test_another_programs_database_is_left_alone(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE recipes (name)")
    with pytest.raises(BadInput, match="not a gonogo log"):
        SqliteLog(path, now)


def test_a_file_that_is_no_database_is_an_integrity_failure(path: Path) -> None:
    path.write_bytes(b"this is not a database, and long enough to be looked at" * 100)
    with pytest.raises(IntegrityFailure, match="damaged"):
        SqliteLog(path, now)


def test_a_lock_held_by_another_process_is_named_after_some_patience(path: Path) -> None:
    filled(path)
    log = SqliteLog(path, now, lock_timeout_s=0.1)
    with subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LogLocked, match="locked by another process"):
            log.append([opened(9)], expected=3, actor="a")
        other.communicate("let go")
    assert log.append([opened(9)], expected=3, actor="a") == 4


def test_a_writer_that_does_not_get_its_turn_says_who_has_it(path: Path) -> None:
    filled(path)
    first, second = SqliteLog(path, now), SqliteLog(path, now, lock_timeout_s=0.05)
    with first.exclusive(), pytest.raises(LogLocked, match=r"locked by process \d+"):
        second.append([opened(9)], expected=3, actor="a")


@pytest.mark.parametrize(
    "edit",
    [
        "UPDATE events SET body = replace(body, 'x', 'y') WHERE position = 2",
        "UPDATE events SET actor = 'human:Eve' WHERE position = 2",
        "UPDATE events SET at = '2020-01-01T00:00:00.000000Z' WHERE position = 2",
        "UPDATE events SET study = 'other' WHERE position = 2",
        "UPDATE events SET hash = 'f' WHERE position = 2",
        "DELETE FROM events WHERE position = 2",
        "UPDATE events SET position = 20 WHERE position = 2",
    ],
)
def test_a_hand_edit_is_found_at_its_position(path: Path, edit: str) -> None:
    filled(path)
    with sqlite3.connect(path) as database:
        database.execute(edit)
    check = SqliteLog.existing(path, now).check()
    assert check.first_bad == 2


def test_writing_to_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="folder"):
        SqliteLog(tmp_path / "nowhere" / "gonogo.db", now)


def test_a_full_disk_is_a_storage_failure_and_earlier_events_stay(path: Path) -> None:
    filled(path)
    log = SqliteLog(path, now)
    with log._engine.connect() as connection:  # cap the file where it stands, as a full disk would
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
    with pytest.raises(StorageFailure, match="full"):
        log.append([CycleOpened(cycle=9, because="x" * 1_000_000)], expected=3, actor="a")
    log.close()
    again = SqliteLog.existing(path, now)
    assert again.check().ok
    assert again.position() == 3


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_wal_is_used_only_with_libraries_that_do_not_corrupt_it(version: tuple[int, ...], safe: bool) -> None:
    assert wal_is_safe(version) is safe


def test_the_journal_mode_follows_from_the_library(path: Path) -> None:
    filled(path)
    with sqlite3.connect(path) as database:
        mode = database.execute("PRAGMA journal_mode").fetchone()[0]
    assert (mode == "wal") is wal_is_safe(sqlite_module().sqlite_version_info)


def _write(path: Path, name: str, events: int) -> None:
    log = SqliteLog(path, now, lock_timeout_s=3600)
    for n in range(events):
        with log.exclusive():
            log.append([opened(n)], expected=log.position(), actor=name)
    log.close()


@pytest.mark.slow
def test_writers_in_other_processes_take_turns(path: Path) -> None:
    filled(path, events=0)
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(path, f"w{i}", 20)) for i in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    log = SqliteLog.existing(path, now)
    assert log.position() == 60
    assert log.check().ok
