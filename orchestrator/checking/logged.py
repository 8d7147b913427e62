"""Checks evidence, runs and artifacts: the log against MLflow and against the files that were kept."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.artifacts import ArtifactStore, digest_of_file
from orchestrator.checking.tally import Tally
from orchestrator.tracking.runs import LoggedRun
from orchestrator.tracking.tracker import Tracker
from store.board import Board
from store.errors import IntegrityFailure
from store.evidence import Evidence
from store.task.state import Task


class KeptFiles:
    """The kept files, each of which is read once, however often it is asked for."""

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._found: dict[str, str] = {}
        self._asked: set[str] = set()

    def why_not(self, digest: str) -> str:
        """Why the file of a digest is not as it was kept; empty where it is."""
        self._asked.add(digest)
        return self._read(digest)

    def place(self, digest: str) -> str:
        """Where the file of a digest lies, or should."""
        return str(self._artifacts.place(digest))

    def altered(self) -> Iterator[tuple[str, str]]:
        """Digest and fault of every file that is there and not as it was kept, whether or not anything names it."""
        for digest in self._artifacts.digests():
            if (why := self._read(digest)) != "":
                yield digest, why

    def unasked(self) -> list[str]:
        """Digests of the files that are there and that nobody has asked for: attempts that did not count left them."""
        return [digest for digest in self._artifacts.digests() if digest not in self._asked]

    def _read(self, digest: str) -> str:
        if digest not in self._found:
            try:
                self._artifacts.find(digest)
                self._found[digest] = ""
            except IntegrityFailure as error:
                self._found[digest] = str(error)
        return self._found[digest]


def check_evidence(tally: Tally, board: Board, kept: KeptFiles, tracker: Tracker | None) -> None:
    """Every artifact of a task is kept; with a `tracker`, every run is in MLflow as the log has it."""
    tally.looked_at("tasks", len(board.tasks))
    elsewhere = 0
    for task in board.tasks:
        for artifact in task.artifacts:
            why = kept.why_not(artifact.digest)
            tally.looked_at("artifacts", there=not why)
            if why:
                why += tracker.spare(task.run_id, artifact) if tracker is not None else ""
                tally.found(f"{task.task_id}: {artifact.name}", why, task.evidence_position)
        if task.run_id is not None and tracker is not None:
            elsewhere += _check_run(tally, task, task.run_id, kept, tracker)
    if elsewhere:
        tally.noted("MLflow", f"{elsewhere} of its copies of artifacts are not on this machine, and were not looked at")


def check_unnamed(tally: Tally, kept: KeptFiles) -> None:
    """Count the kept files that nothing names; what is wrong with them was found before. Called last."""
    for digest in kept.unasked():
        tally.looked_at("artifacts", there=not kept.why_not(digest))


def _check_run(tally: Tally, task: Task, run_id: str, kept: KeptFiles, tracker: Tracker) -> int:
    """The run must hold each number of the evidence, and nothing else than was logged, with its files.

    Gives how many of these are out of sight.
    """
    run = tracker.run(run_id)
    tally.looked_at("runs", there=run is not None)
    if run is None:
        tally.found(task.task_id, tracker.why_absent(run_id), task.evidence_position)
        return 0
    for item in task.evidence:
        tally.looked_at("evidence")
        for key, value in _logged_as(item):
            if run.metrics.get(key) != value:
                why = f"the log says {value!r}, MLflow run {run_id} says {run.metrics.get(key)!r}"
                tally.found(f"{task.task_id}: {key}", why, task.evidence_position, (run_id, item.metric))
    if task.run_sha256 not in ("", run.sha256):
        why = f"MLflow run {run_id} holds other metrics or parameters than were logged"
        tally.found(task.task_id, why, task.evidence_position)
    _check_manifest(tally, task, run, kept)
    return _check_copies(tally, task, run, kept, tracker)


def _check_copies(tally: Tally, task: Task, run: LoggedRun, kept: KeptFiles, tracker: Tracker) -> int:
    """MLflow keeps a copy of each artifact with its run; where this machine sees it, it must be the same file.

    Gives how many it does not see.
    """
    elsewhere = 0
    for artifact in task.artifacts:
        where = f"{task.task_id}: {artifact.name}"
        copy = tracker.copy_of(run, artifact)
        if copy is None:
            elsewhere += 1
            continue
        tally.looked_at("copies", there=copy.is_file())
        if not copy.is_file():
            why = f"MLflow's copy is gone ({copy}); copy {kept.place(artifact.digest)} to its place"
            tally.found(where, why, task.evidence_position)
        elif digest_of_file(copy) != artifact.digest:
            tally.found(where, f"MLflow's copy was altered ({copy})", task.evidence_position)
    return elsewhere


def _check_manifest(tally: Tally, task: Task, run: LoggedRun, kept: KeptFiles) -> None:
    """The manifest that a run names is kept: from it an outcome is taken that the log was not told of."""
    if run.outcome:
        why = kept.why_not(run.outcome)
        tally.looked_at("manifests", there=not why)
        if why:
            tally.found(f"{task.task_id}: manifest of run {run.run_id}", why, task.evidence_position)


def _logged_as(item: Evidence) -> Iterator[tuple[str, float]]:
    yield item.metric, item.value
    if item.interval is not None:
        yield f"{item.metric}/low", item.interval.low
        yield f"{item.metric}/high", item.interval.high
