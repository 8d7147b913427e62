"""Events of a question to a human."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from store.base import Digest, DomainEvent, Frozen, Key, Slug
from store.evidence import Evidence

DecisionKind = Literal["claim_strength", "unavailable_model", "disputed_task"]


class Option(Frozen):
    """One answer a human may choose."""

    key: Slug
    label: str
    trade_off: str
    """In words; its numbers are in `evidence`."""
    evidence: tuple[Evidence, ...] = ()


class DecisionRequested(DomainEvent):
    """A question was put to a human. The answer is bound to the digest of exactly this brief."""

    type: Literal["DecisionRequested"] = "DecisionRequested"
    decision_id: Key
    cycle: int
    kind: DecisionKind
    subject: str
    question: str
    options: tuple[Option, ...] = Field(min_length=2)
    recommended: Slug
    because: str
    if_silent: Slug
    """The option that stands when nobody answers in time."""
    expires_days: int | None
    brief_sha256: Digest


class DecisionMade(DomainEvent):
    """A human answered."""

    type: Literal["DecisionMade"] = "DecisionMade"
    decision_id: Key
    choice: Slug
    by: str
    reason: str
    brief_sha256: Digest


class DecisionExpired(DomainEvent):
    """Nobody answered in time; the cautious option stands."""

    type: Literal["DecisionExpired"] = "DecisionExpired"
    decision_id: Key
    stands: Slug


class DecisionWithdrawn(DomainEvent):
    """What was asked rests on a protocol that was amended before anybody answered; nothing was chosen."""

    type: Literal["DecisionWithdrawn"] = "DecisionWithdrawn"
    decision_id: Key
    because: str


DecisionEvent = DecisionRequested | DecisionMade | DecisionExpired | DecisionWithdrawn
