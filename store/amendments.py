"""What an amendment changes: the keys in which two protocols differ, and the questions that fall with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from store.board import Board
from store.chain import canonical
from store.events import DecisionWithdrawn
from store.study import Study


def changed_keys(old: Study, new: Study) -> tuple[str, ...]:
    """Dotted keys in which two protocols differ, sorted."""
    before, after = dict(protocol_values(old)), dict(protocol_values(new))
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def protocol_values(study: Study) -> Iterator[tuple[str, Any]]:
    """Every value of a protocol by its dotted key; lists as canonical JSON."""
    return _flat(study.model_dump(mode="json"))


def redefined(old: Study, new: Study) -> frozenset[str]:
    """Ids of models that only one of two protocols has, or that each defines in its own way."""
    before, after = ({model.id: model for model in study.models} for study in (old, new))
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


def withdrawn(board: Board, old: Study, new: Study) -> Iterator[DecisionWithdrawn]:
    """Open questions that rest on what is changed; what is still to be asked is asked anew."""
    changed, models = changed_keys(old, new), redefined(old, new)
    for decision in board.open_decisions:
        kind, subject = decision.request.kind, decision.request.subject
        rests = [key for key in changed if kind == "claim_strength" and key.startswith(WEIGHS)]
        if kind == "unavailable_model" and subject in models:
            rests = [f"model {subject}"]
        if rests:
            because = f"the protocol was amended: {', '.join(rests)}"
            yield DecisionWithdrawn(decision_id=decision.request.decision_id, because=because)


WEIGHS = ("decision.", "models", "data.", "diagnostics.", "seed")
"""How keys of the protocol begin on which a verdict rests, and with it what a question about the claim tells."""


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        yield prefix, canonical(value)
    else:
        yield prefix, value
