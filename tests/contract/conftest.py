"""Every event log there is; each contract test runs on all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from store.log.memory import MemoryLog
from store.log.protocol import Clock, EventLog
from store.log.sql.sqlite import SqliteLog


@pytest.fixture(params=["memory", "sqlite"])
def log(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[EventLog]:
    made: EventLog = MemoryLog(clock) if request.param == "memory" else SqliteLog(tmp_path / "gonogo.db", clock)
    yield made
    made.close()
