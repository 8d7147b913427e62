"""The registry of vision-language models: their architecture, and whether their weights can be had. Pure.

Every entry was looked up in what it names as its source, on the day it names. What no source confirmed is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from store.registry.entry import DTYPES, HORIZON_DAYS, UNKNOWN, Model, Release
from store.registry.fusions import FUSIONS
from store.registry.towers import TOWERS
from store.registry.writers import WRITERS

__all__ = [
    "DTYPES",
    "HORIZON_DAYS",
    "MODELS",
    "UNKNOWN",
    "Found",
    "Model",
    "Release",
    "find",
    "models_in",
    "releases",
    "releases_of",
]

MODELS = (*TOWERS, *FUSIONS, *WRITERS)
"""What attends to what, by the paper of each family."""


def models_in(text: str) -> list[tuple[Model, int]]:
    """The families that a text names, each with the position of its first mention, in order."""
    named = ((model, found.start()) for model in MODELS if (found := model.pattern.search(text)))
    return sorted(named, key=lambda pair: pair[1])


def releases() -> Iterator[tuple[Model, Release]]:
    """Every release beside its family, in the order of the registry."""
    return ((model, release) for model in MODELS for release in model.releases)


def releases_of(family: str) -> tuple[tuple[Model, Release], ...]:
    """The releases that a family of `tasks.diagnostics.families` loads, by its key; none for one of one's own."""
    return tuple((model, release) for model, release in releases() if family in release.families)


@dataclass(frozen=True, slots=True)
class Found:
    """The releases that a model is, or is like, in the order of the registry; none where it has no entry."""

    releases: tuple[Release, ...]
    same: bool
    """Whether they are the very weights; otherwise they share name, architecture or family with the model."""


def find(family: str, name: str, weights: str, id: str) -> Found:
    """The release whose address the weights name; else those that are called so; else those of the family.

    What is called so may be a release that nobody can have, beside one of the same architecture that anybody can.
    """
    every = tuple(release for _, release in releases())
    there = tuple(release for release in every if release.hub_id == weights.casefold())
    if there:
        return Found(there, same=True)
    related = tuple(release for _, release in releases_of(family))
    names = {each.casefold() for each in (id, name, "" if related else family.rpartition(".")[2])}
    called = (each for each in every if each.name.casefold() in names or each.variant == f"{family}:{name}")
    return Found(tuple(called) or related, same=False)
