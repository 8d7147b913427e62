"""Tokens without a download: a stand-in for models that bring no tokenizer, and the end of a text."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

STAND_IN = "stand-in: words hashed into the vocabulary, as no tokenizer came with the weights"


@dataclass(frozen=True, slots=True)
class HashedWords:
    """Gives every word an id by its SHA-256: deterministic and offline, but not what a trained model has learned."""

    vocabulary: int
    length: int
    eos: int
    pad: int
    bos: int | None = None

    def __call__(self, captions: Sequence[str]) -> Tensor:
        """Ids of shape [captions, length]: bos, words, eos, then pads; long captions are cut before the eos."""
        import torch

        return torch.tensor([self._row(caption) for caption in captions])

    def _row(self, caption: str) -> list[int]:
        ids = [] if self.bos is None else [self.bos]
        ids += map(self._id, re.findall(r"\w+|[^\w\s]", caption.casefold()))
        del ids[self.length - 1 :]
        ids.append(self.eos)
        return ids + [self.pad] * (self.length - len(ids))

    def _id(self, word: str) -> int:
        drawn = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "big")
        while drawn % self.vocabulary in (self.bos, self.eos, self.pad):
            drawn += 1
        return drawn % self.vocabulary


def end_of_text(ids: Tensor, eos: int | None, pad: int | None) -> Tensor:
    """Position of the end of each text, [captions]: the first eos, else the last id that is no pad, else the last."""
    import torch

    last = ids.shape[1] - 1
    positions = torch.arange(ids.shape[1], device=ids.device)
    is_eos = ids == eos if eos is not None else torch.zeros_like(ids, dtype=torch.bool)
    is_text = ids != pad if pad is not None else torch.ones_like(ids, dtype=torch.bool)
    last_text = torch.where(is_text.any(dim=1), positions.where(is_text, -1).amax(dim=1), last)
    return torch.where(is_eos.any(dim=1), is_eos.int().argmax(dim=1), last_text)
