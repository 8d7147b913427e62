"""Which keys a mask or a bias blocks, however a model adds it to its scores."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from tasks.diagnostics.attention.blocking import HOPELESS, blocked
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.entropy import Groups, measure
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.intervention.steering import Change, Steering

INF = math.inf


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def open_keys(*bias: float) -> list[bool]:
    return (~blocked(torch.tensor(bias))).tolist()


def test_a_bias_blocks_far_below_the_best_of_its_row_or_at_ten_thousand() -> None:
    assert open_keys(0.0, -100.0, -60.0, -INF) == [True, False, True, False]
    assert open_keys(3.0, -66.5, -65.5) == [True, False, True], "it is the distance that counts"
    assert open_keys(-100.0, -101.0) == [True, True], "a constant blocks nothing"
    assert open_keys(-1e4, -1e4) == [False, False]
    assert open_keys(*[torch.finfo(torch.float32).min] * 2) == [False, False]
    assert open_keys(math.nan, -100.0, -INF) == [True, True, False], "what is not a number is found out elsewhere"


def test_keys_that_a_row_does_not_see_have_no_say_in_what_is_far_below() -> None:
    """A bias that grows with the key's position, as ALiBi may be written, beside causality."""
    bias = 10.0 * torch.arange(20.0)[None, None, None]
    call = Projected("site", torch.zeros(1, 1, 20, 4), torch.zeros(1, 1, 20, 4), bias, True, 1.0)
    near = 1 + math.floor(HOPELESS / 10)
    assert measure(call, 1).attendable.flatten().tolist() == [min(row + 1, near) for row in range(20)]
    unseen = torch.ones(20, 20, dtype=torch.bool).triu(1)
    scores = bias.expand(1, 1, 20, 20).masked_fill(unseen, -INF)
    assert torch.equal(measure(Scored("site", scores, None, bias), 1).attendable, measure(call, 1).attendable)


def test_a_steep_alibi_leaves_a_window_and_a_flat_one_all() -> None:
    distance = torch.arange(300)[:, None] - torch.arange(300)
    slopes = torch.tensor([0.5, 2**-8])[:, None, None]
    alibi = (-slopes * distance).masked_fill(distance < 0, -INF)
    call = Projected("site", torch.zeros(1, 2, 300, 4), torch.zeros(1, 2, 300, 4), alibi, False, 1.0)
    last = measure(call, 1).attendable[0, :, -1]
    assert last.tolist() == [1 + math.floor(HOPELESS / 0.5), 300]


WINDOW = 16
SHIFTED = torch.where((torch.arange(WINDOW) < 6)[:, None] == (torch.arange(WINDOW) < 6), 0.0, -100.0)
"""The mask of a shifted window of two parts, as Swin adds it."""
PREFERRED = random(3, WINDOW, WINDOW, seed=7)
"""A bias for each of three heads."""


def product(q: Tensor, k: Tensor) -> Tensor:
    return q @ k.mT / 2


WAYS: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
    "fused": lambda q, k: functional.scaled_dot_product_attention(q, k, k, PREFERRED + SHIFTED),
    "sums": lambda q, k: (product(q, k) + PREFERRED + SHIFTED).softmax(-1) @ k,
    "one sum, of full size": lambda q, k: (
        functional.softmax(product(q, k) + (PREFERRED + SHIFTED).expand(2, -1, -1, -1).clone(), dim=-1) @ k
    ),
    "in place": lambda q, k: product(q, k).add_(PREFERRED).add_(SHIFTED).softmax(-1) @ k,
    "views between": lambda q, k: (
        ((product(q, k) + PREFERRED).view(1, 2, 3, WINDOW, WINDOW) + SHIFTED[None, None, None])
        .view(2, 3, WINDOW, WINDOW)
        .softmax(-1)
        @ k
    ),
    "float32 between": lambda q, k: ((product(q, k) + PREFERRED + SHIFTED).double().softmax(-1)).to(q.dtype) @ k,
    "a difference": lambda q, k: (product(q, k) + PREFERRED - -SHIFTED).softmax(-1) @ k,
    "by keywords": lambda q, k: (
        torch.add(input=torch.matmul(input=q / 2, other=k.mT), other=PREFERRED + SHIFTED).softmax(-1) @ k
    ),
    "on the left": lambda q, k: (SHIFTED + (PREFERRED + torch.einsum("bhid,bhjd->bhij", q, k) / 2)).softmax(-1) @ k,
    "baddbmm": lambda q, k: (
        torch.baddbmm((PREFERRED + SHIFTED).repeat(2, 1, 1), q.flatten(0, 1) / 2, k.flatten(0, 1).mT)
        .view(2, 3, WINDOW, WINDOW)
        .softmax(-1)
        @ k
    ),
}


class Attention(nn.Module):
    """Attention of two windows, by one of `WAYS`."""

    def __init__(self, way: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.way = way

    def forward(self, q: Tensor, k: Tensor) -> Tensor:
        return self.way(q, k)


def windows(sharper: float = 1.0) -> tuple[Tensor, Tensor]:
    return sharper * random(2, 3, WINDOW, 4), random(2, 3, WINDOW, 4, seed=1)


def seen(model: nn.Module, *given: Tensor, changes: Any = None) -> AttentionCall:
    calls: list[AttentionCall] = []
    with torch.inference_mode(), AttentionTap(model, calls.append), Steering(model, changes or {}):
        model(*given)
    (call,) = calls
    return call


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
@pytest.mark.parametrize("sharper", [1.0, 300.0])
def test_a_shifted_window_may_attend_within_its_parts_however_its_mask_is_added(
    way: Callable[[Tensor, Tensor], Tensor], sharper: float
) -> None:
    q, k = windows(sharper)
    rows = measure(seen(nn.Sequential(Attention(way))[0], q, k), 2)
    assert rows.attendable[0, 0].tolist() == [6] * 6 + [10] * 10
    exact = product(q.double(), k.double()) + PREFERRED.double() + SHIFTED.double().masked_fill(SHIFTED < 0, -INF)
    entropy = torch.special.entr(exact.softmax(-1)).sum(-1)
    torch.testing.assert_close(rows.entropy.double(), entropy, atol=2e-4, rtol=0)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_groups_are_counted_within_the_parts_too(way: Callable[[Tensor, Tensor], Tensor]) -> None:
    labels = Groups((torch.arange(WINDOW) % 2).expand(2, -1), 2)
    parts = measure(seen(Attention(way), *windows()), 2, labels).parts
    assert parts is not None
    assert parts.attendable[0, 0, 0].tolist() == [3, 3]
    assert parts.attendable[0, 0, -1].tolist() == [5, 5]


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_uniform_attention_is_that_over_the_keys_that_are_not_blocked_whatever_is_preferred(
    way: Callable[[Tensor, Tensor], Tensor],
) -> None:
    q, k = windows()
    model = Attention(way)
    uniform = {"": (Change(sharpness=0.0),)}
    rows = measure(seen(model, q, k, changes=uniform), 2)
    assert rows.attendable[0, 0].tolist() == [6] * 6 + [10] * 10
    torch.testing.assert_close(rows.entropy, rows.attendable.double().log().to(rows.entropy).expand(2, 3, -1))
    with Steering(model, uniform):
        out = model(q, k)
    means = torch.cat(
        [
            k[:, :, :6].mean(2, keepdim=True).expand(-1, -1, 6, -1),
            k[:, :, 6:].mean(2, keepdim=True).expand(-1, -1, 10, -1),
        ],
        2,
    )
    torch.testing.assert_close(out, means)


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_one_head_is_made_uniform_and_keeps_to_its_part_while_the_others_keep_their_bias(
    way: Callable[[Tensor, Tensor], Tensor],
) -> None:
    q, k = windows()
    model = Attention(way)
    plain = model(q, k)
    with Steering(model, {"": (Change((1,), sharpness=0.0),)}):
        out = model(q, k)
    torch.testing.assert_close(out[:, [0, 2]], plain[:, [0, 2]], atol=1e-5, rtol=0)
    torch.testing.assert_close(out[:, 1, :6], k[:, 1, :6].mean(1, keepdim=True).expand(-1, 6, -1))


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_sharpened_scores_carry_their_bias_and_cannot_outweigh_a_mask(way: Callable[[Tensor, Tensor], Tensor]) -> None:
    q, k = windows()
    model = Attention(way)
    with Steering(model, {"": (Change(sharpness=300.0),)}):
        out = model(q, k)
    sharp = 300 * (product(q, k) + PREFERRED)
    torch.testing.assert_close(out, sharp.masked_fill(SHIFTED < 0, -INF).softmax(-1) @ k, atol=1e-4, rtol=0)


def test_another_product_is_no_bias_and_nothing_is_claimed_of_one_that_was_scaled() -> None:
    q, k = windows()

    def call(way: Callable[[Tensor, Tensor], Tensor]) -> Scored:
        found = seen(Attention(way), q, k)
        assert isinstance(found, Scored)
        return found

    assert call(lambda q, k: (q @ k.mT + q @ q.mT).softmax(-1)).bias is None
    assert call(lambda q, k: ((q @ k.mT + SHIFTED) / 2).softmax(-1)).bias is None
    assert torch.equal(call(lambda q, k: (q @ k.mT + SHIFTED).softmax(-1)).bias, SHIFTED)  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:Support for mismatched key_padding_mask")
@pytest.mark.parametrize("form", ["two dimensions", "for each head", "padding", "padding, boolean mask"])
@pytest.mark.parametrize("weights", [False, True])
@pytest.mark.parametrize("heads", [None, (1,)])
def test_multi_head_attention_is_uniform_under_finite_biases(
    form: str, weights: bool, heads: tuple[int, ...] | None
) -> None:
    torch.manual_seed(0)
    model = nn.MultiheadAttention(12, 3, batch_first=True).eval()
    x = random(2, WINDOW, 12)
    bias = {
        "two dimensions": {"attn_mask": PREFERRED[0] + SHIFTED},
        "for each head": {"attn_mask": (PREFERRED + SHIFTED).repeat(2, 1, 1)},
        "padding": {"attn_mask": SHIFTED, "key_padding_mask": random(2, WINDOW, seed=5)},
        "padding, boolean mask": {"attn_mask": SHIFTED < 0, "key_padding_mask": random(2, WINDOW, seed=5)},
    }[form]
    with torch.inference_mode():
        changes = {"": (Change(heads, sharpness=0.0),)}
        calls: list[AttentionCall] = []
        with AttentionTap(model, calls.append), Steering(model, changes):
            model(x, x, x, need_weights=weights, **bias)
        rows, before = measure(calls[0], 2), measure(seen_mha(model, x, weights, bias), 2)
    assert rows.attendable[0, 0].tolist() == [6] * 6 + [10] * 10
    most = rows.attendable.double().log().to(rows.entropy).expand(2, 3, -1)
    changed = [0, 1, 2] if heads is None else [1]
    torch.testing.assert_close(rows.entropy[:, changed], most[:, changed])
    if heads is not None:
        torch.testing.assert_close(rows.entropy[:, [0, 2]], before.entropy[:, [0, 2]], atol=1e-5, rtol=0)


def seen_mha(model: nn.Module, x: Tensor, weights: bool, bias: Any) -> AttentionCall:
    calls: list[AttentionCall] = []
    with AttentionTap(model, calls.append):
        model(x, x, x, need_weights=weights, **bias)
    return calls[0]
