"""Verification: every figure of every report, resolved again against the log, the artifacts and MLflow."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.artifacts import ArtifactStore
from orchestrator.replaying import replay
from orchestrator.tracking import Tracker
from orchestrator.workspace import Workspace
from store.board import Board, fold
from store.chain import ChainCheck
from store.errors import BadInput, GonogoError, IntegrityFailure
from store.evidence import Evidence
from store.log import EventLog


@dataclass(frozen=True, slots=True)
class BadFigure:
    """A figure, or a file of figures, that does not check out."""

    where: str
    """File, and id of the figure or metric."""
    why: str
    position: int | None = None
    """The event it refers to."""


@dataclass(slots=True)
class Verification:
    """What was checked and what was found."""

    chain: ChainCheck
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
            "why": self.chain.why or (self.bad[0].why if self.bad else ""),
            "figures": {
                "checked": self.checked,
                "bad": [{"where": item.where, "why": item.why, "position": item.position} for item in self.bad],
            },
        }


def verify(log: EventLog, workspace: Workspace, tracker: Tracker | None) -> Verification:
    """Check the chain first; only an intact log is worth resolving figures against.

    Without a tracker, as where no study file names one, MLflow is not asked.
    """
    result = Verification(log.check())
    if not result.chain.ok:
        return result
    anchored = _anchors(workspace, log)
    if anchored is not None:
        result.chain = ChainCheck(result.chain.events, result.chain.head, *anchored)
        return result
    board = fold(log.read())
    artifacts = ArtifactStore(workspace.artifacts)
    _check_artifacts(result, artifacts)
    _check_evidence(result, board, artifacts, tracker)
    _check_reports(result, log, board, workspace)
    return result


def _anchors(workspace: Workspace, log: EventLog) -> tuple[int, str] | None:
    """Reports on disk name the chain's head at a position: a log that was cut or swapped does not have it there."""
    heads = {row.position: row.hash for row in log.rows()}
    for path in sorted(workspace.root.glob("reports/cycle-*/cycle-report.json")):
        try:
            report = json.loads(path.read_bytes())
            as_of, head = report["as_of"], report["head"]
        except (OSError, ValueError, KeyError, TypeError):
            continue  # a damaged report is found by its digest
        if not isinstance(as_of, int) or as_of < 1:
            continue
        if as_of > len(heads):
            return len(heads) + 1, f"event {len(heads) + 1} is missing: {path.name} was rendered from {as_of} events"
        if heads[as_of] != head and _recorded(workspace, path, log):
            return as_of, f"the log is not the one that {path} was rendered from"
    return None


def _recorded(workspace: Workspace, path: Path, log: EventLog) -> bool:
    """True when the file is, to the byte, one that the log says was written; else its head proves nothing."""
    name, digest = path.relative_to(workspace.root).as_posix(), _digest(path)
    return not any(
        artifact.name == name and artifact.digest != digest
        for cycle in fold(log.read()).cycles.values()
        if cycle.report is not None
        for artifact in cycle.report.files
    )


def _check_artifacts(result: Verification, artifacts: ArtifactStore) -> None:
    """Everything that is kept must still be what its name says, whether or not a figure rests on it."""
    for digest in artifacts.digests():
        result.checked += 1
        try:
            artifacts.find(digest)
        except IntegrityFailure as error:
            result.bad.append(BadFigure(f"artifact {digest}", str(error)))


def _check_evidence(result: Verification, board: Board, artifacts: ArtifactStore, tracker: Tracker | None) -> None:
    for task in board.tasks:
        for artifact in task.artifacts:
            result.checked += 1
            try:
                artifacts.find(artifact.digest)
            except GonogoError as error:
                result.bad.append(BadFigure(f"{task.task_id}: {artifact.name}", str(error), task.evidence_position))
        if task.run_id is None or tracker is None:
            continue
        logged = tracker.metrics(task.run_id)
        if logged is None:
            why = f"MLflow has no finished run {task.run_id}"
            result.bad.append(BadFigure(f"{task.task_id}", why, task.evidence_position))
            continue
        for item in task.evidence:
            result.checked += 1
            for key, value in _logged_as(item):
                if logged.get(key) != value:
                    why = f"the log says {value!r}, MLflow run {task.run_id} says {logged.get(key)!r}"
                    result.bad.append(BadFigure(f"{task.task_id}: {key}", why, task.evidence_position))


def _logged_as(item: Evidence) -> Iterator[tuple[str, float]]:
    yield item.metric, item.value
    if item.interval is not None:
        yield f"{item.metric}/low", item.interval.low
        yield f"{item.metric}/high", item.interval.high


def _check_reports(result: Verification, log: EventLog, board: Board, workspace: Workspace) -> None:
    if not any(cycle.report for cycle in board.cycles.values()):
        return
    try:
        again = replay(log)
    except (BadInput, IntegrityFailure) as error:
        result.bad.append(BadFigure("reports", str(error)))
        return
    for file in again:
        result.checked += 1
        path = workspace.root / file.name
        if not file.same:
            why = "rendering it again from the log gives other bytes than were recorded"
            result.bad.append(BadFigure(file.name, why))
        if not path.is_file():
            result.bad.append(BadFigure(file.name, "the file is gone; gonogo report renders it again"))
        elif _digest(path) != file.recorded:
            result.bad.append(BadFigure(file.name, "the file was changed after it was written"))
        if file.name.endswith(".json"):
            _check_figures(result, file.name, file.content, board)


def _check_figures(result: Verification, name: str, content: bytes, board: Board) -> None:
    from orchestrator.reports.figures import round_figure

    cited = {(task.evidence_position, item.metric): item for task in board.tasks for item in task.evidence}
    for figure in json.loads(content).get("figures", []):
        result.checked += 1
        where, position = f"{name}: {figure['id']}", figure["position"]
        if round_figure(figure["value"], figure["rounding"]) != figure["text"]:
            result.bad.append(BadFigure(where, f"{figure['text']} is not {figure['value']!r} rounded", position))
        if figure["run_id"] is None:
            continue
        source = cited.get((position, figure["metric"]))
        if source is None or not _same(source, figure):
            why = f"event {position} does not record {figure['metric']} = {figure['value']!r} with that run and digest"
            result.bad.append(BadFigure(where, why, position))


def _same(source: Evidence, figure: Mapping[str, Any]) -> bool:
    return (source.run_id, source.value, source.digest) == (figure["run_id"], figure["value"], figure["digest"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
