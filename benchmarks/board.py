"""Folding, decoding and deciding on a board of 10,000 tasks, in seconds of CPU. Of ours alone; there is no peer."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime

from agents.agent import Capacity
from agents.assessment.assessor import assess
from agents.executive import EXECUTIVES
from agents.planning.planner import PLANNER
from agents.planning.reviewer import REVIEWER
from agents.planning.strategist import STRATEGIST
from store import commands as c
from store import events as e
from store.board import Board, fold
from store.canonical import digest_of
from store.cycle.verdicts import DIRECTIONS
from store.evidence import Artifact, Evidence, Interval
from store.kinds import diagnostics_metrics as d
from store.kinds import environment as env
from store.kinds import statistics_metrics as s
from store.kinds.diagnostics import KIND as DIAGNOSTIC
from store.kinds.diagnostics import SAMPLES, DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.log.ledger import Ledger
from store.log.memory import MemoryLog
from store.study.protocol import Study
from store.task.state import Task

MODELS, LOOKS = 250, 40
"""So many models, all measured in each look: 10,000 diagnostics, and in each cycle an environment and a comparison."""


def study() -> Study:
    """A study of many models and looks."""
    return Study.model_validate(
        {
            "name": "wide", "question": "?", "claim": "!",
            "models": [
                {"id": f"m{number:03d}", "family": "clip", "name": f"n{number}", "weights": "random"}
                for number in range(MODELS)
            ],
            "data": {"source": "shapes", "n": 100},
            "decision": {"threshold": 0.7, "at_least": [2, 3], "looks": 100},
        }
    )  # fmt: skip


class Played:
    """A study that is played cycle by cycle; the events are those that the gate would let pass."""

    def __init__(self) -> None:
        self.log = MemoryLog(lambda: datetime(2026, 1, 1, tzinfo=UTC))
        self.ledger = Ledger(self.log)
        self.study = study()
        self._append(e.StudyRegistered(study=self.study, digest=digest_of(self.study)))

    @property
    def board(self) -> Board:
        """The board as it stands."""
        return self.ledger.board

    def looks(self, number: int) -> None:
        """Play so many whole cycles."""
        for _ in range(number):
            self.open()
            self.work(self.board.tasks_in(len(self.board.cycles)))
            self._plan()
            self.work([task for task in self.board.tasks_in(len(self.board.cycles)) if task.status == "planned"])
            cycle = len(self.board.cycles)
            made = assess(self.board)
            self.ledger.submit(made, c.WriteReport(cycle, self.board.position, "0", ()), c.CloseCycle(cycle), actor="a")

    def open(self) -> None:
        """Open a cycle, and plan all that can be planned."""
        self._append(e.CycleOpened(cycle=len(self.board.cycles) + 1, because="x"))
        self._plan()

    def work(self, tasks: list[Task] | tuple[Task, ...]) -> None:
        """Claim these tasks, do and accept them."""
        self._append(*(event for task in tasks for event in _done(task)))

    def _plan(self) -> None:
        self.ledger.submit(*PLANNER.choose(self.board, Capacity()), actor="agent:planner")

    def _append(self, *events: e.Event) -> None:
        self.log.append(events, expected=self.log.position(), actor="a")
        self.ledger.refresh()


def _done(task: Task) -> Iterator[e.Event]:
    yield e.TaskClaimed(task_id=task.task_id, agent=task.traits.agent, worker="w", fence=1)
    run, file = f"{task.position:032x}", Artifact(name=SAMPLES, digest=f"{task.position:064x}", size=1)
    evidence = tuple(_evidence(task, run))
    yield e.EvidenceRecorded(task_id=task.task_id, run_id=run, evidence=evidence, artifacts=(file,))
    yield e.TaskSucceeded(task_id=task.task_id, fence=1, summary="done", facts={})
    yield e.TaskAccepted(task_id=task.task_id, checks=())


def _evidence(task: Task, run: str) -> Iterator[Evidence]:
    match task.spec:
        case DiagnosticSpec(data=data):
            interval = Interval(low=0.49, high=0.51)
            yield Evidence(run_id=run, metric=d.MCS_NORM.key(), value=0.5, interval=interval, n=data.n)
            yield Evidence(run_id=run, metric=d.SITES_SEEN.key(), value=4)
            yield Evidence(run_id=run, metric=d.SITES_EXPECTED.key(), value=4)
        case StatisticsSpec(sources=sources):
            for metric, value in ((s.MODELS, MODELS), (s.COLLAPSED, 1), (s.EXCLUDED, 1), (s.ALPHA, 0.05)):
                yield Evidence(run_id=run, metric=metric.key(), value=value)
            for model in dict.fromkeys(source.model_id for source in sources):
                yield Evidence(run_id=run, metric=s.MEAN.key(model=model), value=0.6, n=100)
                for direction in DIRECTIONS:
                    for metric in (s.P_LOOKS, s.P_ADJUSTED):
                        key = metric.key(model=model, direction=direction)
                        yield Evidence(run_id=run, metric=key, value=0.5)
        case _:
            yield Evidence(run_id=run, metric=env.BEST_THROUGHPUT.key(), value=9)


def cpu_ms(work: Callable[[], object], times: int) -> float:
    """Milliseconds of CPU that one call takes: the least of so many."""
    found = []
    for _ in range(times):
        began = time.process_time()
        work()
        found.append(time.process_time() - began)
    return min(found) * 1000


def rows() -> Iterator[tuple[str, float]]:
    """What is measured, and how many ms of CPU it takes; first something that tells how fast the machine is."""
    yield "a sum of 100,000 numbers, for the speed of this machine", cpu_ms(lambda: sum(range(100_000)), 50)
    played = Played()
    played.looks(LOOKS - 1)
    played.open()
    number = len(played.board.cycles)
    fresh = [task for task in played.board.tasks_in(number) if task.kind == DIAGNOSTIC.name]
    yield from _agents(played.board, f"{len(played.board.tasks)} tasks, none of the look begun")
    played.work([*played.board.tasks_in(number)[:1], *fresh[: len(fresh) // 2]])
    yield from _agents(played.board, "half of the look measured")
    played.work(fresh[len(fresh) // 2 :])
    yield from _agents(played.board, "all of the look measured, the comparison not planned")
    played._plan()
    yield from _agents(played.board, "the comparison planned")
    played.work([task for task in played.board.tasks_in(number) if task.status == "planned"])
    yield from _agents(played.board, "all done")
    yield "assess, all done", cpu_ms(lambda: assess(replace(played.board)), 3)
    entries = list(played.log.read())
    yield f"fold {len(entries)} events", cpu_ms(lambda: fold(entries), 3)
    yield f"decode and fold {len(entries)} events", cpu_ms(lambda: fold(played.log.read()), 2)


def _agents(board: Board, when: str) -> Iterator[tuple[str, float]]:
    # a new board for every choice: what is remembered for one board must not flatter the next; what is remembered of
    # a model that has not changed is, as in a run, in which an event changes one
    agents = {"planner": PLANNER, "reviewer": REVIEWER, "strategist": STRATEGIST}
    for name, agent in agents.items():
        yield f"{name}, {when}", cpu_ms(lambda agent=agent: agent.choose(replace(board), Capacity()), 50)  # type: ignore[misc]
    yield f"executives, {when}", cpu_ms(lambda: [agent.choose(replace(board), Capacity()) for agent in EXECUTIVES], 3)


def main() -> int:
    """Print every row."""
    for what, ms in rows():
        print(f"{what:<75} {ms:10.2f} ms", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
