"""Runs one claimed task and records how it ended: done, blocked, failed, interrupted, or too late."""

from __future__ import annotations

import contextlib
import shutil
import traceback
from dataclasses import replace
from pathlib import Path

from orchestrator.artifacts import write_durably
from orchestrator.clock import WrongClock
from orchestrator.running.cleaning import scratch_name
from orchestrator.running.workers import Heartbeat
from orchestrator.services import Services
from orchestrator.tracking.minting import Logged
from store.commands import Block, Fail, ReleaseTask, Succeed
from store.errors import (
    OF_THE_MACHINE,
    BadInput,
    GonogoError,
    IntegrityFailure,
    LogLocked,
    NewerSchema,
    Refused,
    StorageFailure,
    TrackingFailure,
)
from store.facts import Facts
from store.task.state import Task
from tasks.handler import Blocked, Done, Outcome, TaskContext

RECALLED = "the work was done under an earlier claim, whose process ended before it could tell the log"

INFRASTRUCTURE = (IntegrityFailure, LogLocked, NewerSchema, StorageFailure, TrackingFailure, WrongClock, OSError)
"""Errors of log, MLflow, clock and disk, which tell nothing of the task: the run stops, the next takes it again."""


def dispatch(services: Services, task: Task) -> None:
    """Do a task that this worker has claimed. The lease is kept meanwhile; a result that comes too late is rejected."""
    services.display.start(task)
    with Heartbeat(services.ledger.log, services.clock, task.task_id, task.fence, services.lease_s):
        try:
            command = _work(services, task)
        except (KeyboardInterrupt, *INFRASTRUCTURE) as stop:
            _release(services, task, stop)
            raise
        command = _submitted(services, task, command)
    now = services.ledger.board.tasks_by_id[task.task_id]
    if isinstance(command, Succeed) and now.run_id is not None and now.returns == task.returns:
        services.tracker.keep_only(task, now.run_id)
    services.display.finish(now)


def _submitted(services: Services, task: Task, command: Succeed | Fail | Block) -> Succeed | Fail | Block:
    """Submit how the task ended; a result that the gate refuses is a failure of the task, and does not end the run."""
    actor, cause = f"worker:{services.worker}", task.status_position
    try:
        services.ledger.submit(command, actor=actor, cause=cause)
    except (Refused, BadInput) as error:
        command = Fail(task.task_id, task.fence, _one_line(str(error)))
        services.ledger.submit(command, actor=actor, cause=cause)
    return command


def _work(services: Services, task: Task) -> Succeed | Fail | Block:
    try:
        logged = services.tracker.recall(task)
        if logged is not None:
            logged = replace(logged, facts={**logged.facts, **Facts(recalled=RECALLED).told()})
        else:
            started = services.clock()
            with _Scratch(services.workspace.scratch / scratch_name(task.task_id, task.fence)) as scratch:
                try:
                    outcome = _handle(services, task, scratch)
                except Exception as error:
                    if _stops_the_run(task, error):
                        raise
                    return _failed(services, task, error)
                if isinstance(outcome, Blocked):
                    return Block(task.task_id, task.fence, _one_line(outcome.reason), _one_line(outcome.remedy))
                logged = services.tracker.log(task, outcome, started, services.clock())
        return _delivered(task, logged)
    except INFRASTRUCTURE:
        raise
    except Exception as error:
        return _failed(services, task, error)


def _stops_the_run(task: Task, error: Exception) -> bool:
    """Whether what a handler raised is no fault of the task. A site that is out of reach, or a file, is one of its own.

    A damaged artifact stops work that the study needs; work that it can do without fails.
    """
    if isinstance(error, OSError):
        return error.errno in OF_THE_MACHINE
    if isinstance(error, IntegrityFailure):
        return task.traits.required
    return isinstance(error, INFRASTRUCTURE)


def _failed(services: Services, task: Task, error: Exception) -> Fail:
    """The failure of a task; of an error that nobody foresaw with a trace."""
    if isinstance(error, GonogoError):
        return Fail(task.task_id, task.fence, _one_line(str(error)))
    trace = services.workspace.traces / f"{task.task_id}-{task.fence}.txt"
    text = "".join(traceback.format_exception(error))
    write_durably(trace, text.encode("utf-8", "backslashreplace"))
    where = trace.relative_to(services.workspace.root)
    return Fail(task.task_id, task.fence, f"{type(error).__name__}: {_one_line(str(error))} (trace: {where})")


def _handle(services: Services, task: Task, scratch: Path) -> Outcome:
    context = TaskContext(
        workspace=services.workspace.root.resolve(),
        scratch=scratch,
        artifact=services.artifacts.find,
        progress=services.display.advance,
    )
    outcome: Done | Blocked = services.handler_of(task.spec.kind)(task.spec, context)
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


def _release(services: Services, task: Task, stop: BaseException) -> None:
    """Give the task back, if the log can still be written; else its lease will lapse with this process."""
    reason = "the run was interrupted" if isinstance(stop, KeyboardInterrupt) else _one_line(str(stop))
    with contextlib.suppress(GonogoError):
        services.ledger.submit(ReleaseTask(task.task_id, task.fence, reason), actor=f"worker:{services.worker}")


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
