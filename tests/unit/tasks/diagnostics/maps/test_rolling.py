"""What is left out of rollouts and of values, and why; and rollouts in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from store.models import Role
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.families.model import PADDING, TEXT, Pass, Place, Tokens
from tasks.diagnostics.maps import rolling, scores
from tasks.diagnostics.maps.capture import MapCapture
from tasks.diagnostics.maps.rollout import Rollout
from tasks.diagnostics.maps.site_maps import Maps
from tasks.diagnostics.maps.values import value_norms, weighed_entropy

INPUTS, HEADS, TOKENS, WIDTH = 4, 2, 6, 8


def drawn(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


class Fused(nn.Module):
    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Any:
        return functional.scaled_dot_product_attention(q, k, v)


class Eager(nn.Module):
    """With dropout between, which makes another tensor of the weights, and casts, as half precision does."""

    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Any:
        weights = functional.dropout((q @ k.mT / q.shape[-1] ** 0.5).softmax(dim=-1).clone(), 0.0)
        return torch.matmul(weights, v)


class Summed(nn.Module):
    def forward(self, q: Tensor, k: Tensor, v: Tensor) -> Any:
        return torch.einsum("bhqk,bhkd->bhqd", (q @ k.mT / q.shape[-1] ** 0.5).softmax(dim=-1), v)


class Toy:
    """Sites one after another, of the roles that the test names."""

    def __init__(self, module: Callable[[], nn.Module], roles: list[Role], sequence: str = "") -> None:
        self.module = nn.ModuleDict({f"layer{at}": module() for at in range(len(roles))})
        self._places = {f"layer{at}": Place(role, sequence) for at, role in enumerate(roles)}

    def place(self, site: str) -> Place:
        return self._places[site]


def capture(
    toy: Toy, given: list[tuple[Tensor, Tensor, Tensor]], of: dict[str, Tokens] | None = None, every: int = 1
) -> Maps:
    """One call a layer, all in one pass."""

    def run() -> None:
        for at, each in enumerate(given):
            toy.module[f"layer{at % len(toy.module)}"](*each)

    found = MapCapture(toy, list(toy.module))  # type: ignore[arg-type]
    work = Pass(run, INPUTS, of or {})
    for watch in (found.search, found.of):
        spoiled, watched = watch(work, every), watch(work, every)
        for each in (spoiled, watched):
            with AttentionTap(toy.module, each, each.values), each:  # type: ignore[arg-type]
                work.run()
        found.keep([watched])  # what was not kept counts nowhere
    return found.maps()


def call(tokens: int = TOKENS, keys: int | None = None, samples: int = INPUTS, seed: int = 0) -> tuple[Tensor, ...]:
    keys = keys or tokens
    shape = (samples, HEADS, keys, WIDTH)
    return drawn(samples, HEADS, tokens, WIDTH, seed=seed), drawn(*shape, seed=seed + 1), drawn(*shape, seed=seed + 2)


@pytest.mark.parametrize("module", [Fused, Eager])
def test_values_are_seen_in_fused_and_in_eager_attention(module: Callable[[], nn.Module]) -> None:
    given = [call(seed=9 * at) for at in range(2)]
    found = capture(Toy(module, ["vision", "vision"]), given)  # type: ignore[arg-type]
    for at, (q, k, v) in enumerate(given):
        times = (q @ k.mT / WIDTH**0.5).double().softmax(-1) * v.double().norm(dim=-1)[:, :, None]
        times = times / times.sum(-1, keepdim=True)
        expected = float(torch.special.entr(times).sum(-1).mean()) / math.log(TOKENS)
        assert found.sites[f"layer{at}"].value_entropy_norm == pytest.approx(expected, abs=1e-6)


def test_values_that_are_not_to_be_had_are_left_out_and_maps_stay() -> None:
    seen, unseen = (capture(Toy(each, ["vision"]), [call()]).sites["layer0"] for each in (Eager, Summed))  # type: ignore[list-item]
    assert unseen.value_entropy_norm is None
    assert unseen.entropy_norm == pytest.approx(seen.entropy_norm, abs=1e-9)


def test_keys_without_any_value_take_no_part_and_values_that_are_all_zero_tell_nothing() -> None:
    weights = torch.tensor([[0.7, 0.2, 0.1]])
    assert float(weighed_entropy(weights, torch.tensor([0.0, 3.0, 6.0]))) == pytest.approx(math.log(2), abs=1e-6)
    assert float(weighed_entropy(weights, torch.tensor([2.0, 0.0, 0.0]))) == 0
    assert math.isnan(float(weighed_entropy(weights, torch.zeros(3))))
    even, tiny = (float(weighed_entropy(weights, torch.full((3,), each))) for each in (5.0, 1e-30))
    assert even == pytest.approx(tiny) == pytest.approx(float(torch.special.entr(weights).sum()), abs=1e-6)


def test_heads_of_values_may_serve_several_of_queries_or_be_laid_out_otherwise() -> None:
    values = drawn(2, 2, 5, 3)
    found = value_norms(values, 2, 6, 5, "site")
    assert found is not None and found.shape == (2, 1, 6, 5)
    assert torch.equal(found[:, 0, 3], values.norm(dim=-1)[:, 1])
    assert value_norms(values, 2, 6, 3, "site") is None and value_norms(values, 2, 3, 5, "site") is None


def test_uniform_layers_are_rolled_out_in_closed_form() -> None:
    rollout = Rollout()
    for layer in range(1, 5):
        rollout.add(torch.full((1, 8, 8), 1 / 8), torch.ones(1, 8, 8, dtype=torch.bool))
        own = 0.5**layer + (1 - 0.5**layer) / 8
        p = np.array([own, *[(1 - own) / 7] * 7])
        assert float(rollout.entropy_norm(None)) == pytest.approx(-(p * np.log(p)).sum() / math.log(8), abs=1e-6)


def test_a_row_reaches_further_with_every_layer_where_it_attends_nearby() -> None:
    """Each token attends to itself and to the one before, so that two layers reach three and so on."""
    near = torch.tril(torch.ones(6, 6)) - torch.tril(torch.ones(6, 6), -2)
    rollout, readout = Rollout(), Tokens(None, torch.tensor([5]))
    for layer in range(1, 8):
        rollout.add((near / near.sum(-1, keepdim=True))[None], near.bool()[None])
        assert rollout.attention is not None
        p = rollout.attention[0, 5]
        assert int((p > 0).sum()) == min(6, layer + 1)
        expected = float(torch.special.entr(p).sum()) / math.log(min(6, layer + 1))
        assert float(rollout.entropy_norm(readout)) == pytest.approx(expected, abs=1e-6)


def test_rows_without_keys_and_padding_do_not_count() -> None:
    attention, free = torch.full((1, 3, 3), 0.5), torch.ones(1, 3, 3, dtype=torch.bool)
    attention[:, :, 2], free[:, :, 2] = 0, False
    attention[:, 2], free[:, 2] = 0, False
    kinds = torch.tensor([[TEXT, TEXT, PADDING]])
    rollout = Rollout()
    rollout.add(attention, free)
    assert rollout.attention is not None
    assert torch.allclose(rollout.attention.sum(-1), torch.ones(3)) and rollout.attention[0, 2, 2] == 1
    of_two = -(0.75 * math.log(0.75) + 0.25 * math.log(0.25)) / math.log(2)
    assert float(rollout.entropy_norm(Tokens(kinds))) == pytest.approx(of_two, abs=1e-6)
    assert math.isnan(float(rollout.entropy_norm(Tokens(kinds, torch.tensor([2])))))


@pytest.mark.parametrize(
    ("roles", "calls", "of", "why"),
    [
        (["vision", "vision"], [call(), call(7)], {}, "different lengths"),
        (["vision"], [call(samples=2 * INPUTS)], {}, "different lengths, or parts"),
        (["text"], [call(), call()], {}, "several times"),
        (["fusion"], [call(5, 6)], {}, "more than its own sequence"),
        (["vision"], [call(9)], {}, "9 tokens, more than the 8"),
        (["text"], [call()], {"s": Tokens(lengths=torch.tensor([2] * INPUTS))}, "packed"),
    ],
)
def test_what_cannot_be_rolled_out_is_told(
    monkeypatch: pytest.MonkeyPatch, roles: list[Role], calls: list[Any], of: dict[str, Tokens], why: str
) -> None:
    monkeypatch.setattr(rolling, "MOST_TOKENS", 8)
    found = capture(Toy(Fused, roles, "s" if of else ""), calls, of)
    assert why in found.unrolled[roles[0]] and not found.rollout


def test_attention_to_another_sequence_is_no_part_of_any_rollout() -> None:
    found = capture(Toy(Fused, ["text", "cross", "text", "pooling"]), [call(seed=at) for at in range(4)])  # type: ignore[misc]
    assert list(found.rollout) == ["layer0", "layer2"] and not found.unrolled
    alone = capture(Toy(Fused, ["text", "text"]), [call(seed=0), call(seed=2)])  # type: ignore[list-item]
    np.testing.assert_array_equal(found.rollout["layer2"], alone.rollout["layer1"])


def test_samples_are_picked_and_taken_few_at_a_time_with_the_values_and_tokens_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given, readout = [call(seed=9), call(seed=12)], Tokens(None, torch.tensor([0, 3, 1, 5]))
    whole = capture(Toy(Fused, ["vision", "vision"], "s"), given, {"s": readout})  # type: ignore[list-item,arg-type]
    for most in (scores.MOST, 1):
        monkeypatch.setattr(scores, "MOST", most)
        some = capture(Toy(Fused, ["vision", "vision"], "s"), given, {"s": readout}, 3)  # type: ignore[list-item,arg-type]
        alone = [tuple(x[[0, 3]] for x in each) for each in given]
        for at, (q, k, v) in enumerate(alone):
            times = (q @ k.mT / WIDTH**0.5).double().softmax(-1) * v.double().norm(dim=-1)[:, :, None]
            expected = float(torch.special.entr(times / times.sum(-1, keepdim=True)).sum(-1).mean()) / math.log(TOKENS)
            assert some.sites[f"layer{at}"].value_entropy_norm == pytest.approx(expected, abs=1e-6)
            np.testing.assert_allclose(some.rollout[f"layer{at}"], whole.rollout[f"layer{at}"][[0, 3]], atol=1e-6)


def test_values_move_with_their_keys_where_padding_comes_first() -> None:
    q, k, v = call(seed=20)
    lead = [0, 2, 1, 0]
    kinds = torch.tensor([[PADDING] * n + [TEXT] * (TOKENS - n) for n in lead])
    found = capture(Toy(Fused, ["text"], "s"), [(q, k, v)], {"s": Tokens(kinds)}).sites["layer0"]
    rows: dict[int, list[float]] = {}
    for sample, n in enumerate(lead):
        weights = (q[sample, :, n:] @ k[sample, :, n:].mT / WIDTH**0.5).double().softmax(-1)
        times = weights * v[sample, :, n:].double().norm(dim=-1)[:, None]
        entropies = torch.special.entr(times / times.sum(-1, keepdim=True)).sum(-1).mean(dim=0) / math.log(TOKENS - n)
        for place, value in enumerate(entropies.tolist()):
            rows.setdefault(place, []).append(value)
    shared = np.concatenate([values for values in rows.values() if len(values) >= INPUTS / 2])
    assert found.value_entropy_norm == pytest.approx(float(shared.mean()), abs=1e-6)


def test_what_a_row_reaches_is_worked_out_anew_where_layers_have_other_masks() -> None:
    full, near = torch.tril(torch.ones(5, 5)), torch.eye(5) + torch.diag(torch.ones(4), -1)
    rollout, readout, reach = Rollout(), Tokens(None, torch.tensor([4])), np.eye(5)
    for mask in (near, near, torch.eye(5), torch.eye(5), torch.eye(5), near, full):
        rollout.add((mask / mask.sum(-1, keepdim=True))[None], mask.bool()[None])
        reach = mask.numpy() @ reach
        assert rollout.attention is not None
        expected = float(torch.special.entr(rollout.attention[0, 4].double()).sum()) / math.log((reach[4] > 0).sum())
        assert float(rollout.entropy_norm(readout)) == pytest.approx(expected, abs=1e-6)
