"""What the models of this benchmark share: texts that are read without an image, and passes over them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import Any

import torch
from PIL.Image import Image
from torch import Tensor

from tasks.diagnostics.families.model import (
    PADDING,
    SPECIAL,
    TEXT,
    Answer,
    Output,
    Pass,
    Place,
    Provenance,
    Tokens,
    VisionLanguageModel,
)
from tasks.diagnostics.families.weights import seeded


class Loaded(VisionLanguageModel):
    """A module with trained weights, and how the same one is made with random ones."""

    def __init__(self, module: Any, make: Callable[[], Any], device: torch.device, provenance: Provenance) -> None:
        self.module, self.device, self.provenance = module.eval().to(device), device, provenance
        self.fresh = lambda seed: _drawn(make, seed)

    def output(self, images: Sequence[Image], captions: Sequence[str]) -> Output | None:
        """As `ask` prepares it."""
        return self.ask(images, captions)()


def _drawn(make: Callable[[], Any], seed: int) -> Any:
    with seeded(seed):
        return make()


class Reader(Loaded):
    """A model of texts alone: the image of a pair is not looked at. Its one sequence is `text`."""

    @abstractmethod
    def tokens(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Ids and kinds of tokens, both [captions, length], integers."""

    @abstractmethod
    def read(self, ids: Tensor, kinds: Tensor) -> Tensor:
        """What the model makes of tokens."""

    def passes(self, images: Sequence[Image], captions: Sequence[Sequence[str]]) -> tuple[Pass, ...]:
        """One pass over all captions."""
        del images
        ids, kinds = self.tokens([text for of_image in captions for text in of_image])
        return (Pass(lambda: self.read(ids, kinds), len(ids), {"text": Tokens(kinds)}, {"ids": ids, "kinds": kinds}),)

    def place(self, site: str) -> Place:
        """All sites are one stack."""
        del site
        return Place("text", "text", "text")


def padded(rows: Sequence[Sequence[int]], device: torch.device, pad: int = 0) -> tuple[Tensor, Tensor]:
    """Ids and kinds, [rows, length], of rows whose first and last token is special, padded on the right."""
    ids = torch.full((len(rows), max(map(len, rows))), pad)
    kinds = torch.full_like(ids, PADDING)
    for at, row in enumerate(rows):
        ids[at, : len(row)] = torch.tensor(row)
        kinds[at, : len(row)] = TEXT
        kinds[at, [0, len(row) - 1]] = SPECIAL
    return ids.to(device), kinds.to(device)


def beside(one: Callable[[], Tensor], other: Callable[[], Tensor], temperature: float) -> Answer:
    """Which of the second halves is that of each first half, by cosine: embeddings [pairs, width] of both."""
    from torch.nn.functional import normalize

    def answer(_: str | None = None, /) -> Output:
        logits = temperature * normalize(one(), dim=-1) @ normalize(other(), dim=-1).T
        labels = torch.arange(len(logits), device=logits.device)
        return Output(logits[:, None], torch.ones_like(labels, dtype=torch.bool)[:, None], labels[:, None])

    return answer
