"""A way to load models of one kind, and the error for a word that is not among the known ones."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from store.errors import BadInput
from store.models import ModelRef
from tasks.diagnostics.families.model import VisionLanguageModel

if TYPE_CHECKING:
    import torch


class Family(Protocol):
    """Loads models of one kind. What is special about a kind of model is known here and in what it loads only."""

    packages: ClassVar[tuple[str, ...]]
    """Distributions whose versions decide what is computed."""

    def names(self) -> tuple[str, ...]:
        """Architectures that can be constructed, found without importing a model library."""

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """Raise BadInput for what is wrong with a model's name or path, without importing a model library."""

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> VisionLanguageModel:
        """Load a model in float32; relative paths start at `workspace`, and `seed` is that of random weights.

        Raises BadInput for an unknown name or unusable weights, and WeightsUnavailable where they cannot be had here.
        """


def unknown(what: str, word: str, known: Iterable[str]) -> BadInput:
    """The error for a word that is not among the known ones, with the closest of them."""
    candidates = list(known)
    folded = {name.casefold(): name for name in candidates}
    close = [folded[match] for match in difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.4)]
    hint = f"did you mean {' or '.join(close)}?" if close else _known(candidates)
    return BadInput(f"unknown {what} {word!r}; {hint}")


def _known(candidates: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    more = len(candidates) - _LISTED
    return f"known: {', '.join(candidates[:_LISTED])}{f' and {more} more' if more > 0 else ''}"


_LISTED = 20
