"""What humans have answered, and which answers still count. Pure."""

from __future__ import annotations

from store.board import Board
from store.decision.events import DecisionKind
from store.decision.state import Decision
from store.study.amendments import redefined
from store.study.state import Amendment

CLAIM = "at-least-"
"""How the options of the question about the claim's strength begin; k follows."""

STOP = "stop"
"""The option that ends the study."""

DROP, RETRY, GO_ON_WITHOUT = "drop", "retry", "go-on-without"
"""Options about a model that cannot be measured, and about a task that was not accepted."""


def answer(board: Board, kind: DecisionKind, subject: str) -> str | None:
    """The newest option in force for a question, if it was answered."""
    answered = [d for d in decisions_on(board, kind, subject) if d.chosen is not None and not lapsed(board, d)]
    return answered[-1].chosen if answered else None


def decisions_on(board: Board, kind: DecisionKind, subject: str) -> list[Decision]:
    """All questions of a kind about a subject, oldest first."""
    return board.decisions.about(kind, subject)


def lapsed(board: Board, decision: Decision) -> bool:
    """Whether an answer no longer counts, since an amendment changed what was asked about."""
    return any(
        amendment.position > (decision.answered_position or board.position) and _asked_of(decision, amendment)
        for amendment in board.amendments
    )


def stopped(board: Board) -> bool:
    """True when a human ended the study."""
    return answer(board, "claim_strength", "claim") == STOP


def _asked_of(decision: Decision, amendment: Amendment) -> bool:
    """Whether an amendment changes what a question is about: which models may count, or the one that is named."""
    match decision.request.kind:
        case "claim_strength":
            return not {"decision.at_least", "decision.controls", "models"}.isdisjoint(amendment.event.changed)
        case "unavailable_model":
            return decision.request.subject in redefined(amendment.before, amendment.event.study)
        case _:
            return False
