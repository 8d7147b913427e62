"""Answers a strategic question, as a human."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from orchestrator.usecases.errors import printable
from orchestrator.usecases.session import Notify, Session
from store.commands import ExpireDecisions, MakeDecision

if TYPE_CHECKING:
    from orchestrator.settings import Settings


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer that was recorded."""

    decision_id: str
    choice: str
    by: str
    position: int
    """Of the log, with the answer."""
    head: str
    """Hash of the event at that position."""


def answer(
    settings: Settings,
    decision_id: str,
    choice: str,
    by: str,
    reason: str,
    notify: Notify,
    brief: str | None = None,
    trust_clock: bool = False,
) -> Answered:
    """Record a person's answer to a question; it is final, and the next run acts on it.

    Raises BadArgument for a name or reason that is not one printable line, BadInput for an unknown question or option,
    WrongClock as sessions do, and Refused for a question that is closed, or a `brief` (SHA-256) that is not the one
    that stands.
    """
    who, why = printable(by, "by"), printable(reason, "reason")
    with Session.open(settings, notify, trust_clock=trust_clock) as session:
        session.submit(ExpireDecisions(session.clock()), actor="system")
        session.submit(MakeDecision(decision_id, choice, who, why, session.clock(), brief), actor=f"human:{who}")
        return Answered(decision_id, choice, who, session.board.position, session.board.head)
