"""Events of the protocol."""

from __future__ import annotations

from typing import Literal

from store.base import Digest, DomainEvent
from store.study.protocol import Study


class StudyRegistered(DomainEvent):
    """The protocol was fixed, before there was any result."""

    type: Literal["StudyRegistered"] = "StudyRegistered"
    study: Study
    digest: Digest
    """SHA-256 of the canonical protocol."""


class StudyAmended(DomainEvent):
    """The protocol was changed after it was registered."""

    type: Literal["StudyAmended"] = "StudyAmended"
    study: Study
    digest: Digest
    changed: tuple[str, ...]
    """Keys whose values differ, such as `decision.alpha`."""
    reason: str


StudyEvent = StudyRegistered | StudyAmended
