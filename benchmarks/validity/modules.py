"""Small models in plain PyTorch, whose attention can be built to collapse, of four architectures."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchmarks.validity.pictures import LENGTH, SIDE, WORDS

WIDTH, HEADS, LAYERS = 64, 4, 3
START = len(WORDS)
"""Id of the token before a caption."""

Mode = Literal["normal", "uniform", "static", "tied"]
Architecture = Literal["dual", "matcher", "writer", "captioner"]


@dataclass(frozen=True, slots=True)
class Build:
    """What a member is made of."""

    architecture: Architecture
    patch: int
    """Side of a patch: 8, 4 and 3 pixels make 17, 65 and 101 keys with the class token."""
    mode: Mode = "normal"
    """How the vision tower attends, and in a writer all of it."""
    skip: bool = True
    """Whether blocks of the vision tower have residual connections."""

    def as_text(self) -> dict[str, str]:
        """For the header of a file of weights."""
        return {name: str(value) for name, value in asdict(self).items()}

    @classmethod
    def read(cls, texts: dict[str, str]) -> Build:
        """What `as_text` wrote."""
        return cls(
            texts["architecture"],  # type: ignore[arg-type]
            int(texts["patch"]),
            texts["mode"],  # type: ignore[arg-type]
            texts["skip"] == "True",
        )


class Attention(nn.Module):
    """Multi-head attention: uniform, by place alone, or with the same map in all heads, if asked for."""

    def __init__(self, length: int, mode: Mode = "normal") -> None:
        super().__init__()
        self.mode = mode
        self.q, self.k, self.v, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.places = nn.Parameter(0.5 * torch.randn(2, length, WIDTH)) if mode == "static" else None

    def forward(self, x: Tensor, context: Tensor, causal: bool = False) -> Tensor:
        """[samples, rows, WIDTH] to the same, attending to [samples, keys, WIDTH]."""
        asked, shown = x, context
        if self.places is not None:
            asked, shown = (
                self.places[i][None, : y.shape[1]].expand(len(y), -1, -1) for i, y in ((0, x), (1, context))
            )
        q, k, v = (self._heads(layer(y)) for layer, y in ((self.q, asked), (self.k, shown), (self.v, context)))
        if self.mode == "uniform":
            q = q * 0
        if self.mode == "tied":
            q, k = q[:, :1].expand_as(q), k[:, :1].expand_as(k)
        read = functional.scaled_dot_product_attention(q, k, v, is_causal=causal)
        mixed: Tensor = self.out(read.transpose(1, 2).flatten(2))
        return mixed

    def _heads(self, x: Tensor) -> Tensor:
        return x.unflatten(2, (HEADS, -1)).transpose(1, 2)


class Block(nn.Module):
    """Attention within, then over another sequence if there is one, then a hidden layer."""

    def __init__(self, length: int, mode: Mode = "normal", skip: bool = True, crosses: bool = False) -> None:
        super().__init__()
        self.skip = skip
        self.attention = Attention(length, mode)
        self.cross = Attention(length) if crosses else None
        self.feed = nn.Sequential(nn.Linear(WIDTH, 2 * WIDTH), nn.GELU(), nn.Linear(2 * WIDTH, WIDTH))
        self.norms = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(3))

    def forward(self, x: Tensor, context: Tensor | None = None, causal: bool = False) -> Tensor:
        """[samples, length, WIDTH] to the same."""
        y = self.norms[0](x)
        x = self.skip * x + self.attention(y, y, causal)
        if self.cross is not None and context is not None:
            x = x + self.cross(self.norms[1](x), context)
        fed: Tensor = self.feed(self.norms[2](x))
        return self.skip * x + fed


class Member(nn.Module):
    """A vision tower, and what reads it: a text tower beside it, or one that attends to it, or one sequence of both.

    Matcher and captioner cross-attend, as encoder and decoder of BLIP; the writer is one causal sequence.
    """

    def __init__(self, build: Build) -> None:
        super().__init__()
        self.build = build
        patches = (SIDE // build.patch) ** 2
        joint = build.architecture == "writer"
        layers = LAYERS + (not build.skip)
        self.patches = nn.Conv2d(3, WIDTH, build.patch, build.patch)
        self.token = nn.Parameter(0.02 * torch.randn(1, 1, WIDTH))
        self.places = nn.Parameter(0.02 * torch.randn(1, patches + 1, WIDTH))
        self.words = nn.Embedding(len(WORDS) + 1, WIDTH)
        self.order = nn.Parameter(0.02 * torch.randn(1, LENGTH + 1, WIDTH))
        self.vision = nn.ModuleList(Block(patches + 1, build.mode, build.skip) for _ in range(0 if joint else layers))
        length = patches + LENGTH + 2 if joint else LENGTH + 1
        mode: Mode = build.mode if joint else "normal"
        crosses = build.architecture in ("matcher", "captioner")
        self.text = nn.ModuleList(Block(length, mode, crosses=crosses) for _ in range(LAYERS if joint else 2))
        self.norm = nn.ModuleList(nn.LayerNorm(WIDTH) for _ in range(2))
        outputs = {"dual": WIDTH // 2, "matcher": 2}.get(build.architecture, len(WORDS) + 1)
        self.heads = nn.ModuleList(nn.Linear(WIDTH, outputs, bias=False) for _ in range(2))
        self.scale = nn.Parameter(torch.tensor(2.0))

    def seen(self, pixels: Tensor) -> Tensor:
        """[images, keys, WIDTH]: patches behind the class token, through the vision tower if there is one."""
        x = self.patches(pixels).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(len(x), -1, -1), x], dim=1) + self.places
        for block in self.vision:
            x = block(x)
        return x

    def images(self, pixels: Tensor) -> Tensor:
        """Of a dual encoder: [images, width] of length 1."""
        return functional.normalize(self.heads[0](self.norm[0](self.seen(pixels)[:, 0])), dim=-1)

    def texts(self, ids: Tensor) -> Tensor:
        """Of a dual encoder: [texts, width] of length 1, read at the last token."""
        x = self._words(ids)
        for block in self.text:
            x = block(x, causal=True)
        return functional.normalize(self.heads[1](self.norm[1](x[:, -1])), dim=-1)

    def matches(self, pixels: Tensor, ids: Tensor) -> Tensor:
        """Of a matcher: [pairs, 2]."""
        seen, x = self.norm[0](self.seen(pixels)), self._words(ids)
        for block in self.text:
            x = block(x, seen)
        logits: Tensor = self.heads[0](self.norm[1](x[:, 0]))
        return logits

    def writes(self, pixels: Tensor, ids: Tensor) -> Tensor:
        """Of a writer or captioner: [pairs, LENGTH, words], for each token of the caption what comes there."""
        seen, x = self.seen(pixels), self._words(ids)
        before = 0
        if self.build.architecture == "writer":
            seen, x, before = None, torch.cat([seen, x], dim=1), seen.shape[1]
        else:
            seen = self.norm[0](seen)
        for block in self.text:
            x = block(x, seen, causal=True)
        logits: Tensor = self.heads[0](self.norm[1](x[:, before:-1]))
        return logits

    def _words(self, ids: Tensor) -> Tensor:
        start = torch.full((len(ids), 1), START, device=ids.device)
        found: Tensor = self.words(torch.cat([start, ids], dim=1)) + self.order
        return found


def ids_of(captions: list[str]) -> Tensor:
    """[captions, LENGTH], filled up with START; KeyError for a word that no caption has."""
    of: dict[str, Any] = {word: id for id, word in enumerate(WORDS)}
    rows = [[of[word] for word in caption.split()] for caption in captions]
    return torch.tensor([[*row, *[START] * (LENGTH - len(row))] for row in rows])
