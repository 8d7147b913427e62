"""The reference implementation of the log: everything in one list. For tests and for thinking."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from store.errors import Conflict
from store.events import Event
from store.log.chain import ChainCheck, EventRow, See, check_chain
from store.log.codec import next_rows
from store.log.protocol import Clock, Lease
from store.log.reading import decoded
from store.record import Recorded


class MemoryLog:
    """An event log that lives as long as the process."""

    def __init__(self, clock: Clock, study: str = "study") -> None:
        self._clock = clock
        self._study = study
        self._rows: list[EventRow] = []
        self._leases: dict[str, Lease] = {}
        self._signed: set[int] = set()
        self._lock = threading.RLock()

    @property
    def address(self) -> str:
        """See EventLog.address."""
        return "memory:"

    def read(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """See EventLog.read."""
        yield from decoded(self._rows[max(after, 0) : until], self.rows)

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[EventRow]:
        """See EventLog.rows."""
        return iter(self._rows[max(after, 0) : until])

    def position(self) -> int:
        """See EventLog.position."""
        return len(self._rows)

    def append(self, events: Sequence[Event], *, expected: int, actor: str, cause: int | None = None) -> int:
        """See EventLog.append."""
        with self._lock:
            if len(self._rows) != expected:
                raise Conflict(f"the log stands at {len(self._rows)}, not at {expected}")
            last = self._rows[-1] if self._rows else None
            self._rows += next_rows(events, last, self._study, self._clock(), actor, cause)
            return len(self._rows)

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """See EventLog.exclusive."""
        with self._lock:
            yield

    def lease(self, task_id: str) -> Lease | None:
        """See EventLog.lease."""
        return self._leases.get(task_id)

    def hold(self, lease: Lease) -> None:
        """See EventLog.hold."""
        with self._lock:
            present = self._leases.get(lease.task_id)
            if present is None or present.fence <= lease.fence:
                self._leases[lease.task_id] = lease

    def renew(self, task_id: str, fence: int, until: datetime) -> bool:
        """See EventLog.renew."""
        with self._lock:
            present = self._leases.get(task_id)
            if present is None or present.fence != fence:
                return False
            self._leases[task_id] = Lease(task_id, fence, present.worker, until)
            return True

    def signed(self) -> frozenset[int]:
        """See EventLog.signed."""
        return frozenset(self._signed)

    def note_signed(self, positions: Iterable[int]) -> None:
        """See EventLog.note_signed."""
        with self._lock:
            self._signed.update(positions)

    def check(self, see: See | None = None) -> ChainCheck:
        """See EventLog.check."""
        return check_chain(self.rows(), see)

    def close(self) -> None:
        """See EventLog.close."""
