"""What a task waits for: the tasks that it depends on, or whatever came to stand in their place."""

from __future__ import annotations

import pytest

from store import commands as c
from store.board import fold
from store.errors import Refused
from store.kinds.environment import EnvironmentSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import ModelRef
from store.study.protocol import Study

MODEL = ModelRef(id="a", family="clip", name="tiny", weights="random")


class Cycle:
    """An open cycle, in which tasks are planned and done by hand."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def plan(self, depends_on: tuple[str, ...] = (), supersedes: str | None = None) -> str:
        spec = EnvironmentSpec(model=MODEL, seed=len(self.ledger.board.tasks))
        self.ledger.submit(
            c.PlanTask("t", spec, "environment", "high", "r", "b", depends_on=depends_on, supersedes=supersedes),
            actor="agent:planner",
        )
        return self.ledger.board.tasks[-1].task_id

    def do(self, *tasks: str) -> None:
        for task in tasks:
            self.ledger.submit(
                c.ClaimTask(task, "operations", "w"), c.Succeed(task, 1, "done", "0" * 32, (), ()), actor="w"
            )

    def accept(self, *tasks: str) -> None:
        self.do(*tasks)
        self.ledger.submit(*(c.AcceptTask(task, ()) for task in tasks), actor="agent:reviewer")

    def block(self, task: str) -> None:
        self.ledger.submit(c.ClaimTask(task, "operations", "w"), c.Block(task, 1, "no weights", ""), actor="w")

    def ready(self, task: str) -> bool:
        """Whether the task may begin, as the board says, and as the gate and the log agree."""
        board = self.ledger.board
        ready = board.dependencies_met(board.tasks_by_id[task])
        again = fold(self.ledger.log.read())
        assert again.dependencies_met(again.tasks_by_id[task]) == ready
        if not ready:
            with pytest.raises(Refused, match="waits for"):
                self.ledger.submit(c.ClaimTask(task, "operations", "w"), actor="a")
        return ready


@pytest.fixture
def cycle(clock, study_data) -> Cycle:
    ledger = Ledger(MemoryLog(clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), c.OpenCycle("first"), actor="system")
    return Cycle(ledger)


def test_a_task_that_depends_on_nothing_may_begin(cycle: Cycle) -> None:
    assert cycle.ready(cycle.plan())


def test_only_an_accepted_task_is_one_to_build_on(cycle: Cycle) -> None:
    first = cycle.plan()
    then = cycle.plan(depends_on=(first,))
    assert not cycle.ready(then), "it is planned"
    cycle.do(first)
    assert not cycle.ready(then), "it succeeded, and nobody has reviewed it"
    cycle.ledger.submit(c.AcceptTask(first, ()), actor="agent:reviewer")
    assert cycle.ready(then)


def test_a_task_waits_for_all_that_it_depends_on(cycle: Cycle) -> None:
    first, second = cycle.plan(), cycle.plan()
    then = cycle.plan(depends_on=(first, second))
    cycle.accept(second)
    assert not cycle.ready(then)
    cycle.accept(first)
    assert cycle.ready(then)


def test_a_task_that_was_replaced_is_waited_for_through_the_one_in_its_place(cycle: Cycle) -> None:
    first = cycle.plan()
    then = cycle.plan(depends_on=(first,))
    cycle.block(first)
    assert not cycle.ready(then)
    substitute = cycle.plan(supersedes=first)
    assert not cycle.ready(then), "the substitute is planned"
    cycle.accept(substitute)
    assert cycle.ready(then)
    cycle.ledger.submit(c.ClaimTask(then, "operations", "w"), actor="a")
    assert cycle.ledger.board.tasks_by_id[then].status == "claimed"


def test_a_substitute_that_was_replaced_in_its_turn_is_followed_to_the_last(cycle: Cycle) -> None:
    first = cycle.plan()
    then = cycle.plan(depends_on=(first,))
    last = first
    for _ in range(3):
        cycle.block(last)
        last = cycle.plan(supersedes=last)
        assert not cycle.ready(then)
    cycle.accept(last)
    assert cycle.ready(then)


def test_what_stands_in_for_one_task_stands_in_for_no_other(cycle: Cycle) -> None:
    first, second = cycle.plan(), cycle.plan()
    then = cycle.plan(depends_on=(first, second))
    cycle.block(first)
    cycle.accept(cycle.plan(supersedes=first))
    cycle.block(second)
    assert not cycle.ready(then)
