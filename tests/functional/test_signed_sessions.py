"""Whatever a use case appends to the log is signed, also when it is refused half-way or interrupted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from orchestrator.settings import Settings
from orchestrator.usecases.answer import answer
from orchestrator.usecases.literature import import_files
from orchestrator.usecases.record import read_board, read_events
from orchestrator.usecases.run import run_study
from orchestrator.usecases.screening import decide_on
from orchestrator.usecases.stopping import stop_screening
from store.errors import Refused, TrackingFailure
from tests.displays import Silent

QUESTION = "c1-claim-strength"


class Interrupting(Silent):
    """Ctrl-C, once a task is under way."""

    def advance(self, *_: object) -> None:
        raise KeyboardInterrupt


class Damaging(Silent):
    """MLflow's store is overwritten once a task is under way."""

    def __init__(self, store: Path) -> None:
        self._store = store

    def start(self, *_: object) -> None:
        self._store.write_bytes(b"this is no database" * 100)


def settings_of(workspace: Path) -> Settings:
    return Settings.of(workspace)


def decided(settings: Settings) -> None:
    answer(settings, QUESTION, "at-least-2", "Ada", "two carry the claim", print)


def amended(settings: Settings) -> None:
    """The amended study is interrupted as soon as it is at work; what was amended stays."""
    decided(settings)
    file = settings.workspace / "study.toml"
    file.write_text(file.read_text().replace("threshold = 0.7", "threshold = 0.6"))
    with pytest.raises(KeyboardInterrupt):
        run_study(settings, Interrupting(), print, "the pilot was noisy")
    assert "StudyAmended" in types(settings)


def interrupted(settings: Settings) -> None:
    decided(settings)
    with pytest.raises(KeyboardInterrupt):
        run_study(settings, Interrupting(), print)
    assert types(settings)[-1] == "TaskReleased"


def without_mlflow(settings: Settings) -> None:
    """The run stops where MLflow is needed."""
    decided(settings)
    with pytest.raises(TrackingFailure):
        run_study(settings, Damaging(settings.workspace / "mlflow.db"), print)
    assert types(settings)[-1] == "TaskReleased"


def taken_in(settings: Settings) -> None:
    file = settings.workspace / "new.ris"
    file.write_text("TY  - JOUR\nTI  - A title of its own\nAU  - Doe, Jane\nPY  - 2020\nER  - \n")
    import_files(settings, [file], print, lambda *_: None)
    assert "RecordsImported" in types(settings)


def screened(settings: Settings) -> None:
    taken_in(settings)
    (record,) = [record for each in read_board(settings).library for record in each.ids]
    decide_on(settings, "title", record, "include", "Ada", print)
    assert types(settings)[-1] == "WorksScreened"


def stopped(settings: Settings) -> None:
    screened(settings)
    stop_screening(settings, "Ada", "there is no time", print)
    assert types(settings)[-1] == "ScreeningStopped"


def types(settings: Settings) -> list[str]:
    return [entry.event.type for entry in read_events(settings)]


def last_is_signed(workspace: Path) -> bool:
    board = read_board(settings_of(workspace))
    head = json.loads((workspace / "heads" / f"{board.position:06d}.json").read_text())
    return bool((head["position"], head["head"]) == (board.position, board.head))


def head_in_mlflow(workspace: Path) -> int:
    with sqlite3.connect(workspace / "mlflow.db") as connection:
        (value,) = connection.execute("SELECT value FROM experiment_tags WHERE key = 'gonogo.head'").fetchone()
    connection.close()
    return int(json.loads(value)["position"])


def test_runs_that_came_to_their_end_are_signed(one_cycle: Path, two_cycles: Path) -> None:
    assert last_is_signed(one_cycle)
    assert last_is_signed(two_cycles)


@pytest.mark.parametrize(
    "write",
    [decided, amended, interrupted, without_mlflow, taken_in, screened, stopped],
    ids=lambda write: write.__name__,
)
def test_the_last_event_that_a_use_case_appended_is_signed(workspace: Path, write: Callable[[Settings], None]) -> None:
    settings = settings_of(workspace)
    before = read_board(settings).position
    write(settings)
    assert read_board(settings).position > before
    assert last_is_signed(workspace)


def test_a_run_that_is_interrupted_before_mlflow_took_part_is_signed_beside_the_log_alone(workspace: Path) -> None:
    settings, before = settings_of(workspace), head_in_mlflow(workspace)
    interrupted(settings)
    assert head_in_mlflow(workspace) == before < read_board(settings).position, "loading MLflow would take seconds"
    assert last_is_signed(workspace)


def test_what_is_refused_signs_nothing_and_says_why(workspace: Path) -> None:
    settings = settings_of(workspace)
    decided(settings)
    signed = sorted(path.name for path in (workspace / "heads").iterdir())
    with pytest.raises(Refused, match="made already"):
        decided(settings)
    assert sorted(path.name for path in (workspace / "heads").iterdir()) == signed
