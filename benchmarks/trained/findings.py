"""What was found of one model, as it is and with something planted: plain numbers, kept as a file of JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np

from tasks.diagnostics.kinds.finding import Kinds, Reading

TINY = 1e-9
"""Nats, so that nothing is divided by 0."""
Range = tuple[float, float]
"""Least and greatest over the layers of a role."""


@dataclass(frozen=True, slots=True)
class RoleFound:
    """The layers of one role."""

    role: str
    layers: int
    keys: Range
    """Mean number of attendable keys, without sinks."""
    kl: Range
    """KL to uniform, nats, without sinks."""
    entropy: Range
    """Entropy as a share of that of uniform attention, without sinks."""
    follows: Range
    """Share of `kl` that follows the input."""
    by_head: Range
    """The same of each head, mean over heads."""
    apart: Range
    """Share of `kl` with sinks that tells heads apart."""
    within: Range | None
    """Share of the variance of directions of tokens that lies within inputs; None where it is not looked at."""
    sink: float
    """The greatest share of attention that sinks take in a layer."""

    @classmethod
    def of(cls, role: str, readings: Sequence[Reading]) -> Self:
        """Of the sites of a role."""
        maps = [reading.maps for reading in readings if reading.maps is not None]
        tokens = [reading.similarity.within for reading in readings if reading.similarity is not None]
        return cls(
            role,
            len(readings),
            _range(each.keys for each in maps),
            _range(float(each.kl.mean()) for each in maps),
            _range(float(each.entropy.mean() / each.reach.mean()) for each in maps),
            _range(each.input_share for each in maps),
            _range(float((each.input_part / np.maximum(each.kl, TINY)).mean()) for each in maps),
            _range(each.between_heads / each.raw if each.raw else 0.0 for each in maps),
            _range(tokens) if tokens else None,
            max(float(each.sink.mean()) for each in maps),
        )


@dataclass(frozen=True, slots=True)
class Named:
    """A layer in which a kind was named, with what names it."""

    place: str
    kinds: tuple[str, ...]
    keys: float
    kl: float
    entropy: float
    """Nats."""
    narrow: float
    """Nats of entropy below which it is peaked."""
    untrained: float
    """KL to uniform of re-initialised copies, nats."""
    follows: float
    apart: float
    heads: tuple[float, ...]
    """Keys that each head attends to, e^H."""


@dataclass(frozen=True, slots=True)
class Found:
    """One model in one state."""

    plant: str
    """Empty for the model as it is."""
    kinds: dict[str, tuple[str, ...]]
    """Kind, or `sink` -> places."""
    roles: tuple[RoleFound, ...]
    named: tuple[Named, ...]
    loss: float
    """Mean over the pairs, nats."""
    floor: float
    """The same of re-initialised copies."""
    rivals: Range
    """Share of wrong answers that are less likely than the right one: own, and of re-initialised copies."""
    label: str
    """Harm; with a plant, beside the same weights without it."""
    reason: str
    alone: str
    """Harm with nothing to compare with but re-initialised copies."""
    use: dict[str, str]
    need: dict[str, str]

    @classmethod
    def read(cls, given: dict[str, Any]) -> Self:
        """As it was written by `asdict` and JSON."""
        roles = tuple(RoleFound(**{key: _plain(value) for key, value in role.items()}) for role in given["roles"])
        named = tuple(Named(**{key: _plain(value) for key, value in one.items()}) for one in given["named"])
        rest = {key: _plain(value) for key, value in given.items() if key not in ("roles", "named", "kinds")}
        return cls(**rest, kinds={kind: tuple(at) for kind, at in given["kinds"].items()}, roles=roles, named=named)

    def as_json(self) -> dict[str, Any]:
        """For `read`."""
        return asdict(self)


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def roles_of(kinds: Kinds) -> Iterator[RoleFound]:
    """Ranges, role by role; a pooling head is left out."""
    by_role: dict[str, list[Reading]] = {}
    for reading in kinds.readings:
        if reading.place.layer is not None:
            by_role.setdefault(reading.place.role, []).append(reading)
    return (RoleFound.of(role, readings) for role, readings in by_role.items())


def named(kinds: Kinds) -> Iterator[Named]:
    """Layers that show a kind of collapse."""
    for reading in kinds.readings:
        shown = tuple(kind for kind in reading.found if kind != "sink")
        if shown and reading.maps is not None:
            maps = reading.maps
            yield Named(
                reading.place.name,
                shown,
                maps.keys,
                float(maps.kl.mean()),
                float(maps.entropy.mean()),
                maps.narrow,
                reading.untrained or 0.0,
                maps.input_share,
                maps.between_heads / maps.raw if maps.raw else 0.0,
                tuple(float(keys) for keys in np.exp(maps.entropy)),
            )


def _range(values: Any) -> Range:
    found = list(values)
    return min(found), max(found)
