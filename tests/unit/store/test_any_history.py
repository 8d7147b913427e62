"""Whatever is asked of the record, in whatever order, these things hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from store import commands as c
from store.board import fold
from store.errors import GonogoError
from store.events import Option, Recommendation, TaskClaimed, TaskPlanned, TaskSucceeded
from store.kinds import KINDS
from store.kinds.audit import AuditSpec
from store.kinds.environment import EnvironmentSpec
from store.log.chain import check_chain
from store.log.codec import decode, encode
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import ModelRef
from store.study.protocol import Study
from store.task.state import Status

MODEL = ModelRef(id="a", family="clip", name="tiny", weights="random")
STUDY = Study.model_validate(
    {
        "name": "any",
        "question": "?",
        "claim": "!",
        "models": [{"id": "a", "family": "clip", "name": "tiny", "weights": "random"}],
        "data": {"source": "shapes", "n": 1},
        "decision": {"threshold": 0.7, "at_least": 1},
    }
)
OPTIONS = (Option(key="yes", label="Yes", trade_off=""), Option(key="no", label="No", trade_off=""))
numbers = st.integers(0, 3)


class AnyHistory(RuleBasedStateMachine):
    """Commands at random, sensible and not."""

    def __init__(self) -> None:
        super().__init__()
        self.now = datetime(2026, 1, 1, tzinfo=UTC)
        self.ledger = Ledger(MemoryLog(lambda: self.now))
        self.fences: dict[str, int] = {}
        self.ledger.submit(c.RegisterStudy(STUDY), actor="system")

    def submit(self, *commands: c.Command) -> None:
        before = self.ledger.log.position()
        try:
            self.ledger.submit(*commands, actor="anyone")
        except GonogoError:
            assert self.ledger.log.position() == before, "what is refused leaves nothing"

    def task(self, number: int) -> str:
        tasks = self.ledger.board.tasks
        return tasks[number % len(tasks)].task_id if tasks else "none"

    @rule(seconds=st.integers(-100, 100))
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule()
    def open_cycle(self) -> None:
        self.submit(c.OpenCycle("why not"))

    @rule(cycle=numbers)
    def close_cycle(self, cycle: int) -> None:
        self.submit(c.CloseCycle(cycle))

    @rule(seed=numbers, replaces=st.booleans(), number=numbers)
    def plan(self, seed: int, replaces: bool, number: int) -> None:
        replaced = self.task(number) if replaces else None
        spec = EnvironmentSpec(model=MODEL, seed=seed)
        self.submit(c.PlanTask("t", spec, "environment", "high", "r", "b", supersedes=replaced))

    @rule(number=numbers)
    def plan_an_audit(self, number: int) -> None:
        spec = AuditSpec(report="r.md", digest=f"{number:064x}")
        self.submit(c.PlanTask("t", spec, "audit", "medium", "r", "b"))

    @rule()
    def assess(self) -> None:
        self.submit(c.MakeAssessment("NO_GO", "so", 1, None, (), ()))

    @rule(cycle=numbers)
    def report(self, cycle: int) -> None:
        self.submit(c.WriteReport(cycle, self.ledger.board.position, "0.1.0", ()))

    @rule(number=numbers, takeover=st.booleans())
    def claim(self, number: int, takeover: bool) -> None:
        self.submit(c.ClaimTask(self.task(number), "a", "w", takeover))

    @rule(number=numbers, fence=numbers, how=st.integers(0, 3))
    def finish(self, number: int, fence: int, how: int) -> None:
        task = self.task(number)
        endings: tuple[c.Command, ...] = (
            c.Succeed(task, fence, "done", f"{how:032x}", (), ()),
            c.Fail(task, fence, "no"),
            c.Block(task, fence, "no", "yes"),
            c.ReleaseTask(task, fence, "later"),
        )
        self.submit(endings[how])

    @rule(number=numbers, accept=st.booleans())
    def review(self, number: int, accept: bool) -> None:
        task = self.task(number)
        self.submit(c.AcceptTask(task, ()) if accept else c.ReturnTask(task, (), "again"))

    @rule()
    def ask(self) -> None:
        self.submit(c.RequestDecision("d", "claim_strength", "claim", "?", OPTIONS, "yes", "b", "no"))

    @rule(days=st.integers(0, 60))
    def expire(self, days: int) -> None:
        self.submit(c.ExpireDecisions(self.now + timedelta(days=days)))

    @rule(claim=st.sampled_from(["!", "!!"]))
    def amend(self, claim: str) -> None:
        self.submit(c.AmendStudy(STUDY.model_copy(update={"claim": claim}), "so"))

    @rule()
    def recommend(self) -> None:
        self.submit(c.Recommend((Recommendation(priority="low", action="rest", because="so"),)))

    @rule(choice=st.sampled_from(["yes", "no", "maybe"]))
    def answer(self, choice: str) -> None:
        self.submit(c.MakeDecision("d", choice, "Ada", "so", self.now))

    @invariant()
    def the_board_is_the_fold_of_the_log_and_the_chain_is_whole(self) -> None:
        assert fold(self.ledger.log.read()) == self.ledger.board
        assert check_chain(self.ledger.log.rows()).ok

    @invariant()
    def fences_only_grow_and_nothing_accepted_is_taken_back(self) -> None:
        for task in self.ledger.board.tasks:
            assert task.fence >= self.fences.get(task.task_id, 0)
            self.fences[task.task_id] = task.fence
            assert task.duration_s is None or task.duration_s >= 0

    @invariant()
    def indexes_say_what_a_search_of_all_tasks_says(self) -> None:
        tasks = self.ledger.board.tasks
        everything = list(tasks.by_id.values())
        assert [task.task_id for task in tasks] == sorted(tasks.by_id, key=lambda each: tasks.by_id[each].position)
        for cycle in self.ledger.board.cycles:
            of_cycle = [task for task in tasks if task.cycle == cycle]
            assert list(tasks.in_cycle(cycle)) == of_cycle
            for status in get_args(Status):
                assert tasks.with_status(cycle, status) == [task for task in of_cycle if task.status == status]
                for kind in KINDS:
                    wanted = [task for task in of_cycle if task.status == status and task.kind == kind]
                    assert tasks.with_status(cycle, status, kind=kind) == wanted
        for kind in KINDS:
            assert list(tasks.of_kind(kind)) == [task for task in tasks if task.kind == kind]
            assert list(tasks.newest_of_kind(kind))[::-1] == list(tasks.of_kind(kind))
        for subject in {task.subject for task in everything}:
            assert list(tasks.newest_about(subject))[::-1] == [task for task in tasks if task.subject == subject]

    @invariant()
    def after_an_assessment_nothing_begins_but_audits(self) -> None:
        board = self.ledger.board
        for entry in self.ledger.log.read():
            event = entry.event
            if isinstance(event, TaskPlanned) or (isinstance(event, TaskClaimed) and event.fence == 1):
                task = board.tasks_by_id[event.task_id]
                assessed = board.cycles[task.cycle].assessment_position
                assert task.kind == "audit" or assessed is None or entry.position < assessed

    @invariant()
    def no_task_succeeds_more_often_than_it_was_asked_for(self) -> None:
        entries = [entry.event for entry in self.ledger.log.read()]
        for task in self.ledger.board.tasks:
            done = [e for e in entries if isinstance(e, TaskSucceeded) and e.task_id == task.task_id]
            assert len(done) <= 1 + task.returns

    @invariant()
    def every_event_survives_storage(self) -> None:
        for entry in self.ledger.log.read():
            assert decode(*encode(entry.event)) == entry.event


def test_every_command_is_asked() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    left_out = [each.__name__ for each in get_args(c.Command) if f"c.{each.__name__}(" not in source]
    assert not left_out, "add a rule to AnyHistory that submits it"


TestAnyHistory = AnyHistory.TestCase
TestAnyHistory.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
