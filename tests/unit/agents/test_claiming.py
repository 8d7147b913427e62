"""What an executive agent takes on: what can start, in which order, and what a budget or an assessment still allows."""

from __future__ import annotations

import pytest

from agents.agent import RANK, Capacity
from agents.executive.claiming import can_start, executive, spent
from agents.teams import TEAMS
from store import commands as c
from store.base import Priority
from store.board import EMPTY, Board
from store.evidence import Artifact
from store.kinds import KINDS, TaskSpec
from store.kinds.audit import AuditSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.statistics import StatisticsSpec
from store.models import ModelRef

from .conftest import Play

MODEL = ModelRef(id="a", family="clip", name="tiny", weights="random")
SOURCE = {"model_id": "a", "task_id": "t", "run_id": "0" * 32, "digest": "0" * 64}
ASSESSMENT = c.MakeAssessment("NO_GO", "so", 1, None, (), ())
REPORT = Artifact(name="reports/cycle-001/cycle-report.md", digest="0" * 64, size=1)


def environment(seed: int = 0) -> TaskSpec:
    return EnvironmentSpec(model=MODEL, seed=seed)


def statistics(seed: int = 0) -> TaskSpec:
    """Work that a budget counts."""
    return StatisticsSpec.model_validate(
        {"sources": [SOURCE], "metric": "mcs_norm", "null": 0.5, "threshold": 0.7, "alpha": 0.05, "at_least": [1],
         "seed": seed}
    )  # fmt: skip


def audit() -> TaskSpec:
    return AuditSpec(report="cycle-report.md", digest="0" * 64)


@pytest.fixture
def opened(play) -> Play:
    return begun(play)


def begun(play, **changes: object) -> Play:
    study: Play = play(**changes)
    study.ledger.submit(c.OpenCycle("x"), actor="system")
    return study


def plan(study: Play, spec: TaskSpec, priority: Priority = "medium", depends_on: tuple[str, ...] = ()) -> str:
    planned = c.PlanTask("t", spec, "subject", priority, "r", "b", depends_on=depends_on)
    study.ledger.submit(planned, actor="agent:planner")
    return study.board.tasks[-1].task_id


def claim(study: Play, *tasks: str) -> None:
    study.ledger.submit(*(c.ClaimTask(task, "a", "w") for task in tasks), actor="a")


def fail(study: Play, task: str, after: float = 0.0) -> None:
    claim(study, task)
    study.clock.turn(after)
    fence = study.board.tasks_by_id[task].fence
    study.ledger.submit(c.Fail(task, fence, "x"), actor="w")


def give_back(study: Play, task: str) -> None:
    """Leave a task as one that was begun and waits."""
    claim(study, task)
    study.ledger.submit(c.ReleaseTask(task, 1, "interrupted"), actor="w")


def startable(study: Play, *lapsed: str) -> list[str]:
    return _startable(study.board, frozenset(lapsed))


def _startable(board: Board, lapsed: frozenset[str] = frozenset()) -> list[str]:
    """Of all kinds, in the order in which work is taken."""
    found = [task for kind in KINDS.values() for task in can_start(board, Capacity(lapsed=lapsed), kind)]
    return [task.task_id for task in sorted(found, key=lambda task: (RANK[task.priority], task.position))]


def used_up(board: Board) -> bool:
    return board.open_cycle is not None and spent(board, board.open_cycle)


def test_nothing_starts_without_an_open_cycle(play) -> None:
    assert _startable(EMPTY) == []
    study = begun(play)
    plan(study, environment())
    study.ledger.submit(c.CloseCycle(1), actor="system")
    assert startable(study) == []


def test_a_task_that_waits_for_another_does_not_start_though_nobody_has_it(opened: Play) -> None:
    first = plan(opened, environment())
    plan(opened, statistics(), depends_on=(first,))
    assert startable(opened) == [first]


def test_a_task_that_is_taken_or_done_does_not_start_though_it_waits_for_nothing(opened: Play) -> None:
    taken, done, free = (plan(opened, environment(seed)) for seed in range(3))
    claim(opened, taken)
    fail(opened, done)
    assert startable(opened) == [free]


def test_a_task_that_was_returned_starts_again(opened: Play) -> None:
    task = plan(opened, environment())
    fail(opened, task)
    opened.ledger.submit(c.ReturnTask(task, (), "again"), actor="agent:reviewer")
    assert startable(opened) == [task]


def test_a_claim_is_taken_over_only_when_its_lease_has_lapsed(opened: Play) -> None:
    gone, alive = (plan(opened, environment(seed)) for seed in range(2))
    claim(opened, gone, alive)
    assert startable(opened) == []
    assert startable(opened, gone) == [gone]


def test_a_lapsed_lease_of_a_task_that_is_no_longer_claimed_takes_nothing_over(opened: Play) -> None:
    done = plan(opened, environment())
    fail(opened, done)
    assert startable(opened, done) == []


def test_the_most_urgent_comes_first_and_of_equals_the_one_planned_first(opened: Play) -> None:
    given: tuple[Priority, ...] = ("low", "medium", "high", "medium", "high")
    low, medium, high, medium_too, high_too = (
        plan(opened, environment(seed), priority) for seed, priority in enumerate(given)
    )
    assert startable(opened) == [high, high_too, medium, medium_too, low]
    claim(opened, low)
    assert startable(opened, low) == [high, high_too, medium, medium_too, low], "those that lapsed among them"


def test_an_agent_takes_only_its_own_kind_of_work_and_one_task_at_a_time(opened: Play) -> None:
    first, second = (plan(opened, environment(seed)) for seed in range(2))
    third = plan(opened, statistics())
    operations, statistician = executive(KINDS["environment"]), executive(KINDS["statistics"])
    assert operations.choose(opened.board, Capacity()) == [c.ClaimTask(first, agent="operations")]
    assert statistician.choose(opened.board, Capacity()) == [c.ClaimTask(third, agent="statistician")]
    claim(opened, first)
    assert operations.choose(opened.board, Capacity()) == [c.ClaimTask(second, agent="operations")]
    claim(opened, second)
    assert operations.choose(opened.board, Capacity()) == []


def test_a_takeover_is_called_one_and_a_fresh_claim_is_not(opened: Play) -> None:
    gone, fresh = (plan(opened, environment(seed)) for seed in range(2))
    claim(opened, gone)
    operations = executive(KINDS["environment"])
    assert operations.choose(opened.board, Capacity(lapsed=frozenset({gone}))) == [
        c.ClaimTask(gone, agent="operations", takeover=True)
    ]
    assert operations.choose(opened.board, Capacity()) == [c.ClaimTask(fresh, agent="operations")]


def test_each_kind_of_task_is_taken_by_one_agent_of_the_team(opened: Play) -> None:
    def taken() -> list[str]:
        claims = [each for agent in TEAMS["executive"] for each in agent.choose(opened.board, Capacity())]
        return sorted(opened.board.tasks_by_id[each.task_id].kind for each in claims)

    plan(opened, environment())
    plan(opened, statistics())
    assert taken() == ["environment", "statistics"]
    opened.ledger.submit(ASSESSMENT, c.WriteReport(1, opened.board.position, "0.1.0", (REPORT,)), actor="a")
    plan(opened, audit())
    assert taken() == ["audit"]


def test_a_study_without_a_budget_or_without_an_open_cycle_spends_none(play, opened: Play) -> None:
    fail(opened, plan(opened, statistics()), after=1e6)
    assert not used_up(opened.board)
    assert not used_up(play(budget={"tasks": 1}).board)
    assert not used_up(EMPTY)


@pytest.mark.parametrize(("seconds", "over"), [(29.5, False), (30.0, True), (31.0, True)])
def test_a_budget_of_seconds_is_spent_once_they_are_used_up(play, seconds: float, over: bool) -> None:
    study = begun(play, budget={"seconds": 30})
    fail(study, plan(study, statistics()), after=seconds)
    assert used_up(study.board) == over


def test_a_budget_of_tasks_is_spent_once_so_many_have_begun(play) -> None:
    study = begun(play, budget={"tasks": 2})
    tasks = [plan(study, statistics(seed)) for seed in range(3)]
    assert not used_up(study.board), "planned is not begun"
    claim(study, tasks[0])
    assert not used_up(study.board)
    claim(study, tasks[1])
    assert used_up(study.board)


@pytest.mark.parametrize(
    "budget", [{"tasks": 1}, {"seconds": 30}, {"tasks": 1, "seconds": 1000}, {"tasks": 9, "seconds": 30}]
)
def test_what_is_counted_is_work_that_begun_in_this_cycle_and_no_overhead(play, budget) -> None:
    study = begun(play, budget=budget)
    fail(study, plan(study, environment()), after=1000)
    assert not used_up(study.board), "the environment is overhead"
    fail(study, plan(study, statistics()), after=100)
    assert used_up(study.board)
    study.ledger.submit(
        *(c.ReturnTask(task.task_id, (), "again") for task in study.board.tasks), c.CloseCycle(1), actor="a"
    )
    study.ledger.submit(c.OpenCycle("y"), actor="system")
    assert not used_up(study.board), "a new cycle has a budget of its own"


def test_a_spent_budget_allows_overhead_and_what_has_begun_and_nothing_else(play) -> None:
    study = begun(play, budget={"tasks": 1})
    begun_already, fresh = (plan(study, statistics(seed)) for seed in range(2))
    overhead = plan(study, environment())
    give_back(study, begun_already)
    assert used_up(study.board)
    assert startable(study) == [begun_already, overhead]
    assert fresh not in startable(study)


def test_after_the_assessment_only_audits_and_what_has_begun_may_start(opened: Play) -> None:
    begun_already, fresh = plan(opened, environment()), plan(opened, statistics())
    give_back(opened, begun_already)
    opened.ledger.submit(ASSESSMENT, c.WriteReport(1, opened.board.position, "0.1.0", (REPORT,)), actor="a")
    report = plan(opened, audit())
    assert startable(opened) == [begun_already, report]
    assert fresh not in startable(opened)


def test_a_task_is_blocked_once_three_of_its_claims_have_lapsed_and_one_that_was_given_back_did_not(
    opened: Play,
) -> None:
    task = plan(opened, environment())
    give_back(opened, task)
    operations, lapsed = executive(KINDS["environment"]), Capacity(lapsed=frozenset({task}))
    claim(opened, task)
    for _ in range(2):
        (taken,) = operations.choose(opened.board, lapsed)
        assert taken == c.ClaimTask(task, agent="operations", takeover=True)
        opened.ledger.submit(taken, actor="a")
    assert operations.choose(opened.board, Capacity()) == [], "the third claim is in force"
    (block,) = operations.choose(opened.board, lapsed)
    assert isinstance(block, c.Block)
    opened.ledger.submit(block, actor="a")
    found = opened.board.tasks_by_id[task]
    assert (found.status, found.lapses, found.duration_s) == ("blocked", 2, None)
    assert "3 claims of it have lapsed" in found.reason
    assert operations.choose(opened.board, lapsed) == []
