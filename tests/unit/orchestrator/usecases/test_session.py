"""A session checks the record before it writes, makes nothing before that, and signs what was appended."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestrator.checking.signing import parsed_head
from orchestrator.clock import WrongClock
from orchestrator.settings import Settings
from orchestrator.usecases.errors import BadArgument
from orchestrator.usecases.session import Session
from store.commands import CloseCycle, OpenCycle, RegisterStudy
from store.errors import BadInput, IntegrityFailure, Refused
from store.log.chain import EventRow
from store.log.sql.sqlite import SqliteLog
from store.study.protocol import Study


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "study").mkdir()
    return Settings(workspace=tmp_path / "study", key=tmp_path / "key")


@pytest.fixture
def registered(settings: Settings, study_data) -> Settings:
    with Session.open(settings, print, create=True) as session:
        session.submit(RegisterStudy(Study.model_validate(study_data())), actor="system")
    return settings


def unsign(settings: Settings) -> None:
    """As a process leaves a log that did not live to sign its head."""
    (settings.workspace / "heads" / "000001.json").unlink()
    with sqlite3.connect(settings.workspace / "gonogo.db") as connection:
        connection.execute("DELETE FROM heads")
    connection.close()


def signed(settings: Settings) -> list[int]:
    heads = [parsed_head(path.read_bytes()) for path in sorted((settings.workspace / "heads").glob("*.json"))]
    return [head.position for head in heads if head is not None]


def test_the_head_is_signed_when_the_session_ends(registered: Settings) -> None:
    assert signed(registered) == [1]
    with Session.open(registered, print) as session:
        session.submit(OpenCycle("x"), actor="system")
        assert signed(registered) == [1], "once, and not after every command"
    assert signed(registered) == [1, 2]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit, ValueError])
def test_what_was_appended_before_an_error_is_signed_and_the_error_is_seen(
    registered: Settings, error: type[BaseException]
) -> None:
    with pytest.raises(error), Session.open(registered, print) as session:
        session.submit(OpenCycle("x"), actor="system")
        raise error
    assert signed(registered) == [1, 2]


def test_a_session_that_appended_nothing_before_an_error_signs_nothing(registered: Settings) -> None:
    unsign(registered)
    with pytest.raises(Refused), Session.open(registered, print) as session:
        session.submit(CloseCycle(1), actor="system")
    assert signed(registered) == []


def test_a_session_that_ends_well_signs_a_head_that_an_earlier_process_did_not_live_to_sign(
    registered: Settings, study_data
) -> None:
    unsign(registered)
    with Session.open(registered, print) as session:
        assert session.submit(RegisterStudy(Study.model_validate(study_data())), actor="system") == ()
    assert signed(registered) == [1]


def test_an_error_is_not_hidden_by_a_head_that_cannot_be_written(registered: Settings) -> None:
    heads = registered.workspace / "heads"
    unsign(registered)
    heads.rmdir()
    heads.write_text("a file")
    with pytest.raises(KeyboardInterrupt), Session.open(registered, print) as session:
        session.submit(OpenCycle("x"), actor="system")
        raise KeyboardInterrupt


def test_nothing_is_made_before_the_first_write(settings: Settings) -> None:
    with Session.open(settings, print, create=True) as session:
        assert session.board.study is None
    assert list(settings.workspace.iterdir()) == []
    assert not settings.key.exists()
    with pytest.raises(BadInput, match="gonogo init"):
        Session.open(settings, print)


def test_a_damaged_record_is_not_opened_for_writing_but_may_be_read(registered: Settings) -> None:
    with Session.open(registered, print) as session:
        session.submit(OpenCycle("x"), actor="system")
    with sqlite3.connect(registered.workspace / "gonogo.db") as connection:
        connection.execute("UPDATE events SET actor = 'human:Eve' WHERE position = 1")
    connection.close()
    with pytest.raises(IntegrityFailure, match="nothing is written to a damaged log"):
        Session.open(registered, print)
    with Session.read(registered) as session:
        assert session.board().position == 2


def test_a_log_that_is_gone_beside_its_signed_heads_is_not_started_anew(registered: Settings) -> None:
    for path in registered.workspace.glob("gonogo.db*"):
        path.unlink()
    with pytest.raises(IntegrityFailure, match="is gone"):
        Session.open(registered, print, create=True)
    assert not (registered.workspace / "gonogo.db").exists()


def test_without_a_place_for_the_key_the_work_is_done_unsigned_and_that_is_said(
    settings: Settings, study_data, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    said: list[str] = []
    settings = Settings(workspace=settings.workspace, key=tmp_path / "file" / "key")
    with Session.open(settings, said.append, create=True) as session:
        session.submit(RegisterStudy(Study.model_validate(study_data())), actor="system")
    assert ["are not signed" in line for line in said] == [True]
    assert signed(settings) == []


def test_a_position_that_the_log_does_not_reach_is_named_as_the_caller_calls_it(registered: Settings) -> None:
    with Session.read(registered) as session, pytest.raises(BadArgument, match="at 9: the log ends at 1") as found:
        session.board(9)
    assert str(found.value.named("--at")) == "--at 9: the log ends at 1"


def test_the_log_is_read_once_from_the_opening_of_a_session_to_its_end(
    registered: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Session.open(registered, print) as session:
        for number in range(1, 21):
            session.submit(OpenCycle("x"), CloseCycle(number), actor="system")
    read: list[int] = []
    select = SqliteLog._select

    def counted(self: SqliteLog, query: object) -> Iterator[EventRow]:
        for row in select(self, query):
            read.append(row.position)
            yield row

    monkeypatch.setattr(SqliteLog, "_select", counted)
    with Session.open(registered, print) as session:
        session.submit(OpenCycle("x"), actor="system")
    times = Counter(read)
    assert set(times) == set(range(1, 43))
    assert [position for position, number in times.items() if number > 1 and position not in (1, 42)] == []
    assert signed(registered)[-1] == 42


def about_the_clock(said: list[str]) -> list[str]:
    return [line for line in said if "clock" in line]


def at(days: float) -> Callable[[], datetime]:
    """A clock that is so many days ahead."""
    return lambda: datetime.now(UTC) + timedelta(days=days)


@pytest.mark.parametrize(("written", "opened"), [(0, 1826), (1826, 0)], ids=["rested", "ahead"])
def test_nothing_is_appended_under_a_clock_that_is_years_away_from_the_log_unless_it_is_trusted(
    registered: Settings, written: float, opened: float
) -> None:
    with Session.open(registered, print, wall=at(written), trust_clock=True) as session:
        session.submit(OpenCycle("x"), actor="system")
    before = {path: path.read_bytes() for path in registered.workspace.rglob("*") if path.is_file()}
    said: list[str] = []
    with pytest.raises(WrongClock, match="nothing is appended"):
        Session.open(registered, said.append, wall=at(opened))
    assert {path: path.read_bytes() for path in registered.workspace.rglob("*") if path.is_file()} == before
    assert about_the_clock(said) == []
    with Session.open(registered, said.append, wall=at(opened), trust_clock=True) as session:
        session.submit(CloseCycle(1), actor="system")
    (line,) = about_the_clock(said)
    assert line.startswith("warning: the log's last time, ")
    assert "1,82" in line


def test_a_log_that_is_minutes_ahead_is_written_to_with_one_line_of_warning(registered: Settings) -> None:
    with Session.open(registered, print, wall=at(0.01)) as session:
        session.submit(OpenCycle("x"), actor="system")
    said: list[str] = []
    with Session.open(registered, said.append) as session:
        session.submit(CloseCycle(1), actor="system")
    (line,) = about_the_clock(said)
    assert line.startswith("warning: the log's last time, ")
    assert "ahead of this machine's clock" in line


def test_a_clock_that_is_set_back_during_a_session_stops_it_before_anything_more_is_appended(
    registered: Settings,
) -> None:
    days = [0.0]
    with pytest.raises(WrongClock), Session.open(registered, print, wall=lambda: at(days[0])()) as session:
        session.submit(OpenCycle("x"), actor="system")
        days[0] = -400
        session.submit(CloseCycle(1), actor="system")
    with Session.read(registered) as reading:
        assert reading.board().position == 2
    assert signed(registered) == [1, 2]
