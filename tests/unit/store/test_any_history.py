"""Whatever is asked of the record, in whatever order, these things hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from store import commands as c
from store.board import Board, fold
from store.errors import GonogoError
from store.events import Option, Recommendation, TaskClaimed, TaskPlanned, TaskSucceeded
from store.evidence import Artifact
from store.kinds import KINDS
from store.kinds.audit import AuditSpec
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.literature.events import Likeness, Merged, RecordsImported, Screening, Stage, Verdict, WatchEnded
from store.log.chain import check_chain
from store.log.codec import decode, encode
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import DataRef, ModelRef
from store.queries import models as queries
from store.queries.literature import flow, total
from store.queries.models import active_models, measured_ids, missing_parts, stand_in
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
        self.ledger.submit(c.RegisterStudy(STUDY), c.OpenCycle("it begins"), actor="system")

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

    @rule(after=st.integers(0, 1))
    def open_cycle(self, after: int) -> None:
        """Often after closing the one that is open."""
        if after:
            self.submit(c.CloseCycle(len(self.ledger.board.cycles)))
        self.submit(c.OpenCycle("why not"))

    @rule(cycle=numbers)
    def close_cycle(self, cycle: int) -> None:
        self.submit(c.CloseCycle(cycle))

    @rule(seed=numbers, replaces=st.booleans(), number=numbers)
    def plan(self, seed: int, replaces: bool, number: int) -> None:
        replaced = self.task(number) if replaces else None
        spec = EnvironmentSpec(model=MODEL, seed=seed)
        self.submit(c.PlanTask("t", spec, "environment", "high", "r", "b", supersedes=replaced))

    @rule(part=st.integers(0, 1), seeds=st.permutations((0, 1)), done=st.booleans())
    def plan_two_diagnostics_on_one_topic(self, part: int, seeds: list[int], done: bool) -> None:
        for seed in seeds:
            spec = DiagnosticSpec(model=MODEL, data=DataRef(source="shapes", n=1, first=part), seed=seed)
            self.submit(c.PlanTask("t", spec, "a", "high", "r", "b"))
        if done:
            self.do_everything()

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

    def do_everything(self) -> None:
        """What random steps seldom bring about: all that is planned is claimed, done and accepted."""
        for task in self.ledger.board.tasks:
            self.submit(c.ClaimTask(task.task_id, "a", "w", False))
            self.submit(c.Succeed(task.task_id, task.fence + 1, "done", f"{task.fence:032x}", (), ()))
            self.submit(c.AcceptTask(task.task_id, ()))

    @rule(number=numbers, accept=st.booleans())
    def review(self, number: int, accept: bool) -> None:
        task = self.task(number)
        self.submit(c.AcceptTask(task, ()) if accept else c.ReturnTask(task, (), "again"))

    @rule(id=st.sampled_from("de"), subject=st.sampled_from(["claim", "a"]))
    def ask(self, id: str, subject: str) -> None:
        self.submit(c.RequestDecision(id, "claim_strength", subject, "?", OPTIONS, "yes", "b", "no"))

    @rule(days=st.integers(0, 60))
    def expire(self, days: int) -> None:
        self.submit(c.ExpireDecisions(self.now + timedelta(days=days)))

    @rule(claim=st.sampled_from(["!", "!!"]))
    def amend(self, claim: str) -> None:
        self.submit(c.AmendStudy(STUDY.model_copy(update={"claim": claim}), "so"))

    @rule()
    def recommend(self) -> None:
        self.submit(c.Recommend((Recommendation(priority="low", action="rest", because="so"),)))

    @rule(id=st.sampled_from("de"), choice=st.sampled_from(["yes", "no", "maybe"]))
    def answer(self, id: str, choice: str) -> None:
        self.submit(c.MakeDecision(id, choice, "Ada", "so", self.now))

    @rule(number=numbers, kept=st.integers(0, 3))
    def take_in(self, number: int, kept: int) -> None:
        file = Artifact(name="a", digest=f"{number:08x}" + "0" * 56, size=1)
        event = RecordsImported(
            source="a", format="ris", encoding="utf-8", guessed=False, file=file, records=file, kept=kept, quarantined=1
        )
        self.submit(c.ImportRecords((event,)))

    def two_records(self, first: int, second: int) -> tuple[str, str]:
        every = [record for each in self.ledger.board.library for record in each.ids] or ["00000000.9"]
        return every[first % len(every)], every[second % len(every)]

    @rule(first=numbers, second=numbers, how=st.integers(0, 3))
    def match_records(self, first: int, second: int, how: int) -> None:
        a, b = sorted(self.two_records(first, second))
        library = self.ledger.board.library
        touched = {each for record in (a, b) if library.knows(record) for each in library.records_of(record)}
        together = (Merged(records=tuple(sorted(touched | {a, b}))),)
        apart = tuple(Merged(records=(record,)) for record in sorted(touched))
        asked = (Likeness(a=a, b=b, because="so", likeness=0.5),)
        works, asks = [(together, ()), (apart, ()), ((), asked), (together, asked)][how]
        self.submit(c.MatchRecords("rules", works, asks, ()))

    @rule(first=numbers, second=numbers, same=st.booleans())
    def answer_merge(self, first: int, second: int, same: bool) -> None:
        a, b = self.two_records(first, second)
        self.submit(c.AnswerMerge(a, b, same, "Ada", "so"))
        self.submit(c.SplitWork(a, "Ada", "so"))

    @rule(number=numbers, stage=st.sampled_from(["title", "full-text"]), verdict=st.sampled_from(["include", "later"]))
    def screen(self, number: int, stage: Stage, verdict: Verdict) -> None:
        decision = Screening(record=self.two_records(number, 0)[0], verdict=verdict)
        self.submit(c.ScreenWorks(stage, (decision,), "Ada"))

    @rule(p=st.sampled_from([0.01, 0.9]))
    def stop_and_watch(self, p: float) -> None:
        self.submit(c.StopScreening("test", p, 1, 1, "Ada"))
        watch = WatchEnded(
            source="arxiv", query="q", since="", until="", requests=1, spent=0.0, new=0, outcome="skipped", reason="so"
        )
        self.submit(c.EndWatch(watch))

    @invariant()
    def the_boxes_of_the_literature_sum(self) -> None:
        found = flow(self.ledger.board)
        assert found.works == total(found.ruled_out) + found.left_unread + found.waiting + found.screened
        assert found.screened == total(found.excluded) + found.not_had + found.awaiting + found.assessed

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
    def the_first_accepted_on_a_topic_stands_for_it(self) -> None:
        tasks = self.ledger.board.tasks
        accepted = sorted((task for task in tasks if task.status == "accepted"), key=lambda task: task.status_position)
        for task in accepted:
            if task.spec.topic is not None:
                group, item = task.spec.topic
                on_topic = [each.task_id for each in accepted if each.spec.topic == task.spec.topic]
                assert tasks.accepted_on(group)[item] == on_topic[0]
        topics = {task.spec.topic for task in accepted} - {None}
        assert sum(len(items) for items in tasks.accepted.values()) == len(topics)

    @invariant()
    def what_is_remembered_of_a_model_is_what_is_worked_out_anew(self) -> None:
        def told(board: Board) -> list[object]:
            models = active_models(board) if board.study is not None else ()
            return [
                (stand_in(board, model), measured_ids(board, model, look), missing_parts(board, model))
                for model in models
                for look in (1, 2)
            ]

        remembered = told(self.ledger.board)
        for memory in (queries._stand_ins, queries._covered, queries._missing):
            memory._found.clear()
        assert told(replace(self.ledger.board)) == remembered

    @invariant()
    def questions_are_found_by_what_they_are_about(self) -> None:
        decisions = self.ledger.board.decisions
        assert sorted(decisions.by_id) == sorted(decision.request.decision_id for decision in decisions)
        for subject in ("claim", "a"):
            wanted = [decision for decision in decisions if decision.request.subject == subject]
            assert decisions.about("claim_strength", subject) == wanted
        assert set(decisions.open) == {decision for decision in decisions if decision.status == "open"}

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
TestAnyHistory.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
