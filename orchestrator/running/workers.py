"""Leases of workers: whose claim has lapsed, and the heartbeat that keeps a claim."""

from __future__ import annotations

import threading
from datetime import timedelta
from types import TracebackType

from orchestrator.running.identity import is_dead
from store.board import Board
from store.errors import GonogoError
from store.log.protocol import Clock, EventLog, Lease

LONGEST = timedelta(days=2)
"""No lease is given for longer than a day; the other is for clocks that differ."""


def lapsed_claims(board: Board, log: EventLog, clock: Clock) -> frozenset[str]:
    """Claimed tasks of the open cycle whose worker is gone or has let its lease run out.

    A lease that ends later than any can was given under a clock that was ahead, and would hold the task for as long.
    """
    cycle = board.open_cycle
    if cycle is None:
        return frozenset()
    now = clock()
    return frozenset(
        task.task_id
        for task in board.tasks_in(cycle.number)
        if task.status == "claimed"
        and (
            (lease := log.lease(task.task_id)) is None
            or lease.fence < task.fence
            or not now < lease.until <= now + LONGEST
            or is_dead(lease.worker)
        )
    )


class Heartbeat:
    """Renews a lease three times in its life, in a thread of its own, for as long as the `with` block runs."""

    def __init__(self, log: EventLog, clock: Clock, task_id: str, fence: int, lease_s: float) -> None:
        self._log = log
        self._clock = clock
        self._task_id = task_id
        self._fence = fence
        self._lease_s = lease_s
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._beat, name=f"heartbeat-{task_id}", daemon=True)

    def __enter__(self) -> Heartbeat:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        while not self._stop.wait(self._lease_s / 3):
            try:
                if not self._log.renew(self._task_id, self._fence, self._clock() + timedelta(seconds=self._lease_s)):
                    return
            except GonogoError:
                continue  # the next beat may get through; if none does, the lease lapses, as it should


def first_lease(task_id: str, fence: int, worker: str, clock: Clock, lease_s: float) -> Lease:
    """The lease that comes with a new claim."""
    return Lease(task_id, fence, worker, clock() + timedelta(seconds=lease_s))
