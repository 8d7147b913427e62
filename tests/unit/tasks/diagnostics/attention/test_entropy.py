"""Entropy of attention rows: what it is, what blocks a key, and what is refused."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from store.errors import GonogoError
from tasks.diagnostics.attention import blocks, scored
from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.entropy import Groups, measure

INF = math.inf


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def row(*scores: float) -> Scored:
    return Scored("site", torch.tensor(scores, dtype=torch.float64)[None, None, None])


def test_uniform_attention_has_the_entropy_of_its_keys_and_certain_attention_none() -> None:
    found = measure(Scored("site", torch.tensor([[[[0.0, 0.0, 0.0, 0.0], [1e4, 0.0, 0.0, 0.0]]]])), 1).entropy
    assert found.flatten().tolist() == pytest.approx([math.log(4), 0.0], abs=1e-6)


def test_entropy_agrees_with_the_definition_term_by_term() -> None:
    p = [0.5, 0.25, 0.125, 0.125]
    found = measure(row(*(math.log(x) for x in p)), 1)
    assert found.entropy.item() == pytest.approx(-sum(x * math.log(x) for x in p))


@settings(max_examples=50)
@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=12), st.floats(-30, 30, width=32))
def test_entropy_lies_between_zero_and_ln_keys_and_ignores_a_shift(scores: list[float], shift: float) -> None:
    found = measure(row(*scores), 1).entropy.item()
    assert -1e-9 <= found <= math.log(len(scores)) + 1e-9
    assert measure(row(*(x + shift for x in scores)), 1).entropy.item() == pytest.approx(found, abs=1e-9)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(-40, 40, width=32), st.integers(0, 2)), min_size=1, max_size=16), st.booleans())
def test_entropy_is_that_of_the_masses_and_the_mean_of_those_within(
    keys: list[tuple[float, int]], projected: bool
) -> None:
    scores, labels = torch.tensor([x for x, _ in keys], dtype=torch.float64), torch.tensor([[g for _, g in keys]])
    call: Projected | Scored = Scored("site", scores[None, None, None])
    if projected:
        call = Projected("site", torch.ones(1, 1, 1, 1).double(), scores[None, None, :, None], None, False, 1.0)
    rows = measure(call, 1, Groups(labels, 3))
    assert rows.parts is not None
    mass, within, attendable = (part.flatten() for part in rows.parts)
    assert mass.sum().item() == pytest.approx(1.0)
    whole = torch.special.entr(mass).sum() + (mass * within).sum()
    assert whole.item() == pytest.approx(rows.entropy.item(), abs=1e-9)
    assert attendable.tolist() == [labels.flatten().tolist().count(group) for group in range(3)]


@pytest.mark.parametrize("blocked", [-INF, torch.finfo(torch.float32).min, -1e4, torch.finfo(torch.float16).min])
@pytest.mark.parametrize("where", ["scores", "mask"])
def test_every_usual_way_of_blocking_a_key_makes_it_unattendable(blocked: float, where: str) -> None:
    added = torch.zeros(1, 1, 1, 3)
    added[..., 2] = blocked
    call: Projected | Scored = Scored("site", added)
    if where == "mask":
        call = Projected("site", torch.zeros(1, 1, 1, 4), torch.zeros(1, 1, 3, 4), added, False, 1.0)
    rows = measure(call, 1)
    assert rows.attendable.item() == 2
    assert rows.entropy.item() == pytest.approx(math.log(2))


def test_a_finite_bias_changes_the_weights_but_blocks_nothing() -> None:
    call = Projected("site", torch.zeros(1, 1, 1, 4), torch.zeros(1, 1, 2, 4), torch.tensor([[0.0, -3.0]]), False, 0.5)
    rows = measure(call, 1)
    assert rows.attendable.item() == 2
    assert 0 < rows.entropy.item() < math.log(2)


@pytest.mark.parametrize("kind", ["projected", "scored", "scored with probabilities"])
def test_a_row_without_an_attendable_key_has_neither_entropy_nor_mass(kind: str) -> None:
    mask = torch.zeros(1, 1, 2, 4)
    mask[..., 0, :] = -INF
    call: Projected | Scored = Projected("site", random(1, 1, 2, 8), random(1, 1, 4, 8), mask, False, 1.0)
    if kind != "projected":
        scores = random(1, 1, 2, 4) + mask
        call = Scored("site", scores, scores.softmax(-1) if kind != "scored" else None)
    for labels in ([0, 0, 1, 1], [0, 1, 0, 1]):
        rows = measure(call, 1, Groups(torch.tensor([labels]), 2))
        assert rows.parts is not None
        assert rows.attendable.flatten().tolist() == [0, 4]
        assert rows.entropy.flatten()[0].item() == 0
        assert rows.parts.mass[0, 0].tolist() == [[0, 0], pytest.approx(rows.parts.mass[0, 0, 1].tolist())]
        assert rows.parts.entropy[0, 0, 0].tolist() == rows.parts.attendable[0, 0, 0].tolist() == [0, 0]


def test_a_group_of_hardly_any_mass_has_no_entropy() -> None:
    call = Projected(
        "site", torch.ones(1, 1, 1, 1), torch.tensor([0.0, 0.0, 200.0])[None, None, :, None], None, False, 1.0
    )
    for labels in ([0, 0, 1], [0, 1, 1]):
        rows = measure(call, 1, Groups(torch.tensor([labels]), 2))
        assert rows.parts is not None
        assert rows.parts.entropy.flatten().tolist() == [0, 0]


def test_a_group_without_a_key_has_nothing() -> None:
    call = Projected("site", random(1, 2, 3, 4), random(1, 2, 5, 4), None, False, 1.0)
    parts = measure(call, 1, Groups(torch.tensor([[0, 0, 2, 2, 2]]), 3)).parts
    assert parts is not None
    assert not any(part[..., 1].any() for part in parts)


def test_flattened_heads_are_told_apart_and_windows_stay_in_the_batch() -> None:
    q, k = random(6, 2, 3, 4), random(6, 2, 3, 4, seed=1)
    windows = measure(Projected("site", q, k, None, False, 1.0), 3).entropy
    assert windows.shape == (6, 2, 3)
    flat = measure(Projected("site", q.flatten(0, 1), k.flatten(0, 1), None, False, 1.0), 6).entropy
    assert torch.equal(flat, windows)
    assert measure(Scored("site", random(6, 4, 4)), 3).entropy.shape == (3, 2, 4)


def test_flattened_heads_may_have_masks_of_their_own() -> None:
    q, k, mask = random(2, 3, 5, 4), random(2, 3, 5, 4, seed=1), random(2, 3, 5, 5) > 0
    whole = measure(Projected("site", q, k, mask, False, 1.0), 2)
    flat = measure(Projected("site", *(x.flatten(0, 1) for x in (q, k, mask)), False, 1.0), 2)
    assert torch.equal(whole.entropy, flat.entropy)
    assert torch.equal(whole.attendable, flat.attendable)


def test_what_does_not_fit_is_named_with_its_site() -> None:
    q, k = random(3, 2, 5, 4), random(3, 2, 6, 4)
    with pytest.raises(GonogoError, match=r"layer\.3: its batch of 3 cannot be told apart into 2 samples"):
        measure(Scored("layer.3", random(3, 4, 4)), 2)
    with pytest.raises(GonogoError, match=r"layer\.3: groups of keys of shape \[3, 5\] do not fit"):
        measure(Projected("layer.3", q, k, None, False, 1.0), 3, Groups(torch.zeros(3, 5, dtype=torch.long), 1))
    with pytest.raises(GonogoError, match=r"layer\.3: groups of keys .* a batch of 3 with 6 keys, over 1 samples"):
        measure(Projected("layer.3", q, k, None, False, 1.0), 1, Groups(torch.zeros(1, 6, dtype=torch.long), 1))
    with pytest.raises(GonogoError, match=r"layer\.3: queries, keys and mask of shapes"):
        measure(Projected("layer.3", q, k, torch.zeros(2, 1, 1, 6), False, 1.0), 3)
    with pytest.raises(GonogoError, match=r"layer\.3: the backend 'spans' cannot take"):
        measure(Projected("layer.3", q, k, random(5, 6), False, 1.0), 3, backend="spans")


def test_low_precision_is_measured_in_float32() -> None:
    q, k = random(2, 1, 3, 5, 8).to(torch.bfloat16)
    exact = measure(Projected("site", q.double(), k.double(), None, False, 1.0), 1)
    found = measure(Projected("site", q, k, None, False, 1.0), 1)
    assert found.entropy.dtype == torch.float32
    assert exact.entropy.dtype == torch.float64
    torch.testing.assert_close(found.entropy.double(), exact.entropy, atol=1e-5, rtol=0)


def test_probabilities_of_the_model_are_used_unless_they_are_of_low_precision() -> None:
    scores = random(1, 2, 3, 4).to(torch.bfloat16)
    certain = torch.eye(4)[:3].expand(1, 2, 3, 4)
    given = measure(Scored("site", scores, certain), 1).entropy
    assert given.equal(scores.float().amax(-1) - (scores.float() * certain).sum(-1))
    low = measure(Scored("site", scores, certain.to(torch.bfloat16)), 1).entropy
    assert torch.equal(low, measure(Scored("site", scores), 1).entropy)


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("most", [1, 7, 40, 100, 1000])
def test_the_size_of_blocks_changes_nothing(monkeypatch: pytest.MonkeyPatch, most: int, causal: bool) -> None:
    q, k = random(3, 4, 6, 4), random(3, 2, 6, 4, seed=1)
    mask = random(3, 1, 6, 6, seed=2) > -0.5
    labels = Groups(torch.arange(6)[None].expand(3, 6) % 2, 2)
    calls = [
        Projected("site", q, k, mask, causal, 0.5),
        Projected("site", q, k, random(1, 4, 6, 6), causal, 0.5),
        Scored("site", random(3, 4, 6, 6), None),
        Scored("site", random(3, 4, 6, 6), random(3, 4, 6, 6).softmax(-1)),
    ]
    whole = [measure(call, 3, groups) for call in calls for groups in (None, labels)]
    for module in (blocks, scored):
        monkeypatch.setitem(module.BLOCK, "cpu", most)
    monkeypatch.setattr(blocks, "STEP", 2)
    for one, other in zip(
        whole, (measure(call, 3, groups) for call in calls for groups in (None, labels)), strict=True
    ):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


@pytest.mark.parametrize("n", [1, 2])
def test_scores_that_are_not_numbers_name_their_site(n: int) -> None:
    with pytest.raises(GonogoError, match=r"blocks\.1\.attn: attention scores are not finite"):
        measure(Scored("blocks.1.attn", torch.full((1, 1, n, 2), math.nan)), 1)
    broken = random(1, 1, n, 2)
    broken[0, 0, 0, 0] = INF
    with pytest.raises(GonogoError, match=r"blocks\.1\.attn: attention scores are not finite"):
        measure(Projected("blocks.1.attn", broken, random(1, 1, 3, 2), None, False, 1.0), 1)


def test_autocast_does_not_lower_the_precision_of_the_measure() -> None:
    q, k = random(2, 1, 2, 6, 16)
    call = Projected("site", q, k, None, False, 2.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = measure(call, 1)
    assert torch.equal(inside.entropy, measure(call, 1).entropy)


def test_measuring_leaves_what_the_model_computed_as_it_was() -> None:
    scores, mask = random(1, 2, 3, 4), random(1, 1, 3, 4)
    p = scores.softmax(-1)
    kept = scores.clone(), p.clone(), mask.clone()
    measure(Scored("site", scores, p), 1, Groups(torch.zeros(1, 4, dtype=torch.long), 1))
    measure(Projected("site", random(1, 2, 3, 8), random(1, 2, 4, 8), mask, False, 1.0), 1)
    assert all(torch.equal(one, other) for one, other in zip((scores, p, mask), kept, strict=True))


def test_tensors_that_ask_for_gradients_are_measured_without() -> None:
    with torch.inference_mode(False), torch.enable_grad():
        q, k = (torch.randn(1, 2, 3, 4, requires_grad=True) for _ in range(2))
        assert not measure(Projected("site", q, k, None, True, 1.0), 1).entropy.requires_grad
