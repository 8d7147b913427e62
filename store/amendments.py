"""What an amendment changes: the keys in which two protocols differ, and the questions that fall with them. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from store.board import Board
from store.chain import canonical
from store.events import DecisionKind, DecisionWithdrawn
from store.study import Study


def changed_keys(old: Study, new: Study) -> tuple[str, ...]:
    """Dotted keys in which two protocols differ, sorted."""
    before, after = dict(protocol_values(old)), dict(protocol_values(new))
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def protocol_values(study: Study) -> Iterator[tuple[str, Any]]:
    """Every value of a protocol by its dotted key; lists as canonical JSON."""
    return _flat(study.model_dump(mode="json"))


def withdrawn(board: Board, changed: tuple[str, ...]) -> Iterator[DecisionWithdrawn]:
    """Open questions that rest on what was changed; what is still to be asked is asked anew."""
    for decision in board.open_decisions:
        rests = [key for key in changed if key.startswith(_RESTS_ON[decision.request.kind])]
        if rests:
            because = f"the protocol was amended: {', '.join(rests)}"
            yield DecisionWithdrawn(decision_id=decision.request.decision_id, because=because)


_RESTS_ON: Mapping[DecisionKind, tuple[str, ...]] = {
    "claim_strength": ("decision.", "models", "data."),
    "unavailable_model": ("models",),
    "disputed_task": (),
}
"""How keys of the protocol begin that a question of a kind rests on."""


def _flat(value: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flat(inner, f"{prefix}.{key}" if prefix else key)
    elif isinstance(value, list):
        yield prefix, canonical(value)
    else:
        yield prefix, value
