"""What an amendment changes: the keys in which two protocols differ. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from store.canonical import canonical
from store.study.protocol import Study


def changed_keys(old: Study, new: Study) -> tuple[str, ...]:
    """Dotted keys in which two protocols differ, sorted."""
    before, after = dict(protocol_values(old)), dict(protocol_values(new))
    return tuple(sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key)))


def protocol_values(study: Study) -> Iterator[tuple[str, Any]]:
    """Every value of a protocol by its dotted key, also of those that its JSON leaves out; lists as canonical JSON."""
    data = study.model_dump(mode="json")
    data["decision"] = {**study.decision.legacy, **data["decision"]}
    return _flat(data)


def redefined(old: Study, new: Study) -> frozenset[str]:
    """Ids of models that only one of two protocols has, or that each defines in its own way."""
    before, after = ({model.id: model for model in study.models} for study in (old, new))
    return frozenset(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))


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
