"""Entropy of attention rows, and which rows count."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from store.errors import GonogoError
from tasks.diagnostics import entropy
from tasks.diagnostics.calls import Projected, Scored
from tasks.diagnostics.entropy import Rows, head_means, measure, row_entropy

INF = math.inf


def everything(scores: Tensor) -> Tensor:
    return torch.ones_like(scores, dtype=torch.bool)


def test_uniform_attention_has_the_entropy_of_its_keys_and_certain_attention_none() -> None:
    scores = torch.tensor([[0.0, 0.0, 0.0, 0.0], [1e4, 0.0, 0.0, 0.0]])
    found = row_entropy(scores, everything(scores)).entropy
    assert found.tolist() == pytest.approx([math.log(4), 0.0], abs=1e-6)


def test_entropy_agrees_with_the_definition_term_by_term() -> None:
    p = [0.5, 0.25, 0.125, 0.125]
    scores = torch.tensor([p]).log()
    assert row_entropy(scores, everything(scores)).entropy.item() == pytest.approx(-sum(x * math.log(x) for x in p))


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-50, 50, width=32), min_size=1, max_size=12), st.floats(-30, 30, width=32))
def test_entropy_lies_between_zero_and_ln_keys_and_ignores_a_shift(row: list[float], shift: float) -> None:
    scores = torch.tensor([row], dtype=torch.float64)
    found = row_entropy(scores, everything(scores)).entropy.item()
    assert -1e-9 <= found <= math.log(len(row)) + 1e-9
    assert row_entropy(scores + shift, everything(scores)).entropy.item() == pytest.approx(found, abs=1e-9)


@pytest.mark.parametrize("blocked", [-INF, torch.finfo(torch.float32).min, -1e4, torch.finfo(torch.float16).min])
def test_every_usual_way_of_blocking_a_key_makes_it_unattendable(blocked: float) -> None:
    scores = torch.zeros(1, 1, 1, 3)
    scores[..., 2] += blocked
    rows = measure(Scored("site", scores))
    assert rows.attendable.item() == 2
    assert rows.entropy.item() == pytest.approx(math.log(2))


def test_a_finite_bias_changes_the_weights_but_blocks_nothing() -> None:
    call = Projected("site", torch.zeros(1, 1, 1, 4), torch.zeros(1, 1, 2, 4), torch.tensor([[0.0, -3.0]]), False, 0.5)
    rows = measure(call)
    assert rows.attendable.item() == 2
    assert 0 < rows.entropy.item() < math.log(2)


def test_rows_without_keys_count_nowhere_and_rows_with_one_key_only_in_the_raw_mean() -> None:
    # one head, three rows: fully masked, one key, four keys of which two share the weight
    scores = torch.full((1, 1, 3, 4), -INF)
    scores[0, 0, 1, 0] = 0.0
    scores[0, 0, 2] = torch.tensor([0.0, 0.0, -50.0, -50.0])
    means = head_means(measure(Scored("site", scores)), 1, None, "site")
    assert means.entropy.item() == pytest.approx(math.log(2) / 2)
    assert means.uniform.item() == pytest.approx(math.log(4) / 2)
    assert means.entropy_norm.item() == pytest.approx(math.log(2) / math.log(4))


def test_rows_that_are_not_kept_do_not_count() -> None:
    rows = Rows(torch.tensor([[[1.0, 5.0]], [[2.0, 4.0]]]), torch.full((2, 1, 2), 9))
    means = head_means(rows, 2, torch.tensor([[True, False], [True, True]]), "site")
    assert means.entropy[:, 0].tolist() == [1.0, 3.0]


def test_a_sample_of_which_no_row_counts_has_no_mean() -> None:
    rows = Rows(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long))
    assert torch.isnan(head_means(rows, 1, None, "site").entropy).all()


def test_windows_of_one_sample_are_pooled_and_flattened_heads_are_told_apart() -> None:
    windows = Rows(torch.tensor([[[1.0]], [[3.0]], [[5.0]], [[7.0]]]), torch.full((4, 1, 1), 9))
    assert head_means(windows, 2, None, "site").entropy.tolist() == [[2.0], [6.0]]
    flat = Rows(torch.tensor([[1.0], [3.0], [5.0], [7.0]]), torch.full((4, 1), 9))
    assert head_means(flat, 2, None, "site").entropy.tolist() == [[1.0, 3.0], [5.0, 7.0]]


def test_a_batch_that_does_not_fit_the_samples_is_named() -> None:
    with pytest.raises(GonogoError, match=r"layer\.3: its batch of 3"):
        head_means(Rows(torch.zeros(3, 1, 1), torch.ones(3, 1, 1)), 2, None, "layer.3")


def test_low_precision_scores_are_measured_in_float32() -> None:
    q, k = torch.randn(2, 1, 3, 5, 8, generator=torch.Generator().manual_seed(0)).to(torch.bfloat16)
    exact = measure(Projected("site", q.double(), k.double(), None, False, 1.0))
    found = measure(Projected("site", q, k, None, False, 1.0))
    assert found.entropy.dtype == torch.float32
    torch.testing.assert_close(found.entropy.double(), exact.entropy, atol=1e-5, rtol=0)


def test_taking_samples_in_turns_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    q, k = torch.randn(2, 5, 2, 6, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.rand(5, 1, 6, 6, generator=torch.Generator().manual_seed(1)) > 0.3
    call = Projected("site", q, k, mask, True, 0.5)
    whole = measure(call)
    monkeypatch.setattr(entropy, "_MOST_SCORES", 100)
    turns = measure(call)
    assert torch.equal(whole.attendable, turns.attendable)
    torch.testing.assert_close(whole.entropy, turns.entropy)


def test_scores_that_are_not_numbers_name_their_site() -> None:
    with pytest.raises(GonogoError, match=r"blocks\.1\.attn: attention scores are not finite"):
        measure(Scored("blocks.1.attn", torch.full((1, 1, 2, 2), math.nan)))


def test_autocast_does_not_lower_the_precision_of_the_measure() -> None:
    q, k = torch.randn(2, 1, 2, 6, 16, generator=torch.Generator().manual_seed(0))
    call = Projected("site", q, k, None, False, 2.0)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = measure(call)
    assert torch.equal(inside.entropy, measure(call).entropy)
