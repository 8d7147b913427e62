"""Verification: every figure of every report, resolved again against the log, the artifacts and MLflow."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from store.log.chain import ChainCheck
from store.log.protocol import EventLog
from store.task.state import Task

from orchestrator.artifacts import ArtifactStore, digest_of_file
from orchestrator.integrity import check_record
from orchestrator.replaying import Replayed, replay
from orchestrator.reports.history import History, look_back
from orchestrator.resolving import BadFigure, resolve
from orchestrator.signing import SignedHead, parsed_head, signed_heads
from orchestrator.tracking import Tracker
from orchestrator.workspace import Workspace
from store.board import Board, fold
from store.errors import BadInput, GonogoError, IntegrityFailure, TrackingFailure
from store.evidence import Evidence


@dataclass(slots=True)
class Verification:
    """What was checked and what was found."""

    chain: ChainCheck
    mlflow: bool = False
    """MLflow was asked."""
    signed: SignedHead | None = None
    """The newest head that was signed, by the key that was asked for where one was."""
    checked: int = 0
    bad: list[BadFigure] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """True when chain, reports, figures, runs and artifacts all check out."""
        return self.chain.ok and not self.bad

    def view(self) -> dict[str, Any]:
        """`gonogo.verify/1`."""
        return {
            "schema": "gonogo.verify/1",
            "ok": self.ok,
            "events": self.chain.events,
            "head": self.chain.head,
            "first_bad": self.chain.first_bad,
            "mlflow": "checked" if self.mlflow else "not checked",
            "signed": {"position": self.signed.position, "key": self.signed.key} if self.signed else None,
            "why": self.chain.why or (self.bad[0].why if self.bad else ""),
            "figures": {
                "checked": self.checked,
                "bad": [{"where": item.where, "why": item.why, "position": item.position} for item in self.bad],
            },
        }


def verify(log: EventLog, workspace: Workspace, tracker: Tracker, key: str | None = None) -> Verification:
    """Check the chain first; only an intact log is worth resolving figures against.

    With a public `key`, in hex, some head of the log has to be signed by it.
    """
    result = Verification(check_record(log, workspace))
    if not result.chain.ok:
        return result
    board = fold(log.read())
    artifacts = ArtifactStore(workspace.artifacts)
    _check_artifacts(result, artifacts)
    _check_heads(result, workspace, key)
    if any(task.run_id for task in board.tasks) and tracker.missing is not None:
        result.bad.append(BadFigure(str(tracker.missing), "the MLflow store is gone, so no metric can be resolved"))
    else:
        result.mlflow = tracker.missing is not None or _check_anchor(result, log, board, tracker)
    _check_evidence(result, board, artifacts, tracker)
    _check_reports(result, log, board, workspace)
    return result


def _check_artifacts(result: Verification, artifacts: ArtifactStore) -> None:
    """Everything that is kept must still be what its name says, whether or not a figure rests on it."""
    for digest in artifacts.digests():
        result.checked += 1
        try:
            artifacts.find(digest)
        except IntegrityFailure as error:
            result.bad.append(BadFigure(f"artifact {digest}", str(error)))


def _check_heads(result: Verification, workspace: Workspace, key: str | None) -> None:
    """Files of signed heads, which the chain was held against already; the newest that counts is named."""
    for path, signed in signed_heads(workspace):
        result.checked += 1
        if signed is None:
            why = "it holds no signed head, or the signature is not that of its key"
            result.bad.append(BadFigure(path.relative_to(workspace.root).as_posix(), why))
        elif path != workspace.head(signed.position):
            result.bad.append(
                BadFigure(path.relative_to(workspace.root).as_posix(), "it holds the head of another event")
            )
        elif key in (None, signed.key):
            result.signed = signed
    if key is not None and result.signed is None:
        result.bad.append(BadFigure("heads", f"no head of the log is signed by {key}"))


def _check_anchor(result: Verification, log: EventLog, board: Board, tracker: Tracker) -> bool:
    """The head that MLflow keeps, if it is of this log. False when MLflow's store cannot be read."""
    name, heads = "MLflow's tag gonogo.head", {row.position: row.hash for row in log.rows()}
    try:
        text = tracker.anchored(board.study.name) if board.study is not None else None
    except TrackingFailure as error:
        result.bad.append(BadFigure("MLflow", str(error)))
        return False
    if text is None:
        return True
    signed = parsed_head(text)
    if signed is not None and signed.origin != heads.get(1):
        return True  # another log's, of a study with this name
    result.checked += 1
    if signed is None:
        result.bad.append(BadFigure(name, "it holds no signed head, or the signature is not that of its key"))
    elif (wrong := signed.unlike(heads, "it")) is not None:
        position, why = wrong
        result.bad.append(BadFigure(name, why, position))
    return True


def _check_evidence(result: Verification, board: Board, artifacts: ArtifactStore, tracker: Tracker) -> None:
    for task in board.tasks:
        for artifact in task.artifacts:
            result.checked += 1
            try:
                artifacts.find(artifact.digest)
            except GonogoError as error:
                result.bad.append(BadFigure(f"{task.task_id}: {artifact.name}", str(error), task.evidence_position))
        if task.run_id is None or not result.mlflow:
            continue
        _check_copies(result, task, tracker)
        run = tracker.run(task.run_id)
        if run is None:
            why = f"MLflow has no finished run {task.run_id}"
            result.bad.append(BadFigure(f"{task.task_id}", why, task.evidence_position))
            continue
        for item in task.evidence:
            result.checked += 1
            for key, value in _logged_as(item):
                if run.metrics.get(key) != value:
                    why = f"the log says {value!r}, MLflow run {task.run_id} says {run.metrics.get(key)!r}"
                    result.bad.append(BadFigure(f"{task.task_id}: {key}", why, task.evidence_position))
        result.checked += 1
        if task.run_sha256 not in ("", run.sha256):
            why = f"MLflow run {task.run_id} holds other metrics or parameters than were logged"
            result.bad.append(BadFigure(task.task_id, why, task.evidence_position))


def _check_copies(result: Verification, task: Task, tracker: Tracker) -> None:
    """MLflow keeps a copy of each artifact with its run; it must be the same file."""
    for artifact in task.artifacts:
        copy = tracker.copy_of(task.run_id or "", artifact)
        if copy is not None:
            result.checked += 1
            if digest_of_file(copy) != artifact.digest:
                why = f"MLflow's copy was altered ({copy})"
                result.bad.append(BadFigure(f"{task.task_id}: {artifact.name}", why, task.evidence_position))


def _logged_as(item: Evidence) -> Iterator[tuple[str, float]]:
    yield item.metric, item.value
    if item.interval is not None:
        yield f"{item.metric}/low", item.interval.low
        yield f"{item.metric}/high", item.interval.high


def _check_reports(result: Verification, log: EventLog, board: Board, workspace: Workspace) -> None:
    recorded = {file.name for cycle in board.cycles.values() if cycle.report for file in cycle.report.files}
    for path in sorted(workspace.root.glob("reports/**/*")):
        name = path.relative_to(workspace.root).as_posix()
        if path.is_symlink() or (path.is_file() and name not in recorded):
            why = "no event records it: a run was cut short (gonogo run goes on), or the log was"
            result.bad.append(BadFigure(name, why))
    try:
        files = report_files(log, board)
    except (BadInput, IntegrityFailure) as error:
        result.bad.append(BadFigure("reports", str(error)))
        return
    for file in files:
        path = workspace.root / file.again.name
        check_file(result, file, path.read_bytes() if path.is_file() else None)


@dataclass(frozen=True, slots=True)
class ReportFile:
    """A file of a report: rendered again, and the log that it was rendered from. Neither depends on what is on disk."""

    again: Replayed
    past: History


def report_files(log: EventLog, board: Board) -> list[ReportFile]:
    """The files of all reports that the log records.

    Raises BadInput or IntegrityFailure where they cannot be rendered.
    """
    files = []
    for number, cycle in sorted(board.cycles.items()):
        if cycle.report is not None:
            past = look_back(list(log.read(until=cycle.report.as_of)), number)
            files += [ReportFile(again, past) for again in replay(log, number)]
    return files


def check_file(result: Verification, file: ReportFile, content: bytes | None) -> None:
    """Hold what is on disk, if anything, to what was recorded; then resolve the figures of a file that holds them."""
    again = file.again
    result.checked += 1
    if again.comparable and not again.same:
        why = "rendering it again from the log gives other bytes than were recorded"
        result.bad.append(BadFigure(again.name, why))
    if content is None:
        result.bad.append(BadFigure(again.name, "the file is gone; gonogo report renders it again"))
    elif hashlib.sha256(content).hexdigest() != again.recorded:
        result.bad.append(BadFigure(again.name, "the file was changed after it was written"))
    elif again.name.endswith(".json"):
        checked, bad = resolve(again.name, content, file.past)
        result.checked += checked
        result.bad += bad
