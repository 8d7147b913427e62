"""An event with its envelope: where it stands in the log, when it happened, who caused it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.base import DomainEvent

GENESIS = "0" * 64
"""The hash before the first event."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """One entry of the log."""

    position: int
    """1 for the first event of a study; gapless."""
    at: datetime
    """UTC; never before the time of the entry before it."""
    actor: str
    """`agent:planner`, `human:Ada`, `worker:host/4711`, `system`."""
    cause: int | None
    """Position of the event that led to this one."""
    event: DomainEvent
    hash: str
    """Link of the hash chain."""
