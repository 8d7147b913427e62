"""What a task allows: to be planned once, claimed when it may begin, and finished by who holds its claim. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from store.cycle.state import Cycle
from store.errors import Refused
from store.kinds import TaskSpec, kind_of
from store.kinds.kind import Phase
from store.task.commands import AcceptTask, Block, ClaimTask, Fail, PlanTask, ReleaseTask, ReturnTask, Succeed
from store.task.events import (
    EvidenceRecorded,
    ResultRejected,
    TaskAccepted,
    TaskBlocked,
    TaskCancelled,
    TaskClaimed,
    TaskEvent,
    TaskFailed,
    TaskPlanned,
    TaskReleased,
    TaskReturned,
    TaskSucceeded,
    TaskSuperseded,
)
from store.task.identity import task_id
from store.task.state import MAX_LAPSES, Task
from store.task.table import Tasks


def plan(command: PlanTask, tasks: Tasks, cycle: Cycle) -> Sequence[TaskEvent]:
    """Put a task on the open cycle's board, if it is not there, in place of the one that it supersedes."""
    new_id = task_id(cycle.number, command.spec)
    planned: list[TaskEvent] = []
    if new_id not in tasks.by_id:
        require_phase(cycle, command.spec)
        for dependency in command.depends_on:
            known(tasks, dependency)
        planned.append(
            TaskPlanned(
                task_id=new_id,
                cycle=cycle.number,
                title=command.title,
                spec=command.spec,
                subject=command.subject,
                priority=command.priority,
                depends_on=command.depends_on,
                rule=command.rule,
                because=command.because,
                acceptance=command.acceptance,
            )
        )
    if command.supersedes is not None and known(tasks, command.supersedes).status != "superseded":
        replaced = known(tasks, command.supersedes)
        if replaced.status != "blocked" and not replaced.disputed:
            raise Refused(f"task {replaced.task_id} is {replaced.status}; only work that cannot be done is replaced")
        planned.append(TaskSuperseded(task_id=command.supersedes, by=new_id, because=command.because))
    return planned


def claim(command: ClaimTask, tasks: Tasks, cycle: Cycle) -> Sequence[TaskEvent]:
    """Take a task that waits, or one whose claim has lapsed, unless that was one lapse too many."""
    task = known(tasks, command.task_id)
    if task.cycle != cycle.number:
        raise Refused(f"task {task.task_id} belongs to cycle {task.cycle}, and cycle {cycle.number} is open")
    if not (task.claimable or (command.takeover and task.status == "claimed")):
        raise Refused(f"task {task.task_id} is {task.status}; it cannot be claimed")
    if task.on_last_claim:
        raise Refused(f"{MAX_LAPSES} claims of task {task.task_id} have lapsed; it is blocked, and not claimed again")
    if not task.fence:
        require_phase(cycle, task.spec)
    if not tasks.dependencies_met(task):
        raise Refused(f"task {task.task_id} waits for {', '.join(task.depends_on)}")
    return [
        TaskClaimed(
            task_id=task.task_id,
            agent=command.agent,
            worker=command.worker,
            fence=task.fence + 1,
            takeover=task.status == "claimed",
        )
    ]


def release(command: ReleaseTask, tasks: Tasks) -> Sequence[TaskEvent]:
    """Give a claim back; nothing where it is no longer the newest."""
    if not _holds(known(tasks, command.task_id), command.fence):
        return []
    return [TaskReleased(task_id=command.task_id, fence=command.fence, reason=command.reason)]


def finish(command: Succeed | Fail | Block, tasks: Tasks) -> Sequence[TaskEvent]:
    """Record how a task ended; of a claim that is no longer the newest, that its result was rejected."""
    task = known(tasks, command.task_id)
    if not _holds(task, command.fence):
        outcome = type(command).__name__.lower()
        return [ResultRejected(task_id=task.task_id, fence=command.fence, newest=task.fence, outcome=outcome)]
    match command:
        case Fail(error=error):
            return [TaskFailed(task_id=task.task_id, fence=command.fence, error=error)]
        case Block(reason=reason, remedy=remedy):
            return [TaskBlocked(task_id=task.task_id, fence=command.fence, reason=reason, remedy=remedy)]
        case Succeed():
            return [
                EvidenceRecorded(
                    task_id=task.task_id,
                    run_id=command.run_id,
                    evidence=command.evidence,
                    artifacts=command.artifacts,
                    run_sha256=command.run_sha256,
                ),
                TaskSucceeded(
                    task_id=task.task_id, fence=command.fence, summary=command.summary, facts=dict(command.facts)
                ),
            ]


def accept(command: AcceptTask, tasks: Tasks) -> Sequence[TaskEvent]:
    """Count a finished task as completed."""
    _require_status(tasks, command.task_id, "succeeded")
    return [TaskAccepted(task_id=command.task_id, checks=command.checks)]


def send_back(command: ReturnTask, tasks: Tasks) -> Sequence[TaskEvent]:
    """Send a finished or failed task back, once."""
    task = _require_status(tasks, command.task_id, "succeeded", "failed")
    if task.returns:
        raise Refused(f"task {command.task_id} was returned before; a human has to look at it")
    return [TaskReturned(task_id=command.task_id, checks=command.checks, reason=command.reason)]


def wind_up(tasks: Tasks, cycle: Cycle) -> Sequence[TaskEvent]:
    """Cancel what is left undone in a cycle that ends. Raises Refused while a task is under way or unreviewed."""
    for task in tasks.with_status(cycle.number, "claimed", "succeeded", "failed"):
        if task.status == "claimed":
            raise Refused(f"cycle {cycle.number} cannot close while {task.task_id} is being worked on")
        if not task.disputed:
            raise Refused(f"cycle {cycle.number} cannot close before {task.task_id} is reviewed")
    return [
        TaskCancelled(task_id=task.task_id, because="the cycle ended before it could be done")
        for task in tasks.with_status(cycle.number, "planned", "returned")
    ]


def known(tasks: Tasks, task_id: str) -> Task:
    """The task of that id; Refused when there is none."""
    task = tasks.by_id.get(task_id)
    if task is None:
        raise Refused(f"there is no task {task_id}")
    return task


_TOO_EARLY_OR_LATE = {
    Phase.WORK: "cycle {} is assessed; no {} task may begin any more",
    Phase.AFTER_ASSESSMENT: "cycle {} is not assessed; no {} task may begin yet",
    Phase.AFTER_REPORT: "the report of cycle {} is not written; no {} task may begin yet",
}


def require_phase(cycle: Cycle, spec: TaskSpec) -> None:
    """Raise Refused where no task of this kind may begin in the phase that the cycle is in."""
    phase = kind_of(spec).phase
    if not cycle.begins(phase):
        raise Refused(_TOO_EARLY_OR_LATE[phase].format(cycle.number, spec.kind))


def _require_status(tasks: Tasks, task_id: str, *statuses: str) -> Task:
    task = known(tasks, task_id)
    if task.status not in statuses:
        raise Refused(f"task {task.task_id} is {task.status}, not {' or '.join(statuses)}")
    return task


def _holds(task: Task, fence: int) -> bool:
    return task.status == "claimed" and task.fence == fence
