"""The wiring: the one place that chooses log, tracker, artifact store, clock, teams and handlers."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

from agents.teams import TEAMS
from orchestrator.artifacts import ArtifactStore
from orchestrator.running.identity import this_worker
from orchestrator.services import Display, Services
from orchestrator.settings import Settings, quiet_libraries
from orchestrator.study.file import StudyFile, read_study
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store.errors import BadInput
from store.log import opening
from store.log.ledger import Ledger
from store.log.opening import SQLITE
from store.log.protocol import Clock, EventLog
from tasks.catalog import handler_of, require_fit


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def open_log(settings: Settings, create: bool = False, reading: bool = False, clock: Clock = now) -> EventLog:
    """The workspace's log, perhaps for `reading` alone; BadInput when it is not there and is not to be created."""
    address = f"{SQLITE}{Workspace(settings.workspace).log}"
    return opening.open_log(address, clock, create=create, reading=reading, lock_timeout_s=settings.lock_timeout_s)


def open_tracker(settings: Settings, study: str, uri: str | None, log: EventLog | None = None) -> Tracker:
    """The tracker of a study and its log in the MLflow store at `uri`, else in the workspace's own."""
    quiet_libraries()
    workspace = Workspace(settings.workspace)
    kept = ArtifactStore(workspace.artifacts)
    if log is None:
        return Tracker(uri or workspace.mlflow_uri, study, workspace, kept)
    first = next(iter(log.rows(until=1)), None)
    origin = first.hash if first is not None else "unknown"
    return Tracker(uri or workspace.mlflow_uri, study, workspace, kept, origin, partial(_holds, log))


def _holds(log: EventLog, position: int, head: str) -> bool:
    return any(row.hash == head for row in log.rows(position - 1, position))


def tracker_of(settings: Settings, notify: Callable[[str], None], log: EventLog | None = None) -> Tracker:
    """The tracker that the study file names; without a usable one, that of the workspace's own MLflow store.

    Raises PermissionError for a study file that this user may not read, and that may name another store.
    """
    path = Workspace(settings.workspace).study_file
    if path.is_file() and not os.access(path, os.R_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    try:
        file = read_study(path)
    except BadInput as error:
        notify(f"gonogo: taking the workspace's own MLflow store, since {error}")
        return open_tracker(settings, "unknown", None, log)
    return open_tracker(settings, file.study.name, file.tracking_uri, log)


def build(settings: Settings, file: StudyFile, ledger: Ledger, clock: Clock, display: Display) -> Services:
    """Services for the study of a workspace, around a ledger that is open, and its clock."""
    workspace = Workspace(settings.workspace)
    return Services(
        workspace=workspace,
        ledger=ledger,
        tracker=open_tracker(settings, file.study.name, file.tracking_uri, ledger.log),
        artifacts=ArtifactStore(workspace.artifacts),
        clock=clock,
        worker=this_worker(),
        lease_s=settings.lease_s,
        teams=TEAMS,
        handler_of=handler_of,
        display=display,
        require_fit=lambda spec: require_fit(spec, workspace.root.resolve()),
    )
