"""Run one claimed task and record its fate, whatever it is."""

from __future__ import annotations

import contextlib
import shutil
import traceback
from dataclasses import replace
from pathlib import Path

from orchestrator.artifacts import write_durably
from orchestrator.house import House
from orchestrator.tracking import Logged
from orchestrator.workers import Heartbeat
from store.commands import Block, Fail, ReleaseTask, Succeed
from store.errors import GonogoError, IntegrityFailure, LogLocked, StorageFailure, TrackingFailure
from store.facts import Facts
from store.task.state import Task
from tasks.handler import Blocked, Done, Outcome, Run

RECALLED = "the work was done under an earlier claim, whose process ended before it could tell the log"

INFRASTRUCTURE = (IntegrityFailure, LogLocked, StorageFailure, TrackingFailure, OSError)
"""What says nothing about the task: the run stops, the task goes back to the board, and running again goes on."""


def dispatch(house: House, task: Task) -> None:
    """Do a task that this worker has claimed. The lease is kept meanwhile; a result that comes too late is rejected."""
    house.display.start(task)
    with Heartbeat(house.ledger.log, house.clock, task.task_id, task.fence, house.lease_s):
        try:
            command = _work(house, task)
        except (KeyboardInterrupt, *INFRASTRUCTURE) as stop:
            _release(house, task, stop)
            raise
        house.ledger.submit(command, actor=f"worker:{house.worker}", cause=task.status_position)
    now = house.ledger.board.tasks_by_id[task.task_id]
    if isinstance(command, Succeed) and now.run_id is not None and now.returns == task.returns:
        house.tracker.keep_only(task, now.run_id)
    house.display.finish(now)


def _work(house: House, task: Task) -> Succeed | Fail | Block:
    try:
        logged = house.tracker.recall(task)
        if logged is not None:
            logged = replace(logged, facts={**logged.facts, **Facts(recalled=RECALLED).told()})
        else:
            started = house.clock()
            with _Scratch(house.workspace.scratch / f"{task.task_id}-{task.fence}") as scratch:
                outcome = _handle(house, task, scratch)
                if isinstance(outcome, Blocked):
                    return Block(task.task_id, task.fence, _one_line(outcome.reason), _one_line(outcome.remedy))
                logged = house.tracker.log(task, outcome, started, house.clock())
        return _delivered(task, logged)
    except INFRASTRUCTURE:
        raise
    except GonogoError as error:
        return Fail(task.task_id, task.fence, _one_line(str(error)))
    except Exception as error:
        trace = house.workspace.traces / f"{task.task_id}-{task.fence}.txt"
        write_durably(trace, traceback.format_exc().encode("utf-8", "backslashreplace"))
        where = trace.relative_to(house.workspace.root)
        return Fail(task.task_id, task.fence, f"{type(error).__name__}: {_one_line(str(error))} (trace: {where})")


def _handle(house: House, task: Task, scratch: Path) -> Outcome:
    run = Run(
        workspace=house.workspace.root.resolve(),
        scratch=scratch,
        artifact=house.artifacts.find,
        progress=house.display.advance,
    )
    outcome: Done | Blocked = house.handler_of(task.spec.kind)(task.spec, run)
    return outcome


def _delivered(task: Task, logged: Logged) -> Succeed:
    return Succeed(
        task.task_id,
        task.fence,
        logged.summary,
        logged.run_id,
        logged.evidence,
        logged.artifacts,
        logged.facts,
        logged.run_sha256,
        logged.told,
    )


def _release(house: House, task: Task, stop: BaseException) -> None:
    """Give the task back, if the log can still be written; else its lease will lapse with this process."""
    reason = "interrupted by the user" if isinstance(stop, KeyboardInterrupt) else _one_line(str(stop))
    with contextlib.suppress(GonogoError):
        house.ledger.submit(ReleaseTask(task.task_id, task.fence, reason), actor=f"worker:{house.worker}")


def _one_line(text: str) -> str:
    return " ".join(text.split())[:2000]


class _Scratch:
    """An empty folder that is gone afterwards."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Path:
        shutil.rmtree(self._path, ignore_errors=True)
        self._path.mkdir(parents=True)
        return self._path

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self._path, ignore_errors=True)
