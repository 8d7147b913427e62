"""Maps over inputs, against the plain formulas on whole matrices of attention in float64."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from torch import nn
from torch.nn import functional

from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, TEXT, Pass, Place, Tokens
from tasks.diagnostics.maps.capture import MapCapture
from tasks.diagnostics.maps.places import MOST_ROWS
from tasks.diagnostics.maps.site_maps import Maps

Matrix = NDArray[np.float64]
GENERATOR = torch.Generator().manual_seed(0)
INPUTS, HEADS, TOKENS, WIDTH = 6, 3, 9, 8


class Attends(nn.Module):
    """Attends with the queries and keys that it is given."""

    def __init__(self) -> None:
        super().__init__()
        self.attn = nn.Identity()

    def forward(self, q: torch.Tensor, k: torch.Tensor, mask: torch.Tensor | None = None, causal: bool = False) -> Any:
        return functional.scaled_dot_product_attention(q, k, torch.ones_like(k), mask, is_causal=causal)


class Softly(nn.Module):
    """The same by a softmax of its own, as eager attention is."""

    def forward(self, q: torch.Tensor, k: torch.Tensor, mask: torch.Tensor | None = None, causal: bool = False) -> Any:
        scores = q @ k.mT / q.shape[-1] ** 0.5
        if mask is not None:
            scores = scores.masked_fill(~mask, -torch.inf)
        assert not causal
        return scores.softmax(dim=-1) @ torch.ones_like(k)


class Toy:
    """One site, between queries and keys of sequences that the test names."""

    coupled = False

    def __init__(self, module: nn.Module, place: Place | None = None) -> None:
        self.module = nn.ModuleDict({"attention": module})
        self._place = place or Place("vision")

    def place(self, _: str) -> Place:
        return self._place


def capture(
    toy: Toy, calls: list[tuple[Any, ...]], sequences: list[dict[str, Tokens]] | None = None, every: int = 1
) -> Maps:
    """The maps over all calls, each one pass; sinks are looked for in all of them."""
    found = MapCapture(toy, ["attention"])  # type: ignore[arg-type]
    passes = [
        Pass(lambda call=call: toy.module["attention"](*call), len(call[0]), of)
        for call, of in zip(calls, sequences or [{}] * len(calls), strict=True)
    ]
    for watch in (found.search, found.of):
        for work in passes:
            spoiled, watched = watch(work, every), watch(work, every)
            for each in (spoiled, watched):
                with AttentionTap(toy.module, each), each:
                    work.run()
            found.keep([watched])  # what was not kept, as memory ran out before it was through, counts nowhere
    return found.maps()


def drawn(*shape: int, sharp: float = 2.0) -> torch.Tensor:
    return sharp * torch.randn(*shape, generator=GENERATOR)


def plain(q: torch.Tensor, k: torch.Tensor, open_keys: torch.Tensor | None = None) -> Matrix:
    """[inputs, heads, rows, keys]."""
    scores = (q.double() @ k.double().mT) / q.shape[-1] ** 0.5
    if open_keys is not None:
        scores = scores.masked_fill(~open_keys, -torch.inf)
    return np.asarray(scores.softmax(-1).numpy())


def entropy(p: Matrix) -> Matrix:
    return np.asarray(-np.sum(np.where(p > 0, p * np.log(np.where(p > 0, p, 1.0)), 0.0), axis=-1))


@pytest.mark.parametrize("module", [Attends, Softly])
def test_the_distance_from_uniform_is_a_fixed_part_and_what_follows_the_input(module: Callable[[], nn.Module]) -> None:
    q, k = drawn(INPUTS, HEADS, TOKENS, WIDTH, sharp=0.7), drawn(INPUTS, HEADS, TOKENS, WIDTH, sharp=0.7)
    p = plain(q, k)
    found = capture(Toy(module()), [(q[:4], k[:4]), (q[4:], k[4:])]).sites["attention"]
    assert found.sink.max() == 0, "these maps have no key that all rows of all inputs prefer"
    assert found.inputs == INPUTS
    np.testing.assert_allclose(found.kl, np.log(TOKENS) - entropy(p).mean(axis=(0, 2)), atol=1e-6)
    np.testing.assert_allclose(found.fixed_part, np.log(TOKENS) - entropy(p.mean(axis=0)).mean(axis=1), atol=1e-6)
    information = entropy(p.mean(axis=0)).mean(axis=1) - entropy(p).mean(axis=(0, 2))
    np.testing.assert_allclose(found.input_part, information, atol=1e-6)
    np.testing.assert_allclose(found.fixed_part + found.input_part, found.kl, atol=1e-12)
    of_heads = (entropy(p.mean(axis=1)) - entropy(p).mean(axis=1)).mean()
    assert found.between_heads == found.between_rest == pytest.approx(of_heads, abs=1e-6)
    assert found.raw == pytest.approx(float(found.kl.mean()), abs=1e-6)


def test_what_is_captured_does_not_depend_on_how_inputs_come_in_batches() -> None:
    q, k = drawn(INPUTS, HEADS, TOKENS, WIDTH), drawn(INPUTS, HEADS, TOKENS, WIDTH)
    whole, parts = (
        capture(Toy(Attends()), [(q[part], k[part]) for part in of]).sites["attention"]
        for of in ([slice(0, 6)], [slice(0, 1), slice(1, 5), slice(5, 6)])
    )
    for name in ("entropy", "fixed_part", "reach", "sink"):
        np.testing.assert_allclose(getattr(whole, name), getattr(parts, name), atol=1e-6)
    assert whole.between_heads == pytest.approx(parts.between_heads, abs=1e-6)


def test_a_key_that_all_rows_prefer_in_all_inputs_is_a_sink_and_left_out() -> None:
    q, k = drawn(INPUTS, HEADS, 40, WIDTH, sharp=0.5), drawn(INPUTS, HEADS, 40, WIDTH, sharp=0.5)
    q[..., 0], k[:, 0, 7, 0] = 4.0, 6.0  # in the first head alone
    found = capture(Toy(Attends()), [(q, k)]).sites["attention"]
    p = plain(q, k)
    assert found.sink[0] == pytest.approx(p[:, 0, :, 7].mean(), abs=1e-5)
    assert found.sink[0] > 0.5
    assert found.sink[1:].max() == 0
    rest = np.delete(p[:, 0], 7, axis=-1)
    rest /= rest.sum(axis=-1, keepdims=True)
    assert found.entropy[0] == pytest.approx(entropy(rest).mean(), abs=1e-5)
    assert found.reach[0] == pytest.approx(np.log(39))
    assert found.reach[1] == pytest.approx(np.log(40))
    assert found.raw == pytest.approx(np.log(40) - entropy(p).mean(), abs=1e-5)


def test_a_key_that_each_input_prefers_for_itself_is_content_and_no_sink() -> None:
    q, k = drawn(INPUTS, HEADS, 40, WIDTH, sharp=0.5), drawn(INPUTS, HEADS, 40, WIDTH, sharp=0.5)
    q[..., 0] = 4.0
    for row in range(INPUTS):
        k[row, :, 5 * row, 0] = 6.0
    found = capture(Toy(Attends()), [(q, k)]).sites["attention"]
    assert found.sink.max() == 0
    np.testing.assert_allclose(found.input_part, np.log(INPUTS), atol=0.1)


@pytest.mark.parametrize("tokens", [4, 6, 9, 12])
def test_uniform_attention_under_causality_has_no_sink_though_the_first_key_gets_most(tokens: int) -> None:
    zeros = torch.zeros(INPUTS, HEADS, tokens, WIDTH)
    found = capture(Toy(Attends()), [(zeros, zeros, None, True)]).sites["attention"]
    assert found.sink.max() == 0
    np.testing.assert_allclose(found.kl, 0, atol=1e-6)
    assert found.keys == pytest.approx(np.mean(range(2, tokens + 1))), "the first row has one key, and says nothing"


def test_padding_counts_nowhere_and_sequences_of_all_lengths_are_laid_over_each_other() -> None:
    """Padding behind some, before others; inputs of one content give the same maps, which are then a fixed pattern."""
    q, k = drawn(1, HEADS, 6, WIDTH), drawn(1, HEADS, 6, WIDTH)
    calls, sequences = [], []
    for before, behind in ((0, 0), (0, 3), (2, 1), (4, 0)):
        padded_q, padded_k = (functional.pad(x, (0, 0, before, behind), value=9.0) for x in (q, k))
        kinds = functional.pad(torch.full((1, 6), TEXT), (before, behind), value=PADDING)
        open_keys = (kinds != PADDING)[:, None, None]
        calls.append((padded_q, padded_k, open_keys))
        sequences.append({"joint": Tokens(kinds)})
    toy = Toy(Softly(), Place("text", "joint", "joint"))
    found = capture(toy, calls, sequences).sites["attention"]
    p = plain(q, k)
    assert found.keys == pytest.approx(6) if found.sink.max() == 0 else found.keys < 6
    np.testing.assert_allclose(found.input_part, 0, atol=1e-6)
    assert found.raw == pytest.approx(np.log(6) - entropy(p).mean(), abs=1e-6)


def test_keys_of_another_sequence_are_not_moved_with_the_padding_of_the_queries() -> None:
    """A caption that is padded on the left looks at an image, whose keys all count."""
    q, k = drawn(2, HEADS, 6, WIDTH, sharp=0.7), drawn(2, HEADS, 9, WIDTH, sharp=0.7)
    kinds = torch.tensor([[PADDING, PADDING, TEXT, TEXT, TEXT, TEXT], [TEXT] * 6])
    toy = Toy(Attends(), Place("cross", "text"))
    found = capture(toy, [(q, k)], [{"text": Tokens(kinds)}]).sites["attention"]
    p = plain(q, k)
    rows = np.concatenate([entropy(p)[0][:, 2:], entropy(p)[1]], axis=1)
    assert found.keys == pytest.approx(9)
    assert found.raw == pytest.approx(np.log(9) - rows.mean(), abs=1e-6)


def test_where_masks_differ_by_input_uniform_attention_is_still_at_no_distance() -> None:
    zeros = torch.zeros(2, HEADS, 6, WIDTH)
    kinds = torch.tensor([[TEXT] * 6, [TEXT] * 4 + [PADDING] * 2])
    open_keys = (kinds != PADDING)[:, None, None]
    toy = Toy(Softly(), Place("text", "joint", "joint"))
    found = capture(toy, [(zeros, zeros, open_keys)], [{"joint": Tokens(kinds)}]).sites["attention"]
    for part in (found.kl, found.fixed_part, found.input_part):
        np.testing.assert_allclose(part, 0, atol=1e-6)


def test_of_several_captions_an_image_the_first_alone_is_looked_at() -> None:
    q, k = drawn(INPUTS, HEADS, TOKENS, WIDTH), drawn(INPUTS, HEADS, TOKENS, WIDTH)
    found = capture(Toy(Attends()), [(q, k)], every=3).sites["attention"]
    alone = capture(Toy(Attends()), [(q[::3], k[::3])]).sites["attention"]
    assert found.inputs == alone.inputs == 2
    np.testing.assert_allclose(found.entropy, alone.entropy, atol=1e-6)


def test_of_a_long_sequence_some_rows_are_looked_at_and_of_text_among_image_tokens_all() -> None:
    length = 4 * MOST_ROWS
    q, k = drawn(2, 1, length, WIDTH), drawn(2, 1, length, WIDTH)
    kinds = torch.full((2, length), IMAGE)
    kinds[:, -12:-2], kinds[:, -2:] = TEXT, SPECIAL
    found = capture(Toy(Attends(), Place("fusion", "joint", "joint")), [(q, k)], [{"joint": Tokens(kinds)}])
    p = plain(q, k)
    rows = [*np.linspace(0, length - 13, MOST_ROWS - 12).round().astype(int), *range(length - 12, length)]
    assert found.sites["attention"].raw == pytest.approx(np.log(length) - entropy(p[:, 0, rows]).mean(), abs=1e-5)


def test_what_cannot_be_laid_over_each_other_is_named() -> None:
    q = drawn(1, HEADS, 12, WIDTH)
    packed = {"joint": Tokens(lengths=torch.tensor([5, 7]))}
    found = capture(Toy(Attends(), Place("vision", "joint", "joint")), [(q, q)], [packed])
    assert found.sites == {}
    assert "packed" in found.unseen["attention"]
