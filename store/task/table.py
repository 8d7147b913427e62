"""Every task of a study, with the indexes that agents need. Frozen; folds the events of tasks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import assert_never

from immutables import Map

from store.evidence import EvidenceTable
from store.kinds import KINDS
from store.record import Recorded
from store.series import Series
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
from store.task.state import Status, Task

Ids = Series[str]
StatusKey = tuple[int, str, Status]

_NONE: Ids = Series()
_EMPTY: Map[int, str] = Map()


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks in the order of planning. Each index holds ids; none is searched or sorted when it is read."""

    by_id: Map[str, Task] = Map()  # noqa: RUF009 (immutable)
    order: Ids = _NONE
    by_cycle: Map[int, Ids] = Map()  # noqa: RUF009 (immutable)
    by_kind: Map[str, Ids] = Map()  # noqa: RUF009 (immutable)
    by_subject: Map[str, Ids] = Map()  # noqa: RUF009 (immutable)
    accepted: Map[str, Map[str, str]] = Map()  # noqa: RUF009 (immutable)
    """By the group and the item of the spec's topic: the first task on it that was accepted."""
    by_status: Map[StatusKey, Map[int, str]] = Map()  # noqa: RUF009 (immutable)
    """By cycle, kind and status: position of the plan -> id."""
    rejected: Series[ResultRejected] = Series()  # noqa: RUF009 (immutable)
    """Results that came too late."""

    def __iter__(self) -> Iterator[Task]:
        return map(self.by_id.__getitem__, self.order)

    def __getitem__(self, place: int) -> Task:
        return self.by_id[self.order[place]]

    def __len__(self) -> int:
        return len(self.order)

    def in_cycle(self, cycle: int) -> tuple[Task, ...]:
        """The tasks of one cycle, in the order of planning."""
        return tuple(map(self.by_id.__getitem__, self.by_cycle.get(cycle, _NONE)))

    def of_kind(self, kind: str) -> Iterator[Task]:
        """The tasks of one kind, in the order of planning."""
        return map(self.by_id.__getitem__, self.by_kind.get(kind, _NONE))

    def newest_of_kind(self, kind: str) -> Iterator[Task]:
        """The tasks of one kind, the newest first."""
        return map(self.by_id.__getitem__, reversed(self.by_kind.get(kind, _NONE)))

    def newest_about(self, subject: str) -> Iterator[Task]:
        """The tasks about one subject, the newest first."""
        return map(self.by_id.__getitem__, reversed(self.by_subject.get(subject, _NONE)))

    def accepted_on(self, group: str) -> Map[str, str]:
        """Item -> the first task that was accepted on it, of the topics of one group."""
        return self.accepted.get(group, _NO_ACCEPTED)

    def with_status(self, cycle: int, *statuses: Status, kind: str | None = None) -> list[Task]:
        """The tasks of one cycle, of one kind or of all, with one of these statuses, in the order of planning."""
        keys = [(cycle, each, status) for each in ([kind] if kind else KINDS) for status in statuses]
        found = sorted(item for key in keys for item in self.by_status.get(key, _EMPTY).items())
        return [self.by_id[task_id] for _, task_id in found]

    def delivered(self, task_id: str) -> Task | None:
        """The task itself, or the last in the chain of those that replaced it; None where there is none."""
        task = self.by_id.get(task_id)
        while task is not None and task.superseded_by is not None:
            task = self.by_id.get(task.superseded_by)
        return task

    def dependencies_met(self, task: Task) -> bool:
        """True when everything the task depends on is accepted, directly or through the task that replaced it."""
        delivered = map(self.delivered, task.depends_on)
        return all(found is not None and found.status == "accepted" for found in delivered)

    def evolve(self, event: TaskEvent, entry: Recorded) -> Tasks:
        """The tasks after one more event."""
        match event:
            case TaskPlanned():
                return self._added(_planned(event, entry))
            case TaskClaimed():
                lapses = self.by_id[event.task_id].lapses + event.takeover
                return self._moved(
                    event.task_id, entry, "claimed", agent=event.agent, worker=event.worker, fence=event.fence,
                    claimed_at=entry.at, ended_at=None, reason="", remedy="", lapses=lapses,
                )  # fmt: skip
            case TaskReleased():
                return self._moved(event.task_id, entry, "planned", reason=event.reason, claimed_at=None)
            case EvidenceRecorded():
                return self._with(_delivered(self.by_id[event.task_id], event, entry))
            case TaskSucceeded():
                facts = Map(event.facts)
                return self._moved(
                    event.task_id, entry, "succeeded", summary=event.summary, facts=facts, ended_at=entry.at
                )
            case TaskFailed():
                return self._moved(event.task_id, entry, "failed", reason=event.error, ended_at=entry.at)
            case TaskBlocked():
                return self._moved(
                    event.task_id, entry, "blocked", reason=event.reason, remedy=event.remedy, ended_at=entry.at
                )
            case ResultRejected():
                return replace(self, rejected=self.rejected.append(event))
            case TaskAccepted():
                moved = self._moved(event.task_id, entry, "accepted", checks=event.checks)
                return replace(moved, accepted=_counted(self.accepted, self.by_id[event.task_id]))
            case TaskReturned():
                returns = self.by_id[event.task_id].returns + 1
                return self._moved(
                    event.task_id,
                    entry,
                    "returned",
                    checks=event.checks,
                    reason=event.reason,
                    returns=returns,
                    lapses=0,
                )
            case TaskSuperseded():
                return self._moved(event.task_id, entry, "superseded", superseded_by=event.by)
            case TaskCancelled():
                return self._moved(event.task_id, entry, "cancelled", reason=event.because)
            case unknown:
                assert_never(unknown)

    def _added(self, task: Task) -> Tasks:
        new = task.task_id
        return Tasks(
            by_id=self.by_id.set(new, task),
            order=self.order.append(new),
            by_cycle=self.by_cycle.set(task.cycle, self.by_cycle.get(task.cycle, _NONE).append(new)),
            by_kind=self.by_kind.set(task.kind, self.by_kind.get(task.kind, _NONE).append(new)),
            by_subject=self.by_subject.set(task.subject, self.by_subject.get(task.subject, _NONE).append(new)),
            accepted=self.accepted,
            by_status=_entered(self.by_status, task),
            rejected=self.rejected,
        )

    def _moved(self, task_id: str, entry: Recorded, status: Status, **changes: object) -> Tasks:
        before = self.by_id[task_id]
        task = replace(before, status=status, status_position=entry.position, **changes)  # type: ignore[arg-type]
        by_status = self.by_status
        if status != before.status:
            old = (before.cycle, before.kind, before.status)
            by_status = _entered(by_status.set(old, by_status[old].delete(before.position)), task)
        return replace(self, by_id=self.by_id.set(task_id, task), by_status=by_status)

    def _with(self, task: Task) -> Tasks:
        return replace(self, by_id=self.by_id.set(task.task_id, task))


_NO_ACCEPTED: Map[str, str] = Map()


def _entered(by_status: Map[StatusKey, Map[int, str]], task: Task) -> Map[StatusKey, Map[int, str]]:
    key = (task.cycle, task.kind, task.status)
    return by_status.set(key, by_status.get(key, _EMPTY).set(task.position, task.task_id))


def _counted(accepted: Map[str, Map[str, str]], task: Task) -> Map[str, Map[str, str]]:
    if (topic := task.spec.topic) is None:
        return accepted
    group, item = topic
    items = accepted.get(group, _NO_ACCEPTED)
    return accepted if item in items else accepted.set(group, items.set(item, task.task_id))


def _planned(event: TaskPlanned, entry: Recorded) -> Task:
    return Task(
        task_id=event.task_id,
        cycle=event.cycle,
        title=event.title,
        spec=event.spec,
        subject=event.subject,
        priority=event.priority,
        depends_on=event.depends_on,
        rule=event.rule,
        because=event.because,
        acceptance=event.acceptance,
        position=entry.position,
        status_position=entry.position,
    )


def _delivered(task: Task, event: EvidenceRecorded, entry: Recorded) -> Task:
    return replace(
        task,
        run_id=event.run_id,
        evidence=EvidenceTable(event.evidence),
        artifacts=event.artifacts,
        run_sha256=event.run_sha256,
        evidence_position=entry.position,
    )
