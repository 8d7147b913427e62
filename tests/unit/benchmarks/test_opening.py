"""A run reads its log once before its cycle begins."""

from __future__ import annotations

from pathlib import Path

from benchmarks.opening import opened, workspace
from store.log.sql.sqlite import SqliteLog


def test_a_run_reads_its_log_once_before_its_cycle_begins(tmp_path: Path, clock) -> None:
    settings = workspace(tmp_path, 1000)
    log = SqliteLog(tmp_path / "gonogo.db", clock)
    events = log.position()
    log.close()
    _, rows = opened(settings)
    assert events <= rows <= events + 3, "and the first event once more, to know which log it is"
