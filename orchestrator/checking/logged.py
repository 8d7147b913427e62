"""Checks evidence, runs and artifacts: the log against MLflow and against the files that were kept."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.artifacts import ArtifactStore, digest_of_file
from orchestrator.checking.tally import Tally
from orchestrator.tracking.tracker import Tracker
from store.board import Board
from store.errors import GonogoError, IntegrityFailure
from store.evidence import Evidence
from store.task.state import Task


def check_artifacts(tally: Tally, artifacts: ArtifactStore) -> None:
    """Every kept file must have the digest that its name says, whether or not a figure rests on it."""
    for digest in artifacts.digests():
        tally.checked += 1
        try:
            artifacts.find(digest)
        except IntegrityFailure as error:
            tally.found(f"artifact {digest}", str(error))


def check_evidence(tally: Tally, board: Board, artifacts: ArtifactStore, tracker: Tracker | None) -> None:
    """Every artifact of a task is kept; with a `tracker`, every run is in MLflow as the log has it."""
    for task in board.tasks:
        for artifact in task.artifacts:
            tally.checked += 1
            try:
                artifacts.find(artifact.digest)
            except GonogoError as error:
                tally.found(f"{task.task_id}: {artifact.name}", str(error), task.evidence_position)
        if task.run_id is not None and tracker is not None:
            _check_copies(tally, task, task.run_id, tracker)
            _check_run(tally, task, task.run_id, tracker)


def _check_run(tally: Tally, task: Task, run_id: str, tracker: Tracker) -> None:
    """The run must hold each number of the evidence, and nothing else than was logged."""
    run = tracker.run(run_id)
    if run is None:
        tally.found(task.task_id, tracker.why_absent(run_id), task.evidence_position)
        return
    for item in task.evidence:
        tally.checked += 1
        for key, value in _logged_as(item):
            if run.metrics.get(key) != value:
                why = f"the log says {value!r}, MLflow run {run_id} says {run.metrics.get(key)!r}"
                tally.found(f"{task.task_id}: {key}", why, task.evidence_position)
    tally.checked += 1
    if task.run_sha256 not in ("", run.sha256):
        why = f"MLflow run {run_id} holds other metrics or parameters than were logged"
        tally.found(task.task_id, why, task.evidence_position)


def _check_copies(tally: Tally, task: Task, run_id: str, tracker: Tracker) -> None:
    """MLflow keeps a copy of each artifact with its run; it must be the same file."""
    for artifact in task.artifacts:
        copy = tracker.copy_of(run_id, artifact)
        if copy is not None:
            tally.checked += 1
            if digest_of_file(copy) != artifact.digest:
                why = f"MLflow's copy was altered ({copy})"
                tally.found(f"{task.task_id}: {artifact.name}", why, task.evidence_position)


def _logged_as(item: Evidence) -> Iterator[tuple[str, float]]:
    yield item.metric, item.value
    if item.interval is not None:
        yield f"{item.metric}/low", item.interval.low
        yield f"{item.metric}/high", item.interval.high
