"""A cycle's story: in which order it works, assesses, reports, audits and closes. MLflow and the reports are real."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from agents.executive.claiming import executive
from agents.teams import TEAMS
from orchestrator.running.cycle import Ending, run_cycle
from orchestrator.running.workers import first_lease
from orchestrator.services import Services
from store import commands as c
from store.errors import Unfit
from store.kinds import KINDS
from store.kinds.environment import EnvironmentFacts, EnvironmentSpec
from store.kinds.kind import Phase, Spec
from store.task.state import MAX_LAPSES
from tasks.catalog import handler_of
from tasks.handler import Blocked, Done, Measurement, TaskContext

from .conftest import ServicesOf


def probe(spec: EnvironmentSpec, context: TaskContext) -> Done:
    measured = tuple(Measurement(metric.key(), 2.0) for metric in KINDS["environment"].shown if "{" not in metric.path)
    return Done("Probed.", measured, facts=EnvironmentFacts(device="an abacus"))


def nothing(spec: Any, context: TaskContext) -> Blocked:
    return Blocked("there is no model here", "take a substitute")


@pytest.fixture
def services(services_of: ServicesOf) -> Services:
    return services_of({"environment": probe, "diagnostic": nothing, "audit": handler_of("audit")}.__getitem__)


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


def test_a_task_whose_claims_lapsed_three_times_is_blocked_by_any_machine_and_the_cycle_goes_on(
    services: Services, clock
) -> None:
    def require_fit(spec: Spec) -> None:
        if spec.kind == "environment":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_cycle(replace(services, require_fit=require_fit))
    task = services.ledger.board.tasks[0].task_id
    for fence in range(1, MAX_LAPSES + 1):
        services.ledger.submit(c.ClaimTask(task, "operations", "gone", takeover=fence > 1), actor="a")
        services.ledger.log.hold(first_lease(task, fence, "gone/1/1", clock, 30.0))
    clock.turn(31)
    assert run_cycle(replace(services, require_fit=require_fit)) is Ending.WAITS
    found = services.ledger.board.tasks_by_id[task]
    assert (found.status, found.fence) == ("blocked", MAX_LAPSES)
    assert "CycleClosed" in story(services)
