"""The registry of vision-language models: their architecture, and whether their weights can be had. Pure.

Every entry was looked up in what it names as its source, on the day it names. What no source confirmed is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator

from store.registry.entry import DTYPES, UNKNOWN, Model, Release
from store.registry.fusions import FUSIONS
from store.registry.towers import TOWERS
from store.registry.writers import WRITERS

__all__ = ["DTYPES", "MODELS", "UNKNOWN", "Model", "Release", "models_in", "releases", "releases_of"]

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
