"""The gate: what the board allows, what it refuses, and what changes nothing."""

from __future__ import annotations

from datetime import timedelta
from itertools import accumulate

import pytest

from store import commands as c
from store.board import EMPTY, evolve, fold
from store.errors import BadInput, Refused
from store.events import Option, TaskClaimed
from store.kinds.audit import AuditSpec
from store.kinds.environment import EnvironmentSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import ModelRef
from store.study.amendments import changed_keys
from store.study.protocol import Study
from store.task.identity import task_id

MODEL = ModelRef(id="a", family="clip", name="tiny", weights="random")
OPTIONS = (
    Option(key="yes", label="Yes", trade_off="quick"),
    Option(key="no", label="No", trade_off="slow"),
)


@pytest.fixture
def ledger(clock) -> Ledger:
    return Ledger(MemoryLog(clock))


@pytest.fixture
def study(study_data) -> Study:
    return Study.model_validate(study_data())


@pytest.fixture
def opened(ledger: Ledger, study: Study) -> Ledger:
    ledger.submit(c.RegisterStudy(study), c.OpenCycle("first"), actor="system")
    return ledger


def plan(seed: int = 0, **changes: object) -> c.PlanTask:
    values = {
        "title": "t",
        "spec": EnvironmentSpec(model=MODEL, seed=seed),
        "subject": "environment",
        "priority": "high",
        "rule": "r",
        "because": "b",
    }
    return c.PlanTask(**{**values, **changes})


def claimed(ledger: Ledger) -> str:
    ledger.submit(plan(), actor="agent:planner")
    task = ledger.board.tasks[-1].task_id
    ledger.submit(c.ClaimTask(task, "operations", "w"), actor="agent:operations")
    return task


def test_registering_the_same_study_twice_is_a_no_op(ledger: Ledger, study: Study) -> None:
    assert len(ledger.submit(c.RegisterStudy(study), actor="system")) == 1
    assert ledger.submit(c.RegisterStudy(study), actor="system") == ()


def test_a_changed_study_is_refused_by_name_of_its_keys_and_taken_as_an_amendment(
    opened: Ledger, study: Study, study_data
) -> None:
    changed = Study.model_validate(study_data(decision={"threshold": 0.6, "at_least": 2, "looks": 2}))
    assert changed_keys(study, changed) == ("decision.at_least", "decision.threshold")
    with pytest.raises(Refused, match=r"decision\.at_least, decision\.threshold.*--amend"):
        opened.submit(c.RegisterStudy(changed), actor="system")
    with pytest.raises(BadInput, match="reason"):
        opened.submit(c.AmendStudy(changed, "  "), actor="human")
    opened.submit(c.AmendStudy(changed, "the pilot was noisy"), actor="human")
    assert opened.board.study == changed
    assert opened.board.amendments[0].event.changed == ("decision.at_least", "decision.threshold")


def test_there_is_one_open_cycle_at_a_time(opened: Ledger) -> None:
    with pytest.raises(Refused, match="still open"):
        opened.submit(c.OpenCycle("second"), actor="system")
    opened.submit(c.CloseCycle(1), c.OpenCycle("second"), actor="system")
    assert opened.board.open_cycle is not None
    assert opened.board.open_cycle.number == 2


def test_no_cycle_opens_before_a_study_is_registered_or_while_a_question_is_open(ledger: Ledger, study: Study) -> None:
    with pytest.raises(Refused, match="no study"):
        ledger.submit(c.OpenCycle("x"), actor="system")
    ledger.submit(c.RegisterStudy(study), c.OpenCycle("x"), actor="system")
    ask(ledger)
    ledger.submit(c.CloseCycle(1), actor="system")
    with pytest.raises(Refused, match="waits for a human"):
        ledger.submit(c.OpenCycle("y"), actor="system")


def test_planning_again_is_a_no_op_and_the_id_follows_from_cycle_and_spec(opened: Ledger) -> None:
    opened.submit(plan(), plan(), actor="agent:planner")
    assert opened.submit(plan(title="another title"), actor="agent:planner") == ()
    (task,) = opened.board.tasks
    assert task.task_id == task_id(1, task.spec)
    assert task_id(1, task.spec) != task_id(2, task.spec)


def test_a_task_waits_for_what_it_depends_on(opened: Ledger) -> None:
    opened.submit(plan(), actor="p")
    first = opened.board.tasks[0].task_id
    opened.submit(plan(seed=1, depends_on=(first,)), actor="p")
    second = opened.board.tasks[1].task_id
    with pytest.raises(Refused, match="waits for"):
        opened.submit(c.ClaimTask(second, "a", "w"), actor="a")
    finish(opened, first)
    opened.submit(c.AcceptTask(first, ()), actor="reviewer")
    opened.submit(c.ClaimTask(second, "a", "w"), actor="a")
    assert opened.board.tasks[1].status == "claimed"


def finish(ledger: Ledger, task: str) -> None:
    ledger.submit(c.ClaimTask(task, "a", "w"), actor="a")
    fence = ledger.board.tasks_by_id[task].fence
    ledger.submit(c.Succeed(task, fence, "done", "0" * 32, (), ()), actor="w")


def test_a_claimed_task_is_claimed_again_only_as_a_takeover_under_a_higher_fence(opened: Ledger) -> None:
    task = claimed(opened)
    with pytest.raises(Refused, match="is claimed"):
        opened.submit(c.ClaimTask(task, "b", "w2"), actor="b")
    opened.submit(c.ClaimTask(task, "b", "w2", takeover=True), actor="b")
    assert opened.board.tasks_by_id[task].fence == 2
    assert opened.board.tasks_by_id[task].worker == "w2"


def test_a_late_result_is_recorded_as_rejected_and_changes_nothing(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(c.ClaimTask(task, "b", "w2", takeover=True), actor="b")
    opened.submit(c.Succeed(task, 1, "late", "0" * 32, (), ()), actor="w")
    assert opened.board.tasks_by_id[task].status == "claimed"
    assert [(late.fence, late.newest, late.outcome) for late in opened.board.rejected] == [(1, 2, "succeed")]
    opened.submit(c.Succeed(task, 2, "in time", "1" * 32, (), ()), actor="w2")
    opened.submit(c.Fail(task, 2, "twice"), actor="w2")
    assert opened.board.tasks_by_id[task].status == "succeeded"
    assert opened.board.tasks_by_id[task].run_id == "1" * 32


def test_a_task_is_returned_once(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(c.Fail(task, 1, "broken"), c.ReturnTask(task, (), "broken"), actor="r")
    opened.submit(c.ClaimTask(task, "a", "w"), c.Fail(task, 2, "broken"), actor="a")
    with pytest.raises(Refused, match="human"):
        opened.submit(c.ReturnTask(task, (), "broken"), actor="r")


def test_a_blocked_task_is_superseded_and_never_completed(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(c.Block(task, 1, "no weights", "a network"), actor="w")
    opened.submit(plan(seed=1, supersedes=task), actor="p")
    blocked, substitute = opened.board.tasks
    assert (blocked.status, blocked.superseded_by) == ("superseded", substitute.task_id)
    assert blocked.reason == "no weights"
    finish(opened, substitute.task_id)
    opened.submit(c.AcceptTask(substitute.task_id, ()), actor="r")
    assert [task.status for task in opened.board.tasks] == ["superseded", "accepted"]


def test_only_work_that_cannot_be_done_is_superseded(opened: Ledger) -> None:
    task = claimed(opened)
    with pytest.raises(Refused, match="is claimed"):
        opened.submit(plan(seed=1, supersedes=task), actor="p")
    opened.submit(c.Fail(task, 1, "x"), actor="w")
    with pytest.raises(Refused, match="is failed"):
        opened.submit(plan(seed=1, supersedes=task), actor="p")
    assert len(opened.board.tasks) == 1
    opened.submit(c.ReturnTask(task, (), "x"), c.ClaimTask(task, "a", "w"), c.Fail(task, 2, "x"), actor="w")
    opened.submit(plan(seed=1, supersedes=task), actor="p")
    assert opened.board.tasks[0].status == "superseded"


def test_a_released_task_can_be_claimed_at_once(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(c.ReleaseTask(task, 1, "interrupted"), actor="w")
    opened.submit(c.ClaimTask(task, "a", "w"), actor="a")
    assert opened.submit(c.ReleaseTask(task, 1, "a late word"), actor="w") == ()


def test_closing_a_cycle_cancels_what_is_left_but_not_what_is_under_way(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(plan(seed=1), actor="p")
    with pytest.raises(Refused, match="being worked on"):
        opened.submit(c.CloseCycle(1), actor="system")
    opened.submit(c.Fail(task, 1, "x"), actor="w")
    with pytest.raises(Refused, match="is reviewed"):
        opened.submit(c.CloseCycle(1), actor="system")
    again = (c.ReturnTask(task, (), "x"), c.ClaimTask(task, "a", "w"), c.Fail(task, 2, "x"))
    opened.submit(*again, c.CloseCycle(1), actor="system")
    assert [task.status for task in opened.board.tasks] == ["failed", "cancelled"]


ASSESSMENT = c.MakeAssessment("NO_GO", "so", 1, None, (), ())
REPORT = c.WriteReport(1, 3, "0.1.0", ())
AUDIT = c.PlanTask("Audit r.md", AuditSpec(report="r.md", digest="0" * 64), "audit", "medium", "r", "b")


def test_after_the_assessment_nothing_begins_but_audits_once_there_is_a_report(opened: Ledger) -> None:
    opened.submit(plan(), ASSESSMENT, actor="a")
    with pytest.raises(Refused, match="cycle 1 is assessed; no environment task may begin any more"):
        opened.submit(plan(seed=1), actor="p")
    with pytest.raises(Refused, match="cycle 1 is assessed"):
        opened.submit(c.ClaimTask(opened.board.tasks[0].task_id, "operations", "w"), actor="o")
    assert opened.submit(plan(), actor="p") == (), "what is planned already is no change"
    with pytest.raises(Refused, match="the report of cycle 1 is not written; no audit task may begin yet"):
        opened.submit(AUDIT, actor="p")
    opened.submit(REPORT, AUDIT, actor="p")
    finish(opened, opened.board.tasks[1].task_id)
    opened.submit(c.AcceptTask(opened.board.tasks[1].task_id, ()), c.CloseCycle(1), actor="r")
    assert [task.status for task in opened.board.tasks] == ["cancelled", "accepted"]


def test_what_had_begun_before_the_assessment_can_still_be_finished(opened: Ledger) -> None:
    task = claimed(opened)
    opened.submit(ASSESSMENT, c.ReleaseTask(task, 1, "interrupted"), actor="a")
    finish(opened, task)
    opened.submit(c.AcceptTask(task, ()), c.CloseCycle(1), actor="r")
    assert opened.board.tasks[0].status == "accepted"


def test_nothing_is_asked_assessed_or_advised_that_the_written_report_would_not_tell(opened: Ledger, clock) -> None:
    ask(opened)
    opened.submit(REPORT, actor="system")
    for command in (ASSESSMENT, c.Recommend(())):
        with pytest.raises(Refused, match="the report of cycle 1 is written"):
            opened.submit(command, actor="a")
    with pytest.raises(Refused, match="the report of cycle 1 is written"):
        ask(opened, "d2")
    before = opened.board.position
    ask(opened)
    assert opened.board.position == before, "asking the same again is no change, then as before"
    answer(opened, clock)
    assert opened.board.cycles[1].reported_at == clock()


def test_commands_of_one_submission_see_each_other_and_stand_or_fall_together(opened: Ledger) -> None:
    before = opened.board.position
    with pytest.raises(Refused):
        opened.submit(plan(), c.CloseCycle(1), c.CloseCycle(1), actor="p")
    assert opened.board.position == before
    assert opened.log.position() == before


def ask(ledger: Ledger, decision_id: str = "d1") -> None:
    ledger.submit(
        c.RequestDecision(decision_id, "claim_strength", "claim", "Which?", OPTIONS, "yes", "b", "no"), actor="s"
    )


def answer(ledger: Ledger, clock, **changes: object) -> None:
    values = {"decision_id": "d1", "choice": "yes", "by": "Ada", "reason": "it is clear", "at": clock()}
    ledger.submit(c.MakeDecision(**{**values, **changes}), actor="human")


def test_an_answer_is_final_and_bound_to_the_brief(opened: Ledger, clock) -> None:
    ask(opened)
    brief = opened.board.decisions[0].request.brief_sha256
    with pytest.raises(Refused, match="not the brief"):
        answer(opened, clock, brief_sha256="0" * 64)
    answer(opened, clock, brief_sha256=brief)
    decision = opened.board.decisions[0]
    assert (decision.status, decision.chosen, decision.by) == ("made", "yes", "Ada")
    with pytest.raises(Refused, match="made already"):
        answer(opened, clock, choice="no")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"decision_id": "d9"}, "no decision 'd9'; open decisions: d1"),
        ({"choice": "maybe"}, "choose one of: yes, no"),
        ({"by": " "}, "name"),
        ({"reason": ""}, "reason"),
    ],
)
def test_an_answer_that_makes_no_sense_says_what_would(opened: Ledger, clock, changes: dict, message: str) -> None:
    ask(opened)
    with pytest.raises(BadInput, match=message):
        answer(opened, clock, **changes)


def test_only_approvers_may_answer_where_the_study_names_them(ledger: Ledger, study_data, clock) -> None:
    study = Study.model_validate(study_data(approvals={"approvers": ["Ada"]}))
    ledger.submit(c.RegisterStudy(study), c.OpenCycle("x"), actor="system")
    ask(ledger)
    with pytest.raises(Refused, match="Eve is not among the approvers"):
        answer(ledger, clock, by="Eve")
    answer(ledger, clock)


def test_silence_lets_the_cautious_option_stand(ledger: Ledger, study_data, clock) -> None:
    study = Study.model_validate(study_data(approvals={"expires_days": 2}))
    ledger.submit(c.RegisterStudy(study), c.OpenCycle("x"), actor="system")
    ask(ledger)
    late = clock() + timedelta(days=2)
    assert ledger.submit(c.ExpireDecisions(late - timedelta(seconds=1)), actor="system") == ()
    with pytest.raises(Refused, match="expired"):
        answer(ledger, clock, at=late)
    ledger.submit(c.ExpireDecisions(late), actor="system")
    decision = ledger.board.decisions[0]
    assert (decision.status, decision.chosen, decision.by) == ("expired", "no", None)


def test_a_question_is_withdrawn_when_what_it_rests_on_is_amended(opened: Ledger, study_data, clock) -> None:
    ask(opened)
    opened.submit(c.AmendStudy(Study.model_validate(study_data(question="Which?")), "clearer"), actor="human")
    assert opened.board.decisions[0].status == "open"
    changed = Study.model_validate(study_data(decision={"threshold": 0.7, "at_least": 2, "looks": 2}))
    opened.submit(c.AmendStudy(changed, "only two matter"), actor="human")
    decision = opened.board.decisions[0]
    assert (decision.status, decision.chosen) == ("withdrawn", None)
    assert opened.board.open_decisions == ()
    with pytest.raises(Refused, match=r"d1 was withdrawn: the protocol was amended: .*decision\.at_least"):
        answer(opened, clock)


@pytest.mark.parametrize(
    "changes",
    [
        {"data": {"source": "shapes", "n": 50}},
        {"seed": 9},
        {"models": 2},
        {"decision": {"threshold": 0.6, "at_least": [2, 3], "looks": 2}},
    ],
)
def test_a_question_about_the_claim_rests_on_all_that_a_verdict_does(opened: Ledger, study_data, changes: dict) -> None:
    ask(opened)
    if "models" in changes:
        changes = {"models": study_data()["models"][:2], "decision": {"threshold": 0.7, "at_least": 2, "looks": 2}}
    opened.submit(c.AmendStudy(Study.model_validate(study_data(**changes)), "x"), actor="human")
    assert opened.board.decisions[0].status == "withdrawn"


def test_the_question_of_a_model_is_withdrawn_only_when_that_model_is_amended(opened: Ledger, study_data) -> None:
    opened.submit(
        c.RequestDecision("m", "unavailable_model", "c", "Try again?", OPTIONS, "yes", "b", "no"), actor="system"
    )
    rule = {"threshold": 0.6, "at_least": 2, "looks": 2}
    models = study_data()["models"]
    for changes in ({}, {"models": [{**models[0], "name": "small"}, *models[1:]]}):
        opened.submit(c.AmendStudy(Study.model_validate(study_data(decision=rule, **changes)), "x"), actor="human")
        assert opened.board.decisions[0].status == "open"
    mended = [*models[:2], {**models[2], "weights": "hub/other"}]
    opened.submit(c.AmendStudy(Study.model_validate(study_data(decision=rule, models=mended)), "x"), actor="human")
    assert opened.board.decisions[0].status == "withdrawn"


def test_the_same_question_is_asked_once(opened: Ledger) -> None:
    ask(opened)
    ask(opened)
    assert len(opened.board.decisions) == 1


def test_a_board_of_the_past_is_the_board_that_was_current_then(opened: Ledger, clock) -> None:
    claimed(opened)
    ask(opened)
    answer(opened, clock)
    entries = list(opened.log.read())
    boards = list(accumulate(entries, evolve, initial=EMPTY))[1:]
    for position, then in enumerate(boards, start=1):
        assert fold(opened.log.read(until=position)) == then
    assert boards[-1] == opened.board


def test_durations_come_from_the_logs_own_times(opened: Ledger, clock) -> None:
    task = claimed(opened)
    assert opened.board.tasks_by_id[task].duration_s is None
    clock.turn(12.5)
    opened.submit(c.Fail(task, 1, "x"), actor="w")
    assert opened.board.tasks_by_id[task].duration_s == 12.5


def test_no_claim_is_taken_over_a_third_time_and_a_task_that_is_returned_begins_anew(opened: Ledger) -> None:
    task = claimed(opened)
    take = c.ClaimTask(task, "b", "w2", takeover=True)
    opened.submit(take, take, actor="b")
    with pytest.raises(Refused, match=r"3 claims of task .* have lapsed; it is blocked"):
        opened.submit(take, actor="b")
    fence = opened.board.tasks_by_id[task].fence
    opened.submit(c.ReleaseTask(task, fence, "stopped"), c.ClaimTask(task, "b", "w2"), actor="b")
    with pytest.raises(Refused, match="have lapsed"):
        opened.submit(take, actor="b")
    opened.submit(c.Fail(task, fence + 1, "no"), c.ReturnTask(task, (), "again"), actor="b")
    opened.submit(c.ClaimTask(task, "b", "w2"), take, take, actor="b")
    assert opened.board.tasks_by_id[task].lapses == 2


def test_a_log_of_more_lapses_than_are_allowed_now_folds_as_ever(opened: Ledger) -> None:
    task = claimed(opened)
    more = [TaskClaimed(task_id=task, agent="b", worker="w", fence=fence, takeover=True) for fence in range(2, 502)]
    opened.log.append(more, expected=opened.board.position, actor="b")
    opened.refresh()
    found = opened.board.tasks_by_id[task]
    assert (found.status, found.fence, found.lapses, found.on_last_claim) == ("claimed", 501, 500, True)
    opened.submit(c.Succeed(task, 501, "done", "0" * 32, (), ()), actor="w")
    assert opened.board.tasks_by_id[task].status == "succeeded", "its last worker may well be alive"
