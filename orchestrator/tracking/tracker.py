"""Tracks attempts at tasks: logs each once to MLflow, recalls what an earlier process logged, reads finished runs."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from orchestrator.artifacts import ArtifactStore, digest_of_file, partial_folder
from orchestrator.tracking.client import Client, file_of, sqlite_file
from orchestrator.tracking.minting import Logged, check_kind, check_measurements, manifest, mint, recalled
from orchestrator.tracking.owner import HEAD, LOG, WORKSPACE, Holds, Owner, holds_any
from orchestrator.tracking.runs import OUTCOME, DatabaseRuns, FoundRun, LoggedRun, UnknownTables, reads
from orchestrator.tracking.standing import FINISHED, public, why_not
from orchestrator.workspace import Workspace
from store.errors import StoreBusy, StoreUnreadable, TrackingFailure
from store.evidence import Artifact
from store.task.state import Task
from tasks.handler import Done

TASK = "gonogo.task"
"""Tag that ties a run to an attempt at a task."""

REJECTED = "gonogo.rejected"
"""Tag of a run whose attempt counts by another run."""


class Tracker:
    """Logs finished work to an MLflow store, once per attempt at a task."""

    def __init__(
        self,
        uri: str,
        study: str,
        workspace: Workspace,
        artifacts: ArtifactStore,
        origin: str = "unknown",
        holds: Holds = holds_any,
    ) -> None:
        """`study` is its name; `origin` is the hash of the log's first event, and `holds` tells more of the log.

        Runs of other logs, and of other workspaces of this log, may lie in the same store and are none of ours.
        """
        self.uri = uri
        self._artifacts = artifacts
        store = sqlite_file(uri)
        alone = store is not None and store.resolve().is_relative_to(workspace.root.resolve())
        self._owner = Owner(study, origin, workspace.root, alone, holds)
        self._mlflow = Client(uri, self._owner)
        self._database: DatabaseRuns | None = None

    def recall(self, task: Task) -> Logged | None:
        """The outcome that an earlier process logged for this attempt, and did not record; None when there is none.

        An outcome that is not kept here is another workspace's.
        """
        runs = self._attempts(task)
        for run in runs:
            if run.status == FINISHED and self._keeps(run):
                kept = self._artifacts.find(run.tags[OUTCOME])
                return recalled(run.run_id, json.loads(kept.read_text(encoding="utf-8")))
        for run in runs:
            if run.status == "RUNNING":
                self._mlflow.end(run.run_id, "KILLED")
        return None

    def log(self, task: Task, done: Done, started: datetime, ended: datetime) -> Logged:
        """Log an outcome as a finished run and mint its evidence; TrackingFailure when MLflow does not take it."""
        check_measurements(done.measurements)
        check_kind(done, task.traits)
        kept = {name: self._artifacts.keep(name, path) for name, path in sorted(done.files.items())}
        tags = {
            TASK: _attempt(task),
            "gonogo.kind": task.kind,
            "gonogo.cycle": str(task.cycle),
            "gonogo.subject": task.subject,
        }
        run_id = self._mlflow.create(task.title, started, tags)
        held = self._mlflow.log(run_id, done, {"task_id": task.task_id})
        logged = mint(run_id, held.sha256, done, kept)
        self._mlflow.tag(run_id, OUTCOME, self._keep(logged, done).digest)
        self._mlflow.end(run_id, FINISHED, ended)
        return logged

    def keep_only(self, task: Task, run_id: str) -> None:
        """Mark every other run of this attempt as rejected: the log has decided which one counts."""
        for run in self._attempts(task):
            if run.run_id != run_id and run.status != "KILLED" and (run.status != FINISHED or self._keeps(run)):
                self._mlflow.tag(run.run_id, REJECTED, "true")
                self._mlflow.end(run.run_id, "KILLED")

    def run(self, run_id: str) -> LoggedRun | None:
        """The numbers and parameters of a finished run; None when there is no such run.

        A database is asked itself, which takes milliseconds where loading MLflow takes seconds.
        """
        if reads(self.uri):
            with self._reading() as database:
                return database.run(run_id)
        return self._mlflow.run(run_id)

    def absent(self, run_ids: Sequence[str]) -> Mapping[str, str]:
        """Why those of the runs do not count that are not finished, were deleted, or are not there, by id, in order."""
        if reads(self.uri):
            with self._reading() as database:
                found = database.standings(run_ids)
                return _reasons({run_id: why_not(run_id, found.get(run_id), self.uri) for run_id in run_ids})
        return _reasons({run_id: why_not(run_id, self._mlflow.standing(run_id), self.uri) for run_id in run_ids})

    def why_absent(self, run_id: str) -> str:
        """Why a run does not count of which `run` had nothing."""
        return self.absent([run_id]).get(run_id, f"MLflow has no finished run {run_id}")

    def anchor(self, head: str) -> None:
        """Keep a signed head, as its file has it, as a tag of the experiment; no-op if MLflow was not loaded.

        So the head is known outside the workspace, where the store is there.
        """
        if self.used:
            self._mlflow.tag_experiment(HEAD, head)

    @property
    def used(self) -> bool:
        """Whether MLflow was loaded, which takes seconds."""
        return self._mlflow.used

    def anchored(self, study: str, origin: str) -> tuple[str, str] | None:
        """The signed head that MLflow keeps of a log of this workspace, as its file has it, and who has kept it there.

        None where there is none. The study is given by its name, and the log by the hash of its first event.
        """
        own = replace(self._owner, study=study, origin=origin).find(self._tags)
        tags = (self._tags(own) if own is not None else None) or {}
        return (tags[HEAD], tags.get(WORKSPACE, "a workspace")) if HEAD in tags else None

    def _tags(self, experiment: str) -> Mapping[str, str] | None:
        if reads(self.uri):
            with self._reading() as database:
                return database.tags(experiment)
        return self._mlflow.experiment_tags(experiment)

    def orphans(self, workspace: Path) -> int:
        """How many runs a database holds of logs of this workspace: their artifacts lie in it, or the store itself.

        Others are of studies that share a store outside.
        """
        if self.missing is not None or not reads(self.uri):
            return 0
        store, root = sqlite_file(self.uri), workspace.resolve()
        inside = store is not None and store.resolve().is_relative_to(root)
        with self._reading() as database:
            return sum(
                count
                for location, count in database.logged()
                if inside or ((place := file_of(location)) is not None and place.resolve().is_relative_to(root))
            )
        return 0

    def apart(self) -> str | None:
        """Before the first run: a sentence that says whose runs have the plain name in a database; None where nobody's.

        A server is not asked, which takes seconds.
        """
        if self.missing is not None or not reads(self.uri):
            return None
        why = self._owner.apart(self._tags)
        return None if why is None else f"MLflow at {public(self.uri)} {why}"

    @property
    def missing(self) -> Path | None:
        """The file of a SQLite store that is not there, or empty; asking it would make an empty one."""
        path = sqlite_file(self.uri)
        return path if path is not None and not (path.exists() and path.stat().st_size) else None

    def spare(self, run_id: str | None, artifact: Artifact) -> str:
        """The end of a remedy for a lost artifact: MLflow's own copy of it, if that has the same bytes; else empty.

        A server, whose copies lie elsewhere, is not asked.
        """
        run = self.run(run_id) if run_id is not None and self.missing is None and reads(self.uri) else None
        copy = None if run is None else self.copy_of(run, artifact)
        if copy is None or not copy.is_file() or digest_of_file(copy) != artifact.digest:
            return ""
        place = self._artifacts.place(artifact.digest)
        folder, target, spare = (shlex.quote(str(path)) for path in (place.parent, place, copy))
        return f"; MLflow has it still: mkdir -p {folder} && cp {spare} {target}"

    def copy_of(self, run: LoggedRun, artifact: Artifact) -> Path | None:
        """Where MLflow's own copy of an artifact lies, or should; None where that is nowhere on this machine.

        A workspace may have moved since the store was told its address. A SQLite store has its copies on this machine;
        of any other that names a folder which is not here, another machine may have it.
        """
        here = self._owner.copies / run.run_id / "artifacts" / artifact.name
        told = file_of(run.folder)
        if here.is_file() or (told is not None and self._owner.alone):
            return here
        if told is None:
            return None
        if (told / artifact.name).is_file():
            return told / artifact.name
        return here if here.parent.is_dir() or told.is_dir() or sqlite_file(self.uri) is not None else None

    @contextmanager
    def _reading(self) -> Iterator[DatabaseRuns]:
        """The tables of the store. A SQLite file that is no store of MLflow is a TrackingFailure.

        Tables of another database that are not as expected end the block, which then falls through to MLflow.
        """
        path = sqlite_file(self.uri)
        if path is not None and path.exists() and not os.access(path, os.R_OK):
            raise StoreUnreadable(f"{path} may not be read by this user; ask its owner for it, or work on a copy")
        self._database = self._database or DatabaseRuns(self.uri)
        try:
            yield self._database
        except UnknownTables as error:
            if "locked" in str(error):
                raise StoreBusy(f"{public(self.uri)} is locked by another process; try again later") from None
            if self.uri.startswith("sqlite:"):
                raise TrackingFailure(f"{public(self.uri)} is no MLflow database that can be read: {error}") from None

    def _attempts(self, task: Task) -> Sequence[FoundRun]:
        """Runs of an attempt that this workspace logged, the newest first."""
        if self.missing is not None:
            return ()
        if reads(self.uri):
            with self._reading() as database:
                own = self._owner.find(database.tags)
                wanted = {TASK: _attempt(task), LOG: self._owner.origin}
                return () if own is None else database.find(own, wanted)
        return self._mlflow.find(TASK, _attempt(task))

    def _keep(self, logged: Logged, done: Done) -> Artifact:
        with partial_folder(self._owner.copies) as folder:
            path = folder / "outcome.json"
            path.write_text(manifest(logged, done.parameters), encoding="utf-8")
            return self._artifacts.keep(path.name, path)

    def _keeps(self, run: FoundRun) -> bool:
        """Whether the outcome of a run is kept here: it was logged from this workspace."""
        return OUTCOME in run.tags and self._artifacts.place(run.tags[OUTCOME]).is_file()


def _reasons(found: Mapping[str, str | None]) -> Mapping[str, str]:
    return {run_id: why for run_id, why in found.items() if why is not None}


def _attempt(task: Task) -> str:
    """A returned task is done again, under a run of its own; a crashed one is not."""
    return f"{task.task_id}/{task.returns}"
