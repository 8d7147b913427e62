"""A cycle's story: in which order it works, assesses, reports, audits and closes. MLflow and the reports are real."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agents.executive.claiming import executive
from agents.teams import TEAMS
from orchestrator.artifacts import ArtifactStore
from orchestrator.running.cycle import Ending, run_cycle
from orchestrator.services import Services
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store import commands as c
from store.errors import Unfit
from store.kinds import KINDS
from store.kinds.environment import EnvironmentFacts, EnvironmentSpec
from store.kinds.kind import Phase, Spec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.study.protocol import Study
from store.task.state import Task
from tasks.catalog import handler_of
from tasks.handler import Blocked, Done, Measurement, TaskContext


class Silent:
    """Shows nothing."""

    def say(self, text: str) -> None: ...
    def start(self, task: Task) -> None: ...
    def advance(self, done: int, total: int, note: str) -> None: ...
    def finish(self, task: Task) -> None: ...


def probe(spec: EnvironmentSpec, context: TaskContext) -> Done:
    measured = tuple(Measurement(metric.key(), 2.0) for metric in KINDS["environment"].shown if "{" not in metric.path)
    return Done("Probed.", measured, facts=EnvironmentFacts(device="an abacus"))


def nothing(spec: Any, context: TaskContext) -> Blocked:
    return Blocked("there is no model here", "take a substitute")


@pytest.fixture
def services(tmp_path: Path, clock, study_data) -> Services:
    workspace = Workspace(tmp_path)
    artifacts = ArtifactStore(workspace.artifacts)
    ledger = Ledger(MemoryLog(clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), actor="system")
    tracker = Tracker(f"sqlite:///{tmp_path / 'mlflow.db'}", "a study", artifacts, workspace.artifacts / "mlflow")
    handlers = {"environment": probe, "diagnostic": nothing, "audit": handler_of("audit")}.__getitem__
    return Services(
        workspace, ledger, tracker, artifacts, clock, "w", 30.0, TEAMS, handlers, Silent(), lambda spec: None
    )


def story(services: Services) -> list[str]:
    """Assessment, report and close of the cycle, and the first claim of each kind of task, in their order."""
    kinds = {task.task_id: task.kind for task in services.ledger.board.tasks}
    told = []
    for entry in services.ledger.log.read():
        match entry.event.type:
            case "TaskClaimed":
                told.append(kinds[entry.event.task_id])
            case "AssessmentMade" | "ReportWritten" | "CycleClosed":
                told.append(entry.event.type)
    return list(dict.fromkeys(told))


def test_what_is_measured_comes_before_the_assessment_and_audits_after_the_report(services: Services) -> None:
    assert run_cycle(services) is Ending.WAITS
    assert story(services) == ["environment", "diagnostic", "AssessmentMade", "ReportWritten", "audit", "CycleClosed"]


def test_a_machine_claims_only_what_it_is_fit_for(services: Services) -> None:
    def require_fit(spec: Spec) -> None:
        if spec.kind == "diagnostic":
            raise Unfit("there is no GPU here")

    with pytest.raises(Unfit, match=r"cannot do what is next, Measure attention .*: there is no GPU here"):
        run_cycle(replace(services, require_fit=require_fit))
    assert story(services) == ["environment"]
    assert run_cycle(services) is Ending.WAITS, "another machine goes on"
    assert story(services) == ["environment", "diagnostic", "AssessmentMade", "ReportWritten", "audit", "CycleClosed"]


def test_work_that_waits_for_the_assessment_is_in_the_report(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = replace(KINDS["diagnostic"], phase=Phase.AFTER_ASSESSMENT)
    monkeypatch.setitem(KINDS._kinds, "diagnostic", late)
    late_teams = {**TEAMS, "executive": tuple(executive(kind) for kind in KINDS.values())}
    run_cycle(replace(services, teams=late_teams))
    assert story(services) == ["environment", "AssessmentMade", "diagnostic", "ReportWritten", "audit", "CycleClosed"]
