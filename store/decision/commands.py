"""Commands on a question to a human."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from store.decision.events import DecisionKind, Option


@dataclass(frozen=True, slots=True)
class RequestDecision:
    """Put a question to a human. Asking the same question again is a no-op."""

    decision_id: str
    kind: DecisionKind
    subject: str
    question: str
    options: tuple[Option, ...]
    recommended: str
    because: str
    if_silent: str


@dataclass(frozen=True, slots=True)
class MakeDecision:
    """Answer a question, at a given time."""

    decision_id: str
    choice: str
    by: str
    reason: str
    at: datetime
    brief_sha256: str | None = None
    """Digest of the brief that was read; refused when it is not the one that stands."""


@dataclass(frozen=True, slots=True)
class ExpireDecisions:
    """Close questions that nobody answered in time."""

    at: datetime


DecisionCommand = RequestDecision | MakeDecision | ExpireDecisions
