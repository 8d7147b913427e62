"""What `gonogo run` costs before its cycle begins, on a log of 100,000 events: seconds of CPU, and rows read from it.

`python -m benchmarks.opening [EVENTS]`. The record is checked whole, as ever: chain, signed heads, reports, board.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

from benchmarks.board import Played
from orchestrator.artifacts import ArtifactStore
from orchestrator.checking.signing import make_key, sign_head
from orchestrator.settings import Settings
from orchestrator.usecases import run
from orchestrator.workspace import Workspace
from store.log.chain import EventRow
from store.log.sql.sqlite import SqliteLog
from store.study.protocol import Study
from store.task.state import Task

EVENTS = 100_000


class Silent:
    """Shows nothing."""

    def say(self, text: str) -> None:
        """See Display."""

    def start(self, task: Task) -> None:
        """See Display."""

    def advance(self, done: int, total: int, note: str) -> None:
        """See Display."""

    def finish(self, task: Task) -> None:
        """See Display."""


def workspace(folder: Path, events: int) -> Settings:
    """The workspace of a study that was played for so many events or more, with its newest head signed."""
    played = Played()
    while played.log.position() < events:
        played.looks(1)
    place, settings = Workspace(folder), Settings(workspace=folder, key=folder / "key")
    log = SqliteLog(place.log, lambda: datetime.now(UTC))
    log.append([entry.event for entry in played.log.read()], expected=0, actor="a")
    sign_head(log, place, make_key(settings.key))
    log.close()
    kept = ArtifactStore(place.artifacts)
    for path in {kept.place(artifact.digest) for task in played.board.tasks for artifact in task.artifacts}:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(bytes(1))  # whether they are there, and as large, is asked; what they hold, by verify alone
    place.study_file.write_text(toml(played.study), encoding="utf-8")
    return settings


def toml(study: Study) -> str:
    """The study file of a protocol, whose runs are in an MLflow server that is not asked."""
    data = study.model_dump(mode="json", exclude_defaults=True)
    models, sections = data.pop("models"), {key: data.pop(key) for key in list(data) if isinstance(data[key], dict)}
    sections = {"study": data, **sections, "tracking": {"uri": "http://127.0.0.1:9"}}
    return "\n".join(
        [*(f"[{name}]\n{_lines(values)}" for name, values in sections.items()),
         *(f"[[models]]\n{_lines(model)}" for model in models)]
    )  # fmt: skip


def _lines(values: dict[str, object]) -> str:
    return "\n".join(f"{key} = {json.dumps(value)}" for key, value in values.items())


def opened(settings: Settings) -> tuple[float, int]:
    """Seconds of CPU until the cycle begins, and rows that were read from the log."""
    read, select = [], SqliteLog._select

    def counted(self: SqliteLog, query: object) -> Iterator[EventRow]:
        for row in select(self, query):
            read.append(row.position)
            yield row

    began, ended = time.process_time(), []

    def begin(_: object) -> run.Ending:
        ended.append(time.process_time())
        return run.Ending.CLOSED

    with patch.object(SqliteLog, "_select", counted), patch.object(run, "run_cycle", begin):
        run.run_study(settings, Silent(), print)
    return ended[0] - began, len(read)


def main(arguments: Sequence[str]) -> int:
    """Print the cost, as the least of three."""
    with tempfile.TemporaryDirectory(prefix="gonogo-benchmark-") as folder:
        settings = workspace(Path(folder), int((*arguments, EVENTS)[0]))
        opened(settings)  # loads what is loaded late
        costs = [opened(settings) for _ in range(3)]
    print(f"until the cycle begins: {min(costs)[0]:.2f} s of CPU, {min(costs)[1]} rows read")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
