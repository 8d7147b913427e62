"""Services of a study that is registered, and of a machine that is fit for all of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agents.teams import TEAMS
from orchestrator.artifacts import ArtifactStore
from orchestrator.services import Services
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store import commands as c
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.study.protocol import Study
from tasks.handler import TaskHandler
from tests.displays import Silent

ServicesOf = Callable[[Callable[[str], TaskHandler[Any]]], Services]


@pytest.fixture
def services_of(tmp_path: Path, clock, study_data) -> ServicesOf:
    """Services with these handlers, by kind of task. MLflow is real, the log is in memory."""

    def made(handler_of: Callable[[str], TaskHandler[Any]]) -> Services:
        workspace = Workspace(tmp_path)
        artifacts = ArtifactStore(workspace.artifacts)
        ledger = Ledger(MemoryLog(clock))
        ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), actor="system")
        tracker = Tracker(workspace.mlflow_uri, "a study", workspace, artifacts)
        return Services(
            workspace, ledger, tracker, artifacts, clock, "w", 30.0, TEAMS, handler_of, Silent(), lambda spec: None
        )

    return made
