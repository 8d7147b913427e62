"""What only a model's family knows: how to load it, to prepare a pair, and to name the place of an attention site."""

from __future__ import annotations

import difflib
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal, Protocol

from store.errors import BadInput
from store.specs import ModelRef

if TYPE_CHECKING:
    import torch
    from PIL.Image import Image
    from torch import Tensor, nn

TowerName = Literal["vision", "text"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a model an attention site is."""

    tower: TowerName
    pooling: bool = False
    """It reads a finished tower out, and is no layer of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """Tokenised captions."""

    ids: Tensor
    """[captions, length], integers."""
    attended: Tensor | None
    """[captions, length], the attention mask that the model is given, if it takes one."""
    eot: Tensor
    """[captions], position of the end-of-text token, the last token that counts."""
    appended: int = 0
    """Rows that the tower puts behind the tokens, such as a class token; they count."""

    @property
    def rows(self) -> Tensor:
        """[captions, length + appended], boolean: the rows that count."""
        import torch

        length = self.ids.shape[1]
        positions = torch.arange(length + self.appended, device=self.ids.device)
        return (positions <= self.eot[:, None]) | (positions >= length)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a loaded model comes from, in words fit for a report."""

    weights: str
    architecture: str
    tokenizer: str


class DualEncoder(ABC):
    """A loaded model with one tower for images and one for texts, in eval mode, in float32, on its device."""

    module: nn.Module
    device: torch.device
    provenance: Provenance
    class_row: int | None
    """Row of the class token in the vision tower; None where it has none."""

    @abstractmethod
    def pixels(self, images: Sequence[Image]) -> Tensor:
        """Preprocessed images on the device, [images, 3, height, width]."""

    @abstractmethod
    def texts(self, captions: Sequence[str]) -> Texts:
        """Tokenised captions on the device."""

    @abstractmethod
    def encode_images(self, pixels: Tensor) -> Tensor:
        """Image embeddings, [images, width]."""

    @abstractmethod
    def encode_texts(self, texts: Texts) -> Tensor:
        """Text embeddings, [captions, width]."""

    @abstractmethod
    def place(self, site: str) -> Place:
        """The place of an attention site, by the dotted name of its module."""


class Family(Protocol):
    """A way to load models of one kind."""

    packages: ClassVar[tuple[str, ...]]
    """Distributions whose versions decide what is computed."""

    def names(self) -> tuple[str, ...]:
        """Architectures that can be constructed, found without importing a model library."""

    def check(self, ref: ModelRef, workspace: Path) -> None:
        """Raise BadInput for what is wrong with a model's name or path, without importing a model library."""

    def load(self, ref: ModelRef, workspace: Path, seed: int, device: torch.device) -> DualEncoder:
        """Load a model; relative paths start at `workspace`, and `seed` is that of random weights.

        Raises BadInput for an unknown name or unusable weights, and WeightsUnavailable where they cannot be had here.
        """


def unknown(what: str, word: str, known: Iterable[str]) -> BadInput:
    """The error for a word that is not among the known ones, with the closest of them."""
    candidates = list(known)
    folded = {name.casefold(): name for name in candidates}
    close = [folded[match] for match in difflib.get_close_matches(word.casefold(), folded, n=3, cutoff=0.4)]
    hint = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(candidates[:20])}"
    return BadInput(f"unknown {what} {word!r}; {hint}")
