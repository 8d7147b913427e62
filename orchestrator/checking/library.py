"""Checks the literature: the log against what was kept of each file, and the counts of runs against the log's fold."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from orchestrator.checking.logged import KeptFiles
from orchestrator.checking.tally import Tally
from store.board import EMPTY, Board, evolve
from store.errors import IntegrityFailure
from store.events import LiteratureEvent, TaskSucceeded
from store.kinds.literature import DUPLICATES, KIND, QUARANTINED, QUESTIONS, RECORDS, RULED_OUT, WORKS
from store.log.protocol import EventLog
from store.metrics import Metric
from store.queries.literature import Flow, flow, total
from store.record import Recorded
from store.task.state import Task
from tasks.literature.keeping import counts_in


def check_library(tally: Tally, log: EventLog, board: Board, kept: KeptFiles) -> None:
    """Every file and its records are kept, and as many as the log says; counts of runs are those of the fold."""
    named = {artifact.digest for task in board.tasks for artifact in task.artifacts}
    for imported in board.library:
        where = imported.event.source
        for artifact in imported.artifacts:
            why = kept.why_not(artifact.digest)
            if artifact.digest not in named:
                tally.looked_at("artifacts", there=not why)
                if why:
                    tally.found(f"{where}: {artifact.name}", why, imported.position)
        if not kept.why_not(imported.event.records.digest):
            why = _other_counts(kept, imported.event.records.digest, imported.event.kept, imported.event.quarantined)
            if why:
                tally.found(f"{where}: {imported.event.records.name}", why, imported.position)
    if board.library.order:
        for where, why, position in _unlike_runs(log):
            tally.found(where, why, position)


def _other_counts(kept: KeptFiles, digest: str, told: int, aside: int) -> str:
    try:
        found = counts_in(Path(kept.place(digest)).read_bytes(), digest[:12])
    except IntegrityFailure as error:
        return str(error)
    if found == (told, aside):
        return ""
    return f"the log says that {told} records were kept and {aside} set aside, and it holds {found[0]} and {found[1]}"


_COUNTS: Sequence[Metric] = (RECORDS, QUARANTINED, WORKS, DUPLICATES, QUESTIONS, RULED_OUT)


def _unlike_runs(log: EventLog) -> Iterator[tuple[str, str, int]]:
    """Counts of runs that the events give otherwise, where nobody else had changed the library since the plan."""
    board, touched = EMPTY, 0
    open_run: tuple[Task, Recorded] | None = None
    for entry in log.read():
        if open_run is not None and not _belongs(entry, open_run[1]):
            yield from _unlike(*open_run, flow(board))
            open_run = None
        own = open_run is not None
        board = evolve(board, entry)
        if isinstance(entry.event, LiteratureEvent):
            touched = touched if own else entry.position
        elif isinstance(entry.event, TaskSucceeded):
            task = board.tasks_by_id[entry.event.task_id]
            if task.kind == KIND.name and task.position > touched:
                open_run = (task, entry)
    if open_run is not None:
        yield from _unlike(*open_run, flow(board))


def _belongs(entry: Recorded, success: Recorded) -> bool:
    """Whether an event was appended with the success of a task."""
    return isinstance(entry.event, LiteratureEvent) and (entry.at, entry.actor) == (success.at, success.actor)


def _unlike(task: Task, success: Recorded, found: Flow) -> Iterator[tuple[str, str, int]]:
    events = (
        found.records,
        found.quarantined,
        found.works,
        found.duplicates,
        found.questions,
        total(found.ruled_out),
    )
    for metric, count in zip(_COUNTS, events, strict=True):
        evidence = task.value(metric)
        if evidence is not None and evidence.value != count:
            yield (
                f"{task.task_id}: {metric.path}",
                f"the run says {evidence.value:g}, and the events {count}",
                success.position,
            )
