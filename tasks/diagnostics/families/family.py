"""A way to load models of one kind."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from store.errors import unknown
from store.models import ModelRef
from tasks.diagnostics.families.model import VisionLanguageModel

if TYPE_CHECKING:
    import torch

__all__ = ["Family", "unknown"]
"""What a family of one's own imports from here."""


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
