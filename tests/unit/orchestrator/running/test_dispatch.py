"""A claimed task meets its fate: done, blocked, failed, interrupted, or too late. MLflow and the log are real."""

from __future__ import annotations

import errno
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agents.teams import TEAMS
from orchestrator.artifacts import ArtifactStore
from orchestrator.running.dispatch import dispatch
from orchestrator.services import Services
from orchestrator.tracking.minting import recalled
from orchestrator.tracking.tracker import Tracker
from orchestrator.workspace import Workspace
from store import commands as c
from store.errors import BadInput, IntegrityFailure, NewerSchema, TrackingFailure
from store.events import DecisionMade, RecommendationsMade
from store.kinds import KINDS
from store.kinds.environment import EnvironmentFacts, EnvironmentSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import ModelRef
from store.study.protocol import Study
from store.task.state import Task
from tasks.handler import Blocked, Done, Measurement, TaskContext
from tests.displays import Silent


@pytest.fixture(scope="module")
def mlflow_uri(tmp_path_factory: pytest.TempPathFactory) -> str:
    return f"sqlite:///{tmp_path_factory.mktemp('mlflow') / 'mlflow.db'}"


@pytest.fixture
def services(tmp_path: Path, clock, study_data, mlflow_uri: str) -> Services:
    workspace = Workspace(tmp_path)
    artifacts = ArtifactStore(workspace.artifacts)
    ledger = Ledger(MemoryLog(clock))
    ledger.submit(c.RegisterStudy(Study.model_validate(study_data())), c.OpenCycle("x"), actor="system")
    spec = EnvironmentSpec(model=ModelRef(id="a", family="clip", name="tiny", weights="random"))
    ledger.submit(c.PlanTask("t", spec, "environment", "high", "r", "b"), actor="p")
    ledger.submit(c.ClaimTask(ledger.board.tasks[0].task_id, "operations", "w"), actor="a")
    tracker = Tracker(mlflow_uri, tmp_path.name, workspace, artifacts)
    return Services(
        workspace,
        ledger,
        tracker,
        artifacts,
        clock,
        "w",
        30.0,
        TEAMS,
        lambda _: pytest.fail("no handler"),
        Silent(),
        lambda spec: None,
    )


def work(services: Services, handler: Callable[[EnvironmentSpec, TaskContext], object]) -> Task:
    task = services.ledger.board.tasks[0]
    dispatch(replace(services, handler_of=lambda _: handler), task)
    return services.ledger.board.tasks[0]


def good(spec: EnvironmentSpec, context: TaskContext) -> Done:
    (context.scratch / "samples.npz").write_bytes(b"raw")
    return Done(
        "Did it.",
        (
            Measurement("throughput/best", 0.1 + 0.2, low=0.2, high=0.4, n=7),
            Measurement("peak_bytes", 1.0, cited=False),
        ),
        facts=EnvironmentFacts(device="an abacus"),
        parameters={"seed": "7"},
        files={"samples.npz": context.scratch / "samples.npz"},
    )


def test_numbers_are_logged_first_and_then_recorded_as_evidence(services: Services) -> None:
    task = work(services, good)
    assert task.status == "succeeded"
    (item,) = task.evidence
    assert (item.metric, item.value, item.n, item.run_id) == ("throughput/best", 0.1 + 0.2, 7, task.run_id)
    assert item.digest == task.artifacts[0].digest
    assert services.artifacts.find(item.digest).read_bytes() == b"raw"
    logged = services.tracker.run(item.run_id)
    assert logged is not None
    assert logged.metrics == {
        "throughput/best": 0.1 + 0.2,
        "throughput/best/low": 0.2,
        "throughput/best/high": 0.4,
        "peak_bytes": 1.0,
    }
    assert dict(task.facts) == {"Device": "an abacus"}
    assert not any(services.workspace.scratch.iterdir())


def test_a_crash_between_mlflow_and_the_log_does_not_repeat_the_work(services: Services, clock) -> None:
    task = services.ledger.board.tasks[0]
    context = TaskContext(services.workspace.root, services.workspace.root, services.artifacts.find)
    logged = services.tracker.log(task, good(task.spec, context), clock(), clock())

    def never(spec: EnvironmentSpec, context: TaskContext) -> Done:
        raise AssertionError("the work was done before")

    done = work(services, never)
    assert (done.status, done.run_id) == ("succeeded", logged.run_id)
    assert done.evidence == logged.evidence


ADVICE = RecommendationsMade(cycle=1, recommendations=())


def telling(spec: EnvironmentSpec, context: TaskContext) -> Done:
    return replace(good(spec, context), told=(ADVICE,))


@pytest.fixture
def may_advise(monkeypatch: pytest.MonkeyPatch) -> None:
    """No kind of today tells of anything: here environment tasks may advise."""
    changed(monkeypatch, tells=frozenset({"RecommendationsMade", "DecisionMade"}))


def changed(monkeypatch: pytest.MonkeyPatch, **traits: object) -> None:
    """Environment tasks as of another kind."""
    kind = replace(KINDS["environment"], **traits)  # type: ignore[arg-type]
    for module in ("store.gate", "store.task.state"):
        monkeypatch.setattr(f"{module}.KINDS", {"environment": kind})


def test_events_that_an_outcome_tells_of_are_appended_with_its_evidence(services: Services, may_advise: None) -> None:
    before = services.ledger.board.position
    assert work(services, telling).status == "succeeded"
    types = [entry.event.type for entry in services.ledger.log.read(after=before)]
    assert types == ["EvidenceRecorded", "TaskSucceeded", "RecommendationsMade"]
    assert services.ledger.board.cycles[1].recommendations == ADVICE


def test_what_was_told_before_a_crash_is_recalled_with_the_evidence(
    services: Services, clock, may_advise: None
) -> None:
    task = services.ledger.board.tasks[0]
    context = TaskContext(services.workspace.root, services.workspace.root, services.artifacts.find)
    services.tracker.log(task, telling(task.spec, context), clock(), clock())
    assert work(services, lambda spec, context: pytest.fail("it was logged already")).status == "succeeded"
    assert services.ledger.board.cycles[1].recommendations == ADVICE


def test_what_does_not_fit_the_record_is_a_failure_of_the_task_and_leaves_nothing(
    services: Services, may_advise: None
) -> None:
    stray = DecisionMade(decision_id="nope", choice="yes", by="Ada", reason="x", brief_sha256="0" * 64)
    before = services.ledger.board.position
    task = work(services, lambda spec, context: replace(good(spec, context), told=(stray,)))
    assert task.status == "failed"
    assert "a DecisionMade that the task tells of does not fit the record" in task.reason
    assert [entry.event.type for entry in services.ledger.log.read(after=before)] == ["TaskFailed"]


@pytest.mark.parametrize(
    "change",
    [
        {"told": [["CycleDreamt", 1, "{}"]]},
        {"told": [["RecommendationsMade", 99, "{}"]]},
        {"evidence": [{"run_id": "0" * 32, "metric": "m", "value": 1.0, "mood": "good"}]},
        {"summary": None, "evidence": 3},
    ],
)
def test_an_outcome_that_another_version_logged_asks_for_an_upgrade(change: dict[str, object]) -> None:
    whole = {
        "summary": "s",
        "facts": {},
        "evidence": [],
        "artifacts": [],
        "parameters": {},
        "run_sha256": "",
        "told": [],
    }
    assert recalled("0" * 32, whole).summary == "s"
    with pytest.raises(NewerSchema, match="another version logged"):
        recalled("0" * 32, {**whole, **change})


def test_a_late_result_tells_of_nothing(services: Services, may_advise: None) -> None:
    task = services.ledger.board.tasks[0]

    def slow(spec: EnvironmentSpec, context: TaskContext) -> Done:
        services.ledger.submit(c.ClaimTask(task.task_id, "operations", "other", takeover=True), actor="a")
        return telling(spec, context)

    dispatch(replace(services, handler_of=lambda _: slow), task)
    assert len(services.ledger.board.rejected) == 1
    assert services.ledger.board.cycles[1].recommendations is None


def test_an_outcome_that_tells_of_what_its_kind_may_not_is_a_failure_of_the_task(services: Services) -> None:
    task = work(services, telling)
    assert (task.status, task.reason) == (
        "failed",
        "a task of kind environment may not tell of RecommendationsMade",
    )
    assert (task.evidence, services.ledger.board.cycles[1].recommendations) == ((), None)


def test_a_returned_task_is_done_again_under_a_run_of_its_own(services: Services) -> None:
    first = work(services, good)
    services.ledger.submit(
        c.ReturnTask(first.task_id, (), "again"), c.ClaimTask(first.task_id, "operations", "w"), actor="r"
    )
    second = work(services, good)
    assert second.status == "succeeded"
    assert second.run_id != first.run_id


def test_a_late_result_is_rejected_and_the_run_that_counts_is_the_one_in_the_log(services: Services) -> None:
    task = services.ledger.board.tasks[0]

    def slow(spec: EnvironmentSpec, context: TaskContext) -> Done:
        services.ledger.submit(c.ClaimTask(task.task_id, "operations", "other", takeover=True), actor="a")
        return good(spec, context)

    dispatch(replace(services, handler_of=lambda _: slow), task)
    taken_over = services.ledger.board.tasks[0]
    assert (taken_over.status, taken_over.worker) == ("claimed", "other")
    (late,) = services.ledger.board.rejected
    assert (late.fence, late.newest) == (1, 2)
    started = services.clock()
    context = TaskContext(services.workspace.root, services.workspace.root, services.artifacts.find)
    logged = services.tracker.log(taken_over, good(task.spec, context), started, started)
    done = work(services, lambda spec, context: pytest.fail("it was logged already"))
    assert done.status == "succeeded"
    finished = {run_id for run_id in (done.run_id, logged.run_id) if services.tracker.run(run_id) is not None}
    assert finished == {done.run_id}


def test_a_worker_that_wakes_up_late_leaves_the_run_of_its_successor_alone(services: Services) -> None:
    sleeper = services.ledger.board.tasks[0]
    services.ledger.submit(c.ClaimTask(sleeper.task_id, "operations", "other", takeover=True), actor="a")
    done = work(services, good)
    dispatch(services, sleeper)
    assert [late.fence for late in services.ledger.board.rejected] == [1]
    assert services.tracker.run(done.run_id) is not None


@pytest.mark.parametrize(
    ("error", "told"),
    [(BadInput("images/3.png is truncated;\n give another"), "images/3.png is truncated; give another")],
)
def test_a_failure_that_is_understood_is_told_in_one_line(services: Services, error: Exception, told: str) -> None:
    def fails(spec: EnvironmentSpec, context: TaskContext) -> Done:
        raise error

    task = work(services, fails)
    assert (task.status, task.reason) == ("failed", told)


@pytest.mark.parametrize(
    "error",
    [
        ConnectionError("the site is out of reach"),
        FileNotFoundError(errno.ENOENT, "not there"),
        TimeoutError("too slow"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_what_a_handler_does_not_reach_is_a_failure_of_the_task_and_stops_no_run(
    services: Services, error: Exception
) -> None:
    def fails(spec: EnvironmentSpec, context: TaskContext) -> Done:
        raise error

    task = work(services, fails)
    assert task.status == "failed"
    assert task.reason.startswith(f"{type(error).__name__}: ")


def test_a_damaged_artifact_stops_no_study_that_can_do_without_the_work(
    services: Services, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(spec: EnvironmentSpec, context: TaskContext) -> Done:
        raise IntegrityFailure("artifact abc was altered")

    changed(monkeypatch, required=False)
    task = work(services, fails)
    assert (task.status, task.reason) == ("failed", "artifact abc was altered")


def test_a_failure_that_is_not_understood_leaves_its_trace(services: Services) -> None:
    def breaks(spec: EnvironmentSpec, context: TaskContext) -> Done:
        return {}["missing"]

    task = work(services, breaks)
    assert task.status == "failed"
    assert task.reason.startswith("KeyError: 'missing' (trace: traces/")
    trace = services.workspace.root / task.reason.partition("trace: ")[2].rstrip(")")
    assert "in breaks" in trace.read_text()


def test_what_cannot_be_done_is_blocked_with_its_remedy(services: Services) -> None:
    task = work(services, lambda spec, context: Blocked("no weights", "a network"))
    assert (task.status, task.reason, task.remedy, task.run_id) == ("blocked", "no weights", "a network", None)


@pytest.mark.parametrize(
    "stop",
    [
        KeyboardInterrupt(),
        IntegrityFailure("artifact abc was altered"),
        OSError(errno.ENOSPC, "No space left on device"),
    ],
)
def test_a_run_that_must_stop_gives_the_task_back_first(services: Services, stop: BaseException) -> None:
    def stops(spec: EnvironmentSpec, context: TaskContext) -> Done:
        raise stop

    with pytest.raises(type(stop)):
        work(services, stops)
    assert services.ledger.board.tasks[0].status == "planned"


@pytest.mark.parametrize(
    ("measurements", "told"),
    [
        ((Measurement("throughput/best", float("nan")),), "not a finite number"),
        ((Measurement("throughput/best", 1.0, low=float("-inf"), high=2.0),), "not a finite number"),
        ((Measurement("throughput/best", 1.0), Measurement("throughput/best", 2.0)), "measured twice"),
        ((Measurement("sco;re", 1.0),), "cannot be the name of a metric"),
    ],
)
def test_a_number_that_is_none_is_not_logged(services: Services, measurements, told: str) -> None:
    task = work(services, lambda spec, context: Done("x", measurements))
    assert task.status == "failed"
    assert told in task.reason


def test_an_mlflow_store_that_does_not_answer_stops_the_run_and_is_not_held_against_the_task(
    services: Services, tmp_path: Path
) -> None:
    (tmp_path / "broken.db").write_bytes(b"this is no database" * 100)
    tracker = Tracker(f"sqlite:///{tmp_path / 'broken.db'}", "x", services.workspace, services.artifacts)
    with pytest.raises(TrackingFailure, match=r"broken\.db is no MLflow database"):
        work(replace(services, tracker=tracker), good)
    task = services.ledger.board.tasks[0]
    assert task.status == "planned"
    services.ledger.submit(c.ClaimTask(task.task_id, "operations", "w"), actor="a")
    assert work(services, good).status == "succeeded"
