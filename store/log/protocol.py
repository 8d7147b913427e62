"""Event log protocol, independent of storage: read, append at an expected position, the write lock, leases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from store.events import Event
from store.log.chain import ChainCheck, EventRow, See
from store.record import Recorded

Clock = Callable[[], datetime]
"""The present moment, with a time zone."""


@dataclass(frozen=True, slots=True)
class Lease:
    """Who works on a task, and until when unless renewed. Kept beside the log, not in it."""

    task_id: str
    fence: int
    worker: str
    until: datetime


class EventLog(Protocol):
    """An append-only log of one study's events."""

    @property
    def address(self) -> str:
        """Where it is kept, for messages; `open_log` opens it again."""
        ...

    def read(self, after: int = 0, until: int | None = None) -> Iterator[Recorded]:
        """Entries with `after < position <= until`, in order."""
        ...

    def rows(self, after: int = 0, until: int | None = None) -> Iterator[EventRow]:
        """Entries with `after < position <= until` as they are stored, in order of position, undecoded.

        Without bounds, that is every row there is, also one whose position or study is not one.
        """
        ...

    def position(self) -> int:
        """The position of the last entry; 0 when there is none."""
        ...

    def append(self, events: Sequence[Event], *, expected: int, actor: str, cause: int | None = None) -> int:
        """Append all events or none, and return the new last position.

        Raises Conflict when the log does not stand at `expected`, LogLocked when it cannot be written now,
        StorageFailure when it cannot be written at all.
        """
        ...

    def exclusive(self) -> AbstractContextManager[None]:
        """Hold the write lock: nobody else appends meanwhile. Re-entrant within a thread."""
        ...

    def lease(self, task_id: str) -> Lease | None:
        """The lease of a task, lapsed or not."""
        ...

    def hold(self, lease: Lease) -> None:
        """Write a lease, over any of the same task with a lower or equal fencing token."""
        ...

    def renew(self, task_id: str, fence: int, until: datetime) -> bool:
        """Extend a lease; False when the task's fencing token is no longer this one."""
        ...

    def signed(self) -> frozenset[int]:
        """Positions whose head was signed, as far as `note_signed` was told."""
        ...

    def note_signed(self, positions: Iterable[int]) -> None:
        """Remember that the heads at these positions were signed. Kept beside the log, as leases are."""
        ...

    def check(self, see: See | None = None) -> ChainCheck:
        """Walk the hash chain, in one reading that `see` may share, and whatever self-check the storage has."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...
