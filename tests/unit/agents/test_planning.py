"""The planning team: what it plans, in which order, and when it stops."""

from __future__ import annotations

import pytest

from agents.agent import Capacity
from agents.planning.planner import PLANNER, propose
from agents.planning.questions.claim_strength import claim_strength
from agents.planning.reviewer import REVIEWER
from store import commands as c
from store.evidence import Interval
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.queries.claims import chosen_claim
from store.queries.models import active_models, replaced_models
from store.queries.protocol import amended_late
from store.study.protocol import Study
from store.task.acceptance import IntervalReported, NAtLeast, SitesComplete

from .conftest import compared, evidence, ordinary, succeed


def test_the_first_plan_is_the_environment_and_then_every_model(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    plan = propose(study.board)
    assert [(p.rule, p.subject) for p in plan] == [
        ("environment_first", "environment"),
        ("cover_models", "a"),
        ("cover_models", "b"),
        ("cover_models", "c"),
    ]
    study.ask(PLANNER)
    environment, *diagnostics = study.board.tasks
    assert all(task.depends_on == (environment.task_id,) for task in diagnostics)
    assert all(task.because for task in study.board.tasks)


def test_planning_again_proposes_nothing(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.ask(PLANNER)
    assert propose(study.board) == ()


def test_a_diagnostic_is_planned_with_what_it_must_deliver(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.ask(PLANNER)
    assert study.board.tasks[1].acceptance == (
        NAtLeast(metric="mcs_norm", n=40),
        IntervalReported(metric="mcs_norm"),
        SitesComplete(),
    )


def test_a_blocked_model_is_replaced_and_then_all_are_compared(play) -> None:
    study = play()
    study.cycle()
    by_subject = {(task.subject, task.status): task for task in study.board.tasks}
    blocked, substitute = by_subject["c", "superseded"], by_subject["c", "accepted"]
    assert blocked.superseded_by == substitute.task_id
    assert isinstance(substitute.spec, DiagnosticSpec)
    assert substitute.spec.model.locator == "clip:small@random"
    (comparison,) = [task for task in study.board.tasks if task.kind == "statistics"]
    assert isinstance(comparison.spec, StatisticsSpec)
    assert [source.model_id for source in comparison.spec.sources] == ["a", "b", "clip-small-random"]


def test_substitutes_are_tried_in_order_and_one_in_the_study_already_is_passed_over(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = ["clip:tiny@random", "siglip:small@hub/none", "clip:small@random"]
    study = play(models=models)
    study.cycle()
    tried = [task.spec.model.locator for task in study.board.tasks if task.subject == "c"]
    assert tried == ["clip:base-patch32@hub/none", "siglip:small@hub/none", "clip:small@random"]


def test_models_are_not_compared_before_all_measurements_are_in(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.work(lambda task: ordinary(task) if task.subject != "b" else c.Fail(task.task_id, task.fence, "broken"))
    failed = next(task for task in study.board.tasks if task.subject == "b")
    assert (failed.status, failed.returns) == ("failed", 1)
    comparison = study.board.tasks[-1]
    assert comparison.kind == "statistics"
    assert comparison.position > failed.status_position


def test_work_below_its_criteria_is_returned_once_and_then_left_to_a_human(play) -> None:
    def sloppy(task):
        if task.subject != "a":
            return ordinary(task)
        mean = evidence(task, "mcs_norm", 0.5, interval=Interval(low=0.4, high=0.6), n=39)
        return succeed(task, mean, evidence(task, "sites_seen", 4), evidence(task, "sites_expected", 4))

    study = play()
    study.cycle(sloppy)
    task = next(task for task in study.board.tasks if task.subject == "a")
    assert (task.status, task.returns, task.fence) == ("succeeded", 1, 2)
    question = next(d.request for d in study.board.open_decisions if d.request.subject == "a")
    assert "at least 40 images: it rests on 39" in question.because


def test_the_reviewer_accepts_only_when_every_criterion_is_met(play) -> None:
    study = play()
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    study.ask(PLANNER)
    task = study.board.tasks[0]
    study.ledger.submit(c.ClaimTask(task.task_id, "operations", "w"), actor="a")
    study.ledger.submit(succeed(task := study.board.tasks[0], evidence(task, "throughput/best", 1.0)), actor="w")
    (command,) = REVIEWER.choose(study.board, Capacity())
    assert isinstance(command, c.ReturnTask)
    assert command.reason == "batch_size/best is reported: it is missing"


def test_the_next_look_measures_fresh_images_only(play) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "at-least-2")
    assert study.left()[0].startswith("Take look 2 of 2")
    study.cycle()
    fresh = [t.spec.data for t in study.board.tasks_in(2) if isinstance(t.spec, DiagnosticSpec)]
    assert [(data.first, data.n) for data in fresh] == [(40, 40)] * 3
    comparison = study.board.tasks[-1].spec
    assert isinstance(comparison, StatisticsSpec)
    assert comparison.look == 2
    assert len(comparison.sources) == 6


def test_a_substitute_goes_on_standing_in_at_the_next_look(play) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "at-least-2")
    study.cycle()
    (task,) = [task for task in study.board.tasks_in(2) if task.subject == "c"]
    assert task.spec.model.locator == "clip:small@random"
    assert "stands in for c" in task.because


def test_a_study_comes_to_an_end(play) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "at-least-2")
    study.cycle()
    assert study.left() == []


def test_a_human_can_stop_a_study(play) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "stop")
    assert study.left() == []


def test_a_go_ends_the_looks(play) -> None:
    study = play(decision={"threshold": 0.7, "at_least": 2, "looks": 3})
    study.cycle(lambda task: compared(task, 2, 1) if task.kind == "statistics" else ordinary(task))
    assert study.board.cycles[1].assessment.verdict == "GO"
    assert study.left() == []


@pytest.mark.parametrize("budget", [{"tasks": 1}, {"seconds": 5}])
def test_what_the_budget_does_not_allow_is_left_to_the_next_cycle(play, budget) -> None:
    study = play(budget=budget, decision={"threshold": 0.7, "at_least": 2})
    study.cycle()
    assert [t.status for t in study.board.tasks] == ["accepted", "accepted", "cancelled", "cancelled"]
    assert study.left() == ["Measure b", "Measure c"]
    for _ in range(8):
        study.cycle()
        if not study.left():
            break
    assert study.board.cycle.assessment.verdict == "NO_GO", "a small budget takes longer, and gets there"


def lost(subject: str, after: int):
    """Outcomes in which a model can no longer be had from a cycle on."""

    def outcome(task):
        if task.subject == subject and task.cycle >= after:
            return c.Block(task.task_id, task.fence, "its licence was withdrawn", "ask for it")
        return ordinary(task)

    return outcome


def test_a_model_that_is_lost_between_looks_is_a_question_and_not_an_endless_loop(play) -> None:
    study = play(decision={"threshold": 0.7, "at_least": 2, "looks": 2})
    study.cycle()
    study.cycle(lost("a", after=2))
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c2-model-a"]
    study.decide("c2-model-a", "drop")
    study.cycle()
    assert study.left() == []


def test_a_model_that_fails_twice_is_replaced_like_one_that_is_blocked(play, study_data) -> None:
    models = study_data()["models"]
    models[0]["substitutes"] = ["siglip:small@random"]
    study = play(models=models, decision={"threshold": 0.7, "at_least": 2})

    def broken(task):
        own = task.subject == "a" and task.spec.model.id == "a"
        return c.Fail(task.task_id, task.fence, "RuntimeError: broken") if own else ordinary(task)

    study.cycle(broken)
    failed, substitute = (task for task in study.board.tasks if task.subject == "a")
    assert (failed.status, failed.superseded_by) == ("superseded", substitute.task_id)
    assert substitute.because.endswith("RuntimeError: broken")
    assert study.board.cycles[1].assessment.verdict == "NO_GO"


def nothing_but(subject: str):
    def outcome(task):
        if task.kind == "diagnostic" and task.subject != subject:
            return c.Block(task.task_id, task.fence, "gone", "")
        return ordinary(task)

    return outcome


def test_dropping_more_models_than_the_claim_can_spare_ends_with_the_true_reason(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    study = play(models=models)
    study.cycle(nothing_but("a"))
    for model in ("b", "c"):
        study.decide(f"c1-model-{model}", "drop")
    study.cycle()
    made = study.board.cycles[2].assessment
    assert (made.verdict, made.reason) == ("INCONCLUSIVE", "fewer models are left than any claim of the rule needs")
    assert study.board.open_decisions == ()
    study.cycle()


def amended(study, study_data, **changes) -> None:
    study.ledger.submit(c.AmendStudy(Study.model_validate(study_data(**changes)), "we know better"), actor="human")


def test_an_amended_rule_is_applied_in_a_cycle_of_its_own(play, study_data) -> None:
    study = play(decision={"threshold": 0.7, "at_least": 2})
    study.cycle()
    assert study.left() == []
    amended(study, study_data, decision={"threshold": 0.45, "at_least": 2})
    assert study.left() == ["Assess the evidence again"]
    study.cycle()
    comparison = study.board.tasks[-1]
    assert (comparison.kind, comparison.cycle, comparison.spec.threshold) == ("statistics", 2, 0.45)
    assert study.left() == []


def test_an_answer_that_an_amendment_made_void_is_asked_for_again(play, study_data) -> None:
    study = play(decision={"threshold": 0.7, "at_least": [2, 3], "looks": 3})
    study.cycle()
    study.decide("c1-claim-strength", "at-least-3")
    amended(study, study_data, decision={"threshold": 0.7, "at_least": [1, 2], "looks": 3})
    study.cycle()
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c2-claim-strength"]
    study.decide("c2-claim-strength", "at-least-1")
    study.cycle()
    assert study.board.cycles[3].assessment.verdict == "NO_GO"


def test_a_claim_that_was_chosen_lapses_when_models_are_added_and_does_not_come_back(play, study_data) -> None:
    rule = {"threshold": 0.7, "at_least": [2, 3], "looks": 3}
    study = play(decision=rule)
    study.cycle()
    study.decide("c1-claim-strength", "at-least-3")
    more = [*study_data()["models"], {"id": "d", "family": "siglip", "name": "small", "weights": "random"}]
    amended(study, study_data, models=more, decision=rule)
    assert chosen_claim(study.board) is None, "three of three is not three of four"
    amended(study, study_data, decision=rule)
    assert chosen_claim(study.board) is None
    study.cycle()
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c2-claim-strength"]


def test_a_claim_that_was_chosen_stays_when_only_the_threshold_is_amended(play, study_data) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "at-least-3")
    amended(study, study_data, decision={"threshold": 0.6, "at_least": [2, 3], "looks": 2})
    assert chosen_claim(study.board) == 3


def test_an_amended_model_is_measured_as_it_is_defined_now(play, study_data) -> None:
    decision = {"threshold": 0.7, "at_least": 2, "controls": "counted"}
    study = play(decision=decision)
    study.cycle()
    models = study_data()["models"]
    models[0]["plant"] = "tower=vision,scale=8"
    amended(study, study_data, decision=decision, models=models)
    study.cycle()
    measured = [task.spec.model for task in study.board.tasks_in(2) if isinstance(task.spec, DiagnosticSpec)]
    assert [model.locator for model in measured] == ["clip:tiny@random#tower=vision,scale=8"]
    compared = study.board.tasks[-1].spec
    assert isinstance(compared, StatisticsSpec)
    assert {source.model_id for source in compared.sources} >= {"a", "b"}
    assert replaced_models(study.board) == ("c",), "a stands for itself"


def test_a_model_that_was_dropped_is_tried_when_it_is_defined_anew(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    rule = {"threshold": 0.7, "at_least": 2}
    study = play(models=models, decision=rule)
    study.cycle()
    study.decide("c1-model-c", "drop")
    assert [model.id for model in active_models(study.board)] == ["a", "b"]
    mended = [*models[:2], {**models[2], "weights": "random", "name": "small"}]
    amended(study, study_data, models=mended, decision=rule)
    assert [model.id for model in active_models(study.board)] == ["a", "b", "c"]
    study.cycle()
    assert study.board.cycles[2].assessment.verdict == "NO_GO"
    assert [t.spec.model.locator for t in study.board.tasks_in(2) if t.subject == "c"] == ["clip:small@random"]


def test_a_stopped_study_is_asked_nothing_more(play) -> None:
    study = play()
    study.cycle()
    study.decide("c1-claim-strength", "stop")
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    assert claim_strength(study.board) == []


@pytest.mark.parametrize(
    ("changes", "late"),
    [
        ({"models": 2}, True),
        ({"seed": 99}, True),
        ({"data": {"source": "shapes", "n": 50}}, True),
        ({"diagnostics": {"nulls": 4}}, True),
        ({"question": "Does it, though?"}, False),
        ({"budget": {"tasks": 9}}, False),
    ],
)
def test_what_a_verdict_rests_on_is_amended_late_after_a_comparison(play, study_data, changes, late) -> None:
    rule = {"threshold": 0.7, "at_least": 2}
    study = play(decision=rule)
    if "models" in changes:
        changes = {"models": study_data()["models"][:2]}
    amended(study, study_data, decision={**rule, "alpha": 0.04})
    amended(study, study_data, decision=rule)
    study.cycle()
    assert amended_late(study.board) == (), "nothing had been compared"
    amended(study, study_data, decision=rule, **changes)
    assert bool(amended_late(study.board)) == late


def test_a_question_that_an_amendment_made_void_waits_for_nobody(play, study_data) -> None:
    study = play(decision={"threshold": 0.7, "at_least": [2, 3], "looks": 3})
    study.cycle()
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c1-claim-strength"]
    amended(study, study_data, decision={"threshold": 0.7, "at_least": [1, 2], "looks": 3})
    study.cycle()
    assert [(d.request.decision_id, d.status) for d in study.board.decisions] == [
        ("c1-claim-strength", "withdrawn"),
        ("c2-claim-strength", "open"),
    ]
    amended(study, study_data, decision={"threshold": 0.7, "at_least": 1, "looks": 2})
    study.cycle()
    assert study.board.open_decisions == ()
    assert [claim.at_least for claim in study.board.cycles[3].assessment.claims] == [1]


def test_a_model_that_cannot_be_had_is_a_question_and_can_be_dropped(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    study = play(models=models, decision={"threshold": 0.7, "at_least": 2})
    study.cycle()
    assert study.board.cycles[1].assessment.verdict == "INCONCLUSIVE"
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c1-model-c"]
    study.decide("c1-model-c", "drop")
    assert study.left() == ["Assess the evidence again"]
    study.cycle()
    assert study.board.cycles[2].assessment.verdict == "NO_GO"
    assert study.left() == []


def test_a_comparison_is_asked_about_claims_that_the_models_it_has_can_bear(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    for at_least, asked in (([2, 3], (2,)), (3, (2,))):
        study = play(models=models, decision={"threshold": 0.7, "at_least": at_least})
        study.cycle()
        comparison = study.board.tasks[-1].spec
        assert isinstance(comparison, StatisticsSpec)
        assert (len(comparison.sources), comparison.at_least) == (2, asked)


def test_a_model_that_is_to_be_tried_again_is_and_the_question_comes_back(play, study_data) -> None:
    models = study_data()["models"]
    models[2]["substitutes"] = []
    study = play(models=models, decision={"threshold": 0.7, "at_least": 2})
    study.cycle()
    study.decide("c1-model-c", "retry")
    assert study.left()[0] == "Measure c"
    study.cycle()
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c2-model-c"]
    study.decide("c2-model-c", "retry")
    study.cycle(lambda task: succeed(task, evidence(task, "mcs_norm", 0.5, interval=Interval(low=0, high=1), n=40),
                                     evidence(task, "sites_seen", 1), evidence(task, "sites_expected", 1))
                if task.subject == "c" else ordinary(task))  # fmt: skip
    assert study.board.cycles[3].assessment.verdict == "NO_GO"


def test_without_an_environment_a_human_says_how_to_go_on(play) -> None:
    def no_torch(task):
        return (
            c.Block(task.task_id, task.fence, "no torch", "install") if task.kind == "environment" else ordinary(task)
        )

    study = play()
    study.cycle(no_torch)
    assert [d.request.decision_id for d in study.board.open_decisions] == ["c1-environment"]
    assert {task.status for task in [*study.board.tasks][1:]} == {"cancelled"}
    study.decide("c1-environment", "go-on-without")
    study.cycle(no_torch)
    assert [task.status for task in study.board.tasks_in(2)].count("accepted") == 4
    assert study.board.cycles[2].assessment.verdict == "NO_GO"


def test_a_single_model_is_tested_too(play, study_data) -> None:
    study = play(models=study_data()["models"][:1], decision={"threshold": 0.7, "at_least": 1})
    study.cycle()
    assert study.board.tasks[-1].kind == "statistics"
    assert study.board.cycles[1].assessment.verdict == "NO_GO"


def test_the_same_log_leads_to_the_same_commands(play) -> None:
    logs = []
    for _ in range(2):
        study = play()
        study.cycle()
        logs.append([(entry.actor, entry.event) for entry in study.ledger.log.read()])
    assert logs[0] == logs[1]


def test_a_model_is_measured_beside_its_references_and_a_substitute_is_not(play, study_data) -> None:
    models = study_data()["models"]
    models[0]["reference"] = ["clip:small@./sound"]
    models[2]["reference"] = ["clip:small@./other"]
    study = play(models=models)
    study.cycle()
    beside = {
        task.spec.model.locator: [ref.locator for ref in task.spec.references]
        for task in study.board.tasks
        if isinstance(task.spec, DiagnosticSpec) and task.subject in ("a", "c")
    }
    assert list(beside.values()) == [["clip:small@./sound"], ["clip:small@./other"], []], "the last is a substitute"


@pytest.mark.parametrize(
    ("reference", "said"),
    [
        (["clip"], "not of the form"),
        (["clip:small@./x#tower=vision,scale=8"], "no sound model"),
        (["clip:small@./x", "clip:small@./x"], "counts once"),
    ],
)
def test_a_reference_that_can_be_none_is_refused(study_data, reference: list[str], said: str) -> None:
    data = study_data()
    data["models"][0]["reference"] = reference
    with pytest.raises(ValueError, match=said):
        Study.model_validate(data)
