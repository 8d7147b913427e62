"""The claims of a study: which can still be reached, and which is to be decided. Pure."""

from __future__ import annotations

from store.board import Board
from store.queries.answers import CLAIM, answer
from store.queries.models import counted_models
from store.queries.protocol import study_of


def possible_claims(board: Board) -> tuple[int, ...]:
    """The k of "at least k models" that the rule names and that the models that count could still reach."""
    models = len(counted_models(board))
    return tuple(k for k in study_of(board).decision.at_least if k <= models)


def chosen_claim(board: Board) -> int | None:
    """The k that a human chose, as long as the protocol and the models that count allow it."""
    chosen = answer(board, "claim_strength", "claim") or ""
    k = int(chosen.removeprefix(CLAIM)) if chosen.startswith(CLAIM) else None
    return k if k in possible_claims(board) else None


def claims_in_force(board: Board) -> tuple[int, ...]:
    """The claims that are to be decided: the chosen one, else all that are possible."""
    chosen = chosen_claim(board)
    return possible_claims(board) if chosen is None else (chosen,)
