"""A sample of query rows: which rows, their entropies, and how far their mean may be off."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.entropy import Groups, Rows, measure
from tasks.diagnostics.attention.sampling import RowSample, drawn, sampled, standard_error


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def test_positions_are_drawn_in_order_without_replacement_and_again_with_the_same_seed() -> None:
    found = drawn(100, 10, seed=3)
    assert found.tolist() == sorted(set(found.tolist()))
    assert len(found) == 10
    assert torch.equal(found, drawn(100, 10, seed=3))
    assert drawn(4, 10, seed=0).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("mask", ["none", "boolean", "additive", "keys alone", "biased"])
def test_sampled_rows_are_rows_of_the_whole(causal: bool, mask: str) -> None:
    free = random(2, 1, 20, 20, seed=4) > -0.5
    masks = {
        "boolean": free,
        "additive": torch.zeros(free.shape).masked_fill(~free, -math.inf),
        "keys alone": free[:, :, :1],
        "biased": random(1, 4, 20, 20, seed=5),
    }
    call = Projected("site", random(2, 4, 20, 8), random(2, 2, 20, 8, seed=1), masks.get(mask), causal, 0.5)
    at, groups = drawn(20, 7, seed=0), Groups(torch.arange(20).expand(2, -1) // 10, 2)
    some, whole = measure(call, 2, groups, queries=at), measure(call, 2, groups)
    assert some.parts is not None
    assert whole.parts is not None
    torch.testing.assert_close(some.entropy, whole.entropy[..., at], atol=1e-6, rtol=1e-5)
    assert torch.equal(some.attendable, whole.attendable[..., at])
    torch.testing.assert_close(some.parts.mass, whole.parts.mass[..., at, :], atol=1e-6, rtol=1e-5)


def test_rows_of_a_softmax_are_sampled_too() -> None:
    scores, at = random(2, 2, 9, 9), drawn(9, 4, seed=0)
    call = Scored("site", scores, scores.softmax(-1))
    assert torch.equal(measure(call, 2, queries=at).entropy, measure(call, 2).entropy[..., at])


@pytest.mark.parametrize("kept", [0, 30])
def test_the_standard_error_is_that_of_the_means_of_many_samples(kept: int) -> None:
    entropy = random(3, 2, 200).abs() + torch.linspace(0, 2, 200)
    attendable = torch.full((3, 1, 200), 9)
    means, stated = [], []
    for seed in range(400):
        sample = sampled(torch.arange(200) < kept, 40, seed)
        assert sample is not None
        rows = Rows(entropy[..., sample.positions], attendable[..., sample.positions])
        means.append(float((rows.entropy * sample.weights).sum() / (6 * sample.weights.sum())))
        stated.append(standard_error(rows, sample))
    spread = torch.tensor(means).std().item()
    assert sum(stated) / len(stated) == pytest.approx(spread, rel=0.1)
    assert sum(means) / len(means) == pytest.approx(float(entropy.mean()), abs=4 * spread / 20)


def test_kept_rows_stand_for_themselves_and_drawn_ones_for_the_rest() -> None:
    kept = torch.zeros(20, dtype=torch.bool)
    kept[[0, 7, 19]] = True
    sample = sampled(kept, 5, seed=0)
    assert sample is not None
    assert sample.positions.tolist() == sorted(sample.positions.tolist())
    assert {0, 7, 19} <= set(sample.positions.tolist())
    assert sample.weights[~sample.drawn].tolist() == [1.0] * 3
    assert sample.weights[sample.drawn].tolist() == pytest.approx([17 / 5] * 5)
    assert sampled(kept, 17, seed=0) is None


def of(*weights_for: int, rest: int) -> RowSample:
    return RowSample(torch.arange(len(weights_for)), torch.tensor(weights_for, dtype=torch.bool), rest)


def test_rows_without_a_key_count_nowhere_and_all_rows_leave_no_error() -> None:
    rows = Rows(torch.tensor([[[1.0, 3.0, 0.0]]]), torch.tensor([[[4, 4, 0]]]))
    assert standard_error(rows, of(1, 1, 1, rest=3)) == 0
    by_hand = math.sqrt((1 + 1 + 0) / 2 / (2 / 3) ** 2 / 3)
    assert standard_error(rows, of(1, 1, 1, rest=10**9)) == pytest.approx(by_hand)
    assert standard_error(Rows(torch.ones(1, 1, 1), torch.ones(1, 1, 1)), of(1, rest=5)) == math.inf
    assert standard_error(Rows(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2)), of(1, 1, rest=5)) == math.inf
