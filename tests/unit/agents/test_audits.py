"""The audits of a cycle's own reports: when they are planned, who does them, and what they do not stop."""

from __future__ import annotations

import pytest

from agents.agent import Capacity
from agents.planning.planner import PLANNER, propose
from agents.planning.rules.audit_reports import audit_reports
from agents.teams import TEAMS
from store import commands as c
from store.evidence import Artifact
from store.kinds.audit import AuditSpec
from store.queries.audits import contradictions, contradictions_told
from store.task.acceptance import MetricReported

from .conftest import Play, evidence, ordinary, succeed

READ = ["cycle-report.md", "cycle-report.html", "assessment.md", "assessment.html", "handover.md"]
FILES = tuple(
    Artifact(name=f"reports/cycle-001/{name}", digest=f"{at:064x}", size=1)
    for at, name in enumerate([*READ, "cycle-report.json", "assessment.json", "handover.json", "forest.svg"])
)
COUNTS = ("inconsistent", "depends_on_reading", "not_checkable", "consistent")


def reported(play, **changes: object) -> Play:
    """A study whose first cycle is assessed and reported on, and still open."""
    study = play(**changes)
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work()
    study.ask(TEAMS["assessment"][0])
    study.ask(TEAMS["planning"][2])
    study.ledger.submit(c.WriteReport(1, study.board.position, "0.1.0", FILES), actor="system")
    return study


def audited(task, **counts: float):
    if task.kind != "audit":
        return ordinary(task)
    return succeed(task, *(evidence(task, f"count/{name}", counts.get(name, 0)) for name in COUNTS))


def test_before_there_is_a_report_there_is_nothing_to_audit(play) -> None:
    study = play()
    assert audit_reports(study.board) == []
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work()
    study.ask(TEAMS["assessment"][0])
    assert propose(study.board) == ()


def test_once_it_is_written_what_people_read_of_it_is_audited_and_nothing_else(play) -> None:
    study = reported(play)
    plan = propose(study.board)
    assert [proposal.spec for proposal in plan] == [
        AuditSpec(report=name, digest=f"{at:064x}") for at, name in enumerate(READ)
    ]
    for proposal in plan:
        assert (proposal.rule, proposal.subject, proposal.depends_on) == ("audit_reports", "audit", ())
        assert proposal.because
        assert proposal.acceptance == tuple(MetricReported(metric=f"count/{name}") for name in COUNTS)


def test_audits_are_planned_once(play) -> None:
    study = reported(play)
    study.ask(PLANNER)
    before = study.board.position
    study.ask(PLANNER)
    assert study.board.position == before
    study.work(audited)
    assert propose(study.board) == ()


def test_the_auditor_does_them_and_the_reviewer_accepts_what_they_found_whatever_it_is(play) -> None:
    study = reported(play)
    study.work(lambda task: audited(task, inconsistent=2))
    audits = [task for task in study.board.tasks if task.kind == "audit"]
    assert {(task.agent, task.status) for task in audits} == {("auditor", "accepted")}
    assert [contradictions(task) for task in audits] == [2] * 5


def test_a_contradiction_in_a_report_changes_neither_verdict_nor_what_is_left_to_do(play) -> None:
    found = {}
    for inconsistent in (0, 3):
        study = reported(play)
        study.work(lambda task, n=inconsistent: audited(task, inconsistent=n))
        study.ledger.submit(c.CloseCycle(1), actor="system")
        decisions = [decision.request.decision_id for decision in study.board.open_decisions]
        found[inconsistent] = (study.board.cycles[1].assessment, study.left(), decisions)
    assert found[0] == found[3]


def test_an_audit_that_counts_nothing_is_returned_and_one_that_fails_twice_keeps_no_cycle_open(play) -> None:
    def broken(task):
        if task.fence == 1:
            return succeed(task, evidence(task, "count/inconsistent", 0))
        return c.Fail(task.task_id, task.fence, "RuntimeError: a check broke")

    study = reported(play)
    study.work(broken)
    audits = [task for task in study.board.tasks if task.kind == "audit"]
    assert {(task.status, task.returns, task.fence) for task in audits} == {("failed", 1, 2)}
    study.ledger.submit(c.CloseCycle(1), actor="system")
    assert study.board.open_cycle is None
    study.decide("c1-claim-strength", "at-least-2")
    study.cycle()
    assert not [d for d in study.board.open_decisions if d.request.subject == "audit"], "and is no question to anybody"


@pytest.mark.parametrize("budget", [{"tasks": 1}, {"seconds": 5}])
def test_a_budget_that_is_spent_still_allows_audits_and_they_are_not_counted(play, budget) -> None:
    study = reported(play, budget=budget, decision={"threshold": 0.7, "at_least": 2})
    study.work(audited)
    statuses = {kind: [t.status for t in study.board.tasks if t.kind == kind] for kind in ("diagnostic", "audit")}
    assert statuses == {"diagnostic": ["accepted", "planned", "planned"], "audit": ["accepted"] * 5}


def test_after_the_assessment_an_answer_or_an_amendment_brings_no_new_measurement_into_the_cycle(
    play, study_data
) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    study = reported(play, models=models, budget={"tasks": 2}, decision={"threshold": 0.7, "at_least": 2})
    waiting = [task.task_id for task in study.board.tasks if task.status == "planned"]
    assert waiting
    amended = study.board.study.model_copy(update={"budget": study.board.study.budget.model_copy(update={"tasks": 9})})
    study.ledger.submit(c.AmendStudy(amended, "there is time after all"), actor="human")
    study.work(audited)
    assert [study.board.tasks_by_id[task_id].fence for task_id in waiting] == [0] * len(waiting)
    study.ledger.submit(c.CloseCycle(1), actor="system")
    assert study.left(), "the next cycle does it"


def test_an_answer_that_asks_for_another_try_is_heard_by_the_next_cycle(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    study = reported(play, models=models, decision={"threshold": 0.7, "at_least": 2})
    study.decide("c1-model-c", "retry")
    assert {proposal.rule for proposal in propose(study.board)} == {"audit_reports"}
    study.work(audited)
    study.ledger.submit(c.CloseCycle(1), c.OpenCycle("y"), actor="system")
    assert "cover_models" in {proposal.rule for proposal in propose(study.board)}


def test_what_had_begun_before_the_assessment_is_still_finished(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.ask(PLANNER)
    first = study.board.tasks[0]
    study.ledger.submit(c.ClaimTask(first.task_id, "operations", "w"), actor="o")
    study.ask(TEAMS["assessment"][0])
    study.ledger.submit(c.ReleaseTask(first.task_id, 1, "interrupted"), actor="w")
    claims = [command for agent in TEAMS["executive"] for command in agent.choose(study.board, Capacity())]
    assert [claim.task_id for claim in claims] == [first.task_id]


def test_contradictions_are_told_in_the_order_of_the_audit(play) -> None:
    labels = [f"Inconsistent {at}, sums, line {at}" for at in range(1, 13)]

    def wrong(task):
        done = audited(task, inconsistent=12)
        return c.Succeed(
            done.task_id,
            done.fence,
            done.summary,
            done.run_id,
            done.evidence,
            done.artifacts,
            dict.fromkeys([*labels, "Recalled"], "x"),
        )

    study = reported(play)
    study.work(wrong)
    assert [each.number for each in contradictions_told(study.board.tasks[-1])] == list(range(1, 13))
