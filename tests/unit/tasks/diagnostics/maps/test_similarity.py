"""How alike tokens are behind a block, against the plain formulas."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from tasks.diagnostics.families.model import PADDING, TEXT, Pass, Place, Tokens
from tasks.diagnostics.maps.similarity import TokenSimilarity
from tasks.diagnostics.maps.site_maps import Similarity


class Block(nn.Module):
    def __init__(self, as_tuple: bool = False) -> None:
        super().__init__()
        self.attn = nn.Identity()
        self.as_tuple = as_tuple

    def forward(self, x: torch.Tensor) -> Any:
        return (x, None) if self.as_tuple else x


class Toy:
    def __init__(self, block: nn.Module) -> None:
        self.module = nn.ModuleDict({"layers": nn.ModuleList([block])})

    def place(self, _: str) -> Place:
        return Place("text", "text")


def similarity(tokens: torch.Tensor, kinds: torch.Tensor | None = None, as_tuple: bool = False) -> Similarity:
    toy = Toy(Block(as_tuple))
    found = TokenSimilarity(toy, ["layers.0.attn"])  # type: ignore[arg-type]
    for part in (slice(0, 2), slice(2, None)):
        of = {} if kinds is None else {"text": Tokens(kinds[part])}
        work = Pass(lambda part=part: toy.module["layers"][0](tokens[part]), len(tokens[part]), of)
        with found.of(work):
            work.run()
        with found.of(work) as watched:
            work.run()
        found.keep(watched)
    return found.by_site()["layers.0.attn"]


def directions(tokens: torch.Tensor) -> Any:
    whole = tokens.double().numpy()
    return whole / np.linalg.norm(whole, axis=-1, keepdims=True)


@pytest.mark.parametrize("as_tuple", [False, True])
def test_cosine_and_share_within_inputs_are_those_of_the_directions(as_tuple: bool) -> None:
    tokens = torch.randn(5, 7, 4, generator=torch.Generator().manual_seed(1)) + 0.5
    u = directions(tokens)
    cosines = [u[b] @ u[b].T for b in range(5)]
    mean = np.mean([(each.sum() - np.trace(each)) / (7 * 6) for each in cosines])
    within = sum(((u[b] - u[b].mean(axis=0)) ** 2).sum() for b in range(5))
    whole = ((u - u.mean(axis=(0, 1))) ** 2).sum()
    found = similarity(tokens, as_tuple=as_tuple)
    assert found.cosine == pytest.approx(mean, abs=1e-6)
    assert found.within == pytest.approx(within / whole, abs=1e-6)


def test_tokens_of_one_direction_have_nothing_within_whatever_their_lengths() -> None:
    one = torch.randn(5, 1, 4, generator=torch.Generator().manual_seed(2))
    found = similarity(one * torch.arange(1.0, 8.0)[None, :, None])
    assert found.cosine == pytest.approx(1)
    assert found.within == pytest.approx(0, abs=1e-6)


def test_a_component_that_all_tokens_share_raises_the_cosine_and_not_what_lies_within() -> None:
    tokens = torch.randn(50, 7, 4, generator=torch.Generator().manual_seed(3))
    shared = similarity(torch.cat([tokens, torch.full((50, 7, 1), 20.0)], dim=-1))
    assert shared.cosine > 0.95
    assert shared.within > 0.8


def test_padding_counts_in_neither() -> None:
    tokens = torch.randn(4, 7, 4, generator=torch.Generator().manual_seed(4))
    kinds = torch.full((4, 7), TEXT)
    kinds[:, 5:] = PADDING
    spoiled = tokens.clone()
    spoiled[:, 5:] = 100.0
    assert similarity(spoiled, kinds) == similarity(tokens[:, :5])
