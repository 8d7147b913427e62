"""A study played without hands: agents decide, and outcomes are invented. What is tested is what agents choose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from agents.agent import Capacity
from agents.planning.leftover import left_to_do
from agents.teams import TEAMS
from store import commands as c
from store.board import Board
from store.evidence import Artifact, Evidence, Interval
from store.kinds.audit import AuditSpec
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.statistics import StatisticsSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.study.protocol import Study
from store.task.state import Task

Outcome = Callable[[Task], c.Command]


def evidence(task: Task, metric: str, value: float, **more: object) -> Evidence:
    return Evidence(run_id=f"{task.position:032x}", metric=metric, value=value, **more)


def succeed(task: Task, *items: Evidence) -> c.Succeed:
    samples = Artifact(name="samples.npz", digest=f"{task.position:064x}", size=1)
    return c.Succeed(task.task_id, task.fence, "done", f"{task.position:032x}", items, (samples,))


def ordinary(task: Task) -> c.Command:
    """Hub weights are out of reach; everything else succeeds, and no model collapses."""
    spec = task.spec
    if isinstance(spec, DiagnosticSpec):
        if spec.model.weights == "hub/none":
            return c.Block(task.task_id, task.fence, "the hub cannot be reached", "a network")
        mean = evidence(task, "mcs_norm", 0.5, interval=Interval(low=0.49, high=0.51), n=spec.data.n)
        return succeed(task, mean, evidence(task, "sites_seen", 4), evidence(task, "sites_expected", 4))
    if isinstance(spec, StatisticsSpec):
        return compared(task, collapsed=0, cleared=len({source.model_id for source in spec.sources}))
    if isinstance(spec, EnvironmentSpec):
        return succeed(task, evidence(task, "throughput/best", 9.0), evidence(task, "batch_size/best", 4))
    if isinstance(spec, AuditSpec):
        return succeed(task)
    raise AssertionError(f"say how a task of kind {task.kind} ends: add a case to `ordinary`")


def tested(task: Task, model: str, collapsed: bool, cleared: bool) -> list[Evidence]:
    """What a comparison tells of a model: shown to collapse, shown not to, or neither."""
    items = [evidence(task, f"model/{model}/mean", 0.6, n=40)]
    for direction, shown in (("collapse", collapsed), ("clear", cleared)):
        p = 0.0001 if shown else 0.9
        items += [evidence(task, f"model/{model}/{direction}/{name}", p) for name in ("p_looks", "p_adjusted")]
        for j in (1, 2, 3):
            items.append(evidence(task, f"model/{model}/{direction}/shift/alpha_over_{j}", -2.0 if shown else 3.0 + j))
            items.append(evidence(task, f"model/{model}/{direction}/images/alpha_over_{j}", 40 * j))
    return items


def compared(task: Task, collapsed: int, cleared: int) -> c.Command:
    spec = task.spec
    assert isinstance(spec, StatisticsSpec)
    models = sorted({source.model_id for source in spec.sources})
    items = [
        evidence(task, "count/models", len(models)),
        evidence(task, "count/collapsed", collapsed),
        evidence(task, "count/cleared", cleared),
        evidence(task, "alpha", spec.alpha),
        *(
            item
            for at, model in enumerate(models)
            for item in tested(task, model, at < collapsed, at >= len(models) - cleared)
        ),
        *(evidence(task, f"claim/{k}_of_{len(models)}/power", 0.9 if k < 3 else 0.6) for k in spec.at_least),
    ]
    return succeed(task, *items)


class Play:
    """A study under way."""

    def __init__(self, ledger: Ledger, clock) -> None:
        self.ledger = ledger
        self.clock = clock

    @property
    def board(self) -> Board:
        return self.ledger.board

    def work(self, outcome: Outcome = ordinary, steps: int = 200) -> None:
        """Plan, work and review until nothing more can be done."""
        planner, reviewer, _ = TEAMS["planning"]
        for _ in range(steps):
            before = self.board.position
            self.ask(planner)
            for agent in TEAMS["executive"]:
                for command in agent.choose(self.board, Capacity()):
                    self.ledger.submit(command, actor=agent.actor)
                    self.clock.turn(10)
                    self.ledger.submit(outcome(self.board.tasks_by_id[command.task_id]), actor="w")
            self.ask(reviewer)
            if self.board.position == before:
                return
        raise AssertionError("the cycle does not come to rest")

    def ask(self, agent) -> None:
        self.ledger.submit(*agent.choose(self.board, Capacity()), actor=agent.actor)

    def cycle(self, outcome: Outcome = ordinary) -> None:
        """One whole cycle."""
        self.ledger.submit(c.OpenCycle("it is time"), actor="system")
        self.work(outcome)
        self.ask(TEAMS["assessment"][0])
        self.ask(TEAMS["planning"][2])
        self.ledger.submit(c.CloseCycle(len(self.board.cycles)), actor="system")

    def decide(self, decision_id: str, choice: str) -> None:
        command = c.MakeDecision(decision_id, choice, "Ada", "because", self.clock())
        self.ledger.submit(command, actor="human:Ada")

    def left(self) -> list[str]:
        return [item.action for item in left_to_do(self.board)]


@pytest.fixture
def play(clock, study_data) -> Callable[..., Play]:
    """A factory of studies under way; keyword arguments change the protocol."""

    def make(**changes: object) -> Play:
        ledger = Ledger(MemoryLog(clock))
        ledger.submit(c.RegisterStudy(Study.model_validate(study_data(**changes))), actor="system")
        return Play(ledger, clock)

    return make
