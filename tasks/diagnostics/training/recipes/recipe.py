"""What a recipe for a small model has to say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.training.loop import TrainingPlan
    from tasks.diagnostics.zoo.card import Score


class Recipe(Protocol):
    """How one model of the zoo is built, trained, kept and scored. Its methods import the model libraries."""

    name: str
    family: str
    """Key of the family that loads the model."""
    architecture: str
    """The model in words."""
    checkpoint: str
    """Name of the file with the weights."""
    starts_from: str | None
    """Name of the model whose vision tower this one begins with."""
    plan: TrainingPlan

    def begin(self, folder: Path, parent: Path | None) -> Any:
        """A module to train; all files but the weights and the card are written to `folder`.

        Weights are drawn from the global generator, or taken from the folder `parent` of `starts_from`.
        """
        ...

    def losses(self, module: Any, plan: TrainingPlan, seed: int) -> Iterator[Tensor]:
        """The loss of one batch after the other, of scenes of the data seed `seed`."""
        ...

    def save(self, module: Any, folder: Path) -> None:
        """Write the weights in half precision."""
        ...

    def load(self, folder: Path) -> Any:
        """The module in a folder, in single precision, ready to be scored."""
        ...

    def scores(self, module: Any, seed: int, scenes: int) -> tuple[Score, ...]:
        """Scores on the first scenes of the data seed `seed`; `scenes` is a multiple of 100."""
        ...
