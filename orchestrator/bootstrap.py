"""The wiring: which implementation plays which part is said here and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime

from agents.teams import TEAMS
from orchestrator.artifacts import ArtifactStore
from orchestrator.house import Display, House
from orchestrator.settings import Settings, quiet_libraries
from orchestrator.study import read_study
from orchestrator.tracking import Tracker
from orchestrator.workers import this_worker
from orchestrator.workspace import Workspace
from store.log.ledger import Ledger
from store.log.protocol import EventLog
from store.log.sql.sqlite import SqliteLog
from tasks.catalog import handler_of


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def open_log(settings: Settings, create: bool = False) -> SqliteLog:
    """The workspace's log; BadInput when it is not there and is not to be created."""
    path = Workspace(settings.workspace).log
    if create:
        return SqliteLog(path, now, lock_timeout_s=settings.lock_timeout_s)
    return SqliteLog.existing(path, now, lock_timeout_s=settings.lock_timeout_s)


def open_tracker(settings: Settings, experiment: str, uri: str | None) -> Tracker:
    """An MLflow store: at `uri`, else the workspace's own."""
    quiet_libraries()
    workspace = Workspace(settings.workspace)
    artifacts = ArtifactStore(workspace.artifacts)
    return Tracker(uri or workspace.mlflow_uri, experiment, artifacts, workspace.artifacts / "mlflow")


def build(settings: Settings, log: EventLog, display: Display) -> House:
    """A house for the study in the workspace."""
    workspace = Workspace(settings.workspace)
    file = read_study(workspace.study_file)
    ledger = Ledger(log)
    ledger.refresh()
    return House(
        workspace=workspace,
        ledger=ledger,
        tracker=open_tracker(settings, file.study.name, file.tracking_uri),
        artifacts=ArtifactStore(workspace.artifacts),
        clock=now,
        worker=this_worker(),
        lease_s=settings.lease_s,
        teams=TEAMS,
        handler_of=handler_of,
        display=display,
    )
