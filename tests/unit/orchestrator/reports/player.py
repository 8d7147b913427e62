"""Plays a study on the real ledger: agents decide, a clock is turned, and outcomes are computed from drawn values."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agents.agent import Capacity
from agents.teams import TEAMS
from store import commands as c
from store.board import Board
from store.evidence import Artifact, Evidence, Interval
from store.kinds.audit import AuditSpec
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.literature import LiteratureSpec
from store.kinds.statistics import StatisticsSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.models import DataRef, ModelRef
from store.queries.literature import flow
from store.record import Recorded
from store.study.protocol import Study
from store.task.state import Task
from tasks.handler import Measurement
from tests.unit.orchestrator.reports.diagnosed import Diagnosed, towers
from tests.unit.orchestrator.reports.measured import Measured, measured
from tests.unit.orchestrator.reports.outcomes import KEPT, Found, audited, compared, digest, shorter, timed, tracked

Outcome = Callable[[Task], c.Succeed | c.Fail | c.Block]

_BEFORE = re.compile(
    r"mcs_(norm|raw|raw_uniform)|(vision|text)_entropy(_norm)?|layer/(vision|text)/\d+/entropy_norm|layer/\d+/mcs_norm|"
    r"latency(_tapped)?_s|peak_bytes|sites_(seen|expected)|parameters|images|captions"
)
"""What diagnostics reported before there were nulls and interventions."""


@dataclass
class Player:
    """Plays a study. `troubles` are outcomes by (cycle, subject), used up in order before the computed ones."""

    study: Study
    means: dict[str, float] = field(default_factory=dict)
    """By model: what its `mcs_norm` is drawn around, where it is not among the `diagnoses`."""
    troubles: dict[tuple[int, str], list[Outcome]] = field(default_factory=dict)
    layers: int = 4
    undetermined: frozenset[str] = frozenset()
    """Models whose `mcs_norm` is the same on every image."""
    diagnoses: dict[str, Diagnosed] = field(default_factory=dict)
    """By subject: models that are diagnosed with nulls and interventions; others as before there were any."""
    unreported: frozenset[str] = frozenset()
    """Last parts of the metrics that tasks do not report."""
    kept: dict[str, bytes] = field(default_factory=lambda: KEPT)
    """By digest: the files that tasks leave."""
    now: datetime = datetime(2026, 3, 2, 9, 0, 0, 250_000, tzinfo=UTC)

    def __post_init__(self) -> None:
        self.log = MemoryLog(lambda: self.now)
        self.ledger = Ledger(self.log)
        self.submit(c.RegisterStudy(self.study), actor="human:Ada")

    @property
    def board(self) -> Board:
        return self.ledger.board

    @property
    def entries(self) -> tuple[Recorded, ...]:
        return tuple(self.log.read())

    def submit(self, *commands: c.Command, actor: str = "system", after: float = 0.5) -> None:
        self.now += timedelta(seconds=after)
        self.ledger.submit(*commands, actor=actor)

    def open(self, because: str) -> Player:
        self.submit(c.OpenCycle(because))
        return self

    def work(self, steps: int = 10_000) -> Player:
        """Plan, claim, do and review until nothing moves any more, or a number of tasks were done."""
        planner, reviewer, _ = TEAMS["planning"]
        moved = True
        while moved and steps:
            moved = False
            for agent in (planner, *TEAMS["executive"]):
                commands = agent.choose(self.board, Capacity())
                if commands:
                    before = self.board.position
                    self.submit(*commands, actor=agent.actor)
                    moved = moved or self.board.position > before
                    for command in commands:
                        if isinstance(command, c.ClaimTask) and steps:
                            self._do(command.task_id)
                            steps -= 1
            reviews = reviewer.choose(self.board, Capacity())
            if reviews:
                self.submit(*reviews, actor=reviewer.actor)
                moved = True
        return self

    def judge(self) -> Player:
        """Assess, ask and advise."""
        for agent in (*TEAMS["assessment"], TEAMS["planning"][2]):
            commands = agent.choose(self.board, Capacity())
            if commands:
                self.submit(*commands, actor=agent.actor)
        return self

    def answer(self, decision_id: str, choice: str, by: str, reason: str) -> Player:
        self.now += timedelta(minutes=42)
        self.submit(c.MakeDecision(decision_id, choice, by, reason, at=self.now), actor=f"human:{by}")
        return self

    def publish(self) -> Player:
        """Record a report, of invented bytes, and audit it."""
        number = len(self.board.cycles)
        names = [f"{name}.{format}" for name in ("cycle-report", "assessment") for format in ("md", "html", "json")]
        files = tuple(
            Artifact(name=f"reports/cycle-{number:03d}/{name}", digest=digest(number, name), size=9000)
            for name in (*names, "handover.md", "handover.json")
        )
        self.submit(c.WriteReport(number, self.board.position, "0.1.0", files), after=2)
        return self.work()

    def close(self) -> Player:
        self.submit(c.CloseCycle(len(self.board.cycles)))
        return self

    def amend(self, study: Study, reason: str) -> Player:
        self.submit(c.AmendStudy(study, reason), actor="human:Ada", after=3600)
        return self

    def _do(self, task_id: str) -> None:
        task = self.board.tasks_by_id[task_id]
        troubles = self.troubles.get((task.cycle, task.subject), [])
        outcome = troubles.pop(0) if troubles else self.succeed
        seconds = SECONDS.get(task.kind, 1.0)
        self.submit(outcome(task), actor="worker:host/4711", after=seconds + task.position % 7)

    def succeed(self, task: Task, images: int | None = None) -> c.Succeed:
        """What the task finds; of a diagnostic, on fewer `images` than it was asked for if they are given."""
        found = self.find(task, images)
        kept = hashlib.sha256(found.content).hexdigest()
        self.kept[kept] = found.content
        run = digest("run", task.task_id, task.fence)[:32]
        evidence = tuple(
            _evidence(each, run, kept if task.kind in ("diagnostic", "audit") else None)
            for each in found.measurements
            if each.metric.rpartition("/")[2] not in self.unreported
        )
        file = Artifact(name=found.file, digest=kept, size=len(found.content))
        picture = Artifact(name="heads.png", digest=kept[::-1], size=61_004)
        drawn = (
            (picture,)
            if isinstance(task.spec, DiagnosticSpec) and self.like(task.subject, task.spec) is not None
            else ()
        )
        return c.Succeed(
            task.task_id,
            task.fence,
            _SUMMARIES.get(task.kind, "Did the work."),
            run,
            evidence,
            (*drawn, file),
            facts=found.facts,
        )

    def find(self, task: Task, images: int | None = None) -> Found:
        """What the task finds."""
        match task.spec:
            case DiagnosticSpec() as spec:
                return self._diagnosed(task.subject, spec, images or spec.data.n)
            case StatisticsSpec() as spec:
                return self.compare(spec)
            case EnvironmentSpec() as spec:
                return timed(spec)
            case AuditSpec():
                return audited(0)
            case LiteratureSpec():
                return tracked(flow(self.board))
            case _:
                raise AssertionError(f"say what a task of kind {task.kind} finds: add a case, and its SECONDS")

    def measure(self, like: Diagnosed, model: ModelRef, data: DataRef) -> Measured:
        return measured(like, model, data)

    def compare(self, spec: StatisticsSpec) -> Found:
        return compared(spec)

    def like(self, subject: str, _: DiagnosticSpec) -> Diagnosed | None:
        """What the model is like, where it is diagnosed with nulls and interventions."""
        return self.diagnoses.get(subject)

    def _diagnosed(self, subject: str, spec: DiagnosticSpec, images: int) -> Found:
        data = spec.data.model_copy(update={"n": images})
        if (like := self.like(subject, spec)) is not None:
            done = self.measure(like, spec.model, data)
            return Found(done.measurements, done.facts, "samples.npz", done.samples)
        name = spec.model.id
        plain = towers(self.means.get(name, 0.5), self.layers, rigid=name in self.undetermined)
        done = self.measure(plain, spec.model, data)
        told = {
            "Weights": done.facts["Weights"],
            "Device": "cpu",
            "Verdict": "{Harm}: {Reason of the harm}".format(**done.facts),
        }
        before = tuple(each for each in done.measurements if _BEFORE.fullmatch(each.metric))
        return Found(before, told, "samples.npz", done.samples)


SECONDS = {"environment": 12.4, "diagnostic": 95.7, "statistics": 3.08, "audit": 0.41, "literature": 0.62}
"""How long a task takes, by kind."""

_SUMMARIES = {
    "environment": "Described the machine and timed the image tower over batch sizes.",
    "diagnostic": "Measured every attention site on the images of this look.",
    "statistics": "Tested each model against the null value and the threshold, and every pair of models.",
    "audit": "Held the claims of the report against one another.",
    "literature": "Brought the library of the study up to date.",
}


def _evidence(each: Measurement, run: str, sha256: str | None) -> Evidence:
    interval = None
    if each.low is not None and each.high is not None:
        interval = Interval(low=shorter(each.low), high=shorter(each.high))
    value = shorter(each.value, each.metric)
    return Evidence(
        run_id=run, metric=each.metric, value=value, unit=each.unit, n=each.n, interval=interval, digest=sha256
    )
