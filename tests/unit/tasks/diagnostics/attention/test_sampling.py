"""A sample of query rows: which rows, their entropies, and how far their mean may be off."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.entropy import Groups, Rows, measure
from tasks.diagnostics.attention.sampling import RowSample, sampled, standard_error


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def rows_drawn(queries: int, n: int, samples: int = 1, first: int = 0) -> RowSample:
    """A sample of some rows of which none is kept anyway."""
    found = sampled(torch.zeros(queries, dtype=torch.bool), torch.ones(samples, queries, dtype=torch.bool), n, first)
    assert found is not None
    return found


def test_each_sample_has_positions_of_its_own_in_order_and_the_same_in_whatever_batch_it_comes() -> None:
    found = rows_drawn(100, 10, samples=3).positions
    for row in found.tolist():
        assert row == sorted(set(row))
        assert len(row) == 10
    assert len({tuple(row) for row in found.tolist()}) == 3
    assert torch.equal(found[1:], rows_drawn(100, 10, samples=2, first=1).positions)


def test_every_position_is_drawn_as_often_as_every_other() -> None:
    found = rows_drawn(20, 5, samples=4000).positions
    often = found.flatten().bincount(minlength=20) / 4000
    torch.testing.assert_close(often, torch.full((20,), 0.25), atol=0.03, rtol=0)


def picked(x: Tensor, at: Tensor) -> Tensor:
    """[batch, heads, queries] at the rows of each sample, whose windows follow each other."""
    each = at.repeat_interleave(len(x) // len(at), dim=0)
    return torch.stack([one[:, rows] for one, rows in zip(x, each, strict=True)])


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
    at, groups = rows_drawn(20, 7, samples=2).positions, Groups(torch.arange(20).expand(2, -1) // 10, 2)
    some, whole = measure(call, 2, groups, queries=at), measure(call, 2, groups)
    assert some.parts is not None
    assert whole.parts is not None
    torch.testing.assert_close(some.entropy, picked(whole.entropy, at), atol=1e-6, rtol=1e-5)
    assert torch.equal(some.attendable, picked(whole.attendable, at))
    for group in range(2):
        mass, exact = some.parts.mass[..., group], whole.parts.mass[..., group]
        torch.testing.assert_close(mass, picked(exact, at), atol=1e-6, rtol=1e-5)


def test_rows_of_a_softmax_are_sampled_too_and_windows_share_those_of_their_sample() -> None:
    scores, at = random(4, 2, 9, 9), rows_drawn(9, 4, samples=2).positions
    whole = measure(Scored("site", scores, scores.softmax(-1)), 2)
    for probabilities in (None, scores.softmax(-1)):
        some = measure(Scored("site", scores, probabilities), 2, queries=at)
        torch.testing.assert_close(some.entropy, picked(whole.entropy, at))
    q, k = random(4, 2, 9, 8), random(4, 2, 9, 8, seed=1)
    call = Projected("site", q, k, None, False, 1.0)
    torch.testing.assert_close(measure(call, 2, queries=at).entropy, picked(measure(call, 2).entropy, at))


def mean_of(rows: Rows, sample: RowSample) -> float:
    """The mean of the samples' weighted means."""
    weights = sample.weights[:, None]
    return float(((rows.entropy * weights).sum((1, 2)) / (weights.expand_as(rows.entropy).sum((1, 2)))).mean())


@pytest.mark.parametrize("kept", [0, 30])
@pytest.mark.parametrize("samples", [1, 3])
def test_the_standard_error_is_that_of_the_means_of_many_samples(kept: int, samples: int) -> None:
    entropy = random(samples, 2, 200).abs() + torch.linspace(0, 2, 200)
    means, stated = [], []
    for draw in range(400):
        sample = sampled(torch.arange(200) < kept, torch.ones(samples, 200, dtype=torch.bool), 40, first=draw * samples)
        assert sample is not None
        rows = Rows(picked(entropy, sample.positions), torch.full((samples, 1, sample.positions.shape[1]), 9))
        means.append(mean_of(rows, sample))
        stated.append(float(standard_error(rows, sample)))
    spread = torch.tensor(means).std().item()
    assert sum(stated) / len(stated) == pytest.approx(spread, rel=0.1)
    assert sum(means) / len(means) == pytest.approx(float(entropy.mean()), abs=4 * spread / 20)


def test_intervals_over_images_hold_what_was_not_measured_as_every_image_has_rows_of_its_own() -> None:
    """Entropy differs by position far more than by image: with rows in common, one interval in three held the mean."""
    images, queries, times, hits = 16, 100, 400, 0
    t = 2.131  # of 15 degrees of freedom, two-sided, 5 %
    position = torch.linspace(0, 1.5, queries)
    generator = torch.Generator().manual_seed(0)
    for time in range(times):
        entropy = position + 0.15 * torch.randn(images, 1, 1, generator=generator)
        sample = rows_drawn(queries, 8, images, first=time * images)
        each = picked(entropy, sample.positions).mean(dim=(1, 2))
        half = t * float(each.std()) / math.sqrt(images)
        hits += abs(float(each.mean()) - float(position.mean())) <= half
    assert hits / times == pytest.approx(0.95, abs=0.035)


@pytest.mark.parametrize(("rows", "images", "least", "most"), [(8, 4, 0.87, 1.0), (2, 1, 0.0, 0.75)])
def test_the_fewest_rows_that_are_allowed_cover_nine_means_in_ten_and_two_do_not(
    rows: int, images: int, least: float, most: float
) -> None:
    """Skewed rows, and 1.96 stated errors about the mean; the rows are `store.kinds.diagnostics.FEWEST_ROWS`."""
    times, hits = 600, 0
    generator = torch.Generator().manual_seed(0)
    for time in range(times):
        entropy = torch.rand(images, 1, 196, generator=generator).log().neg() ** 1.5
        sample = rows_drawn(196, rows, images, first=time * images)
        found = Rows(picked(entropy, sample.positions), torch.full((images, 1, rows), 9))
        hits += abs(mean_of(found, sample) - float(entropy.mean())) <= 1.96 * float(standard_error(found, sample))
    assert least <= hits / times <= most


def test_kept_rows_stand_for_themselves_and_drawn_ones_for_the_rest() -> None:
    kept, others = torch.zeros(20, dtype=torch.bool), torch.ones(2, 20, dtype=torch.bool)
    kept[[0, 7, 19]] = True
    sample = sampled(kept, others, 5)
    assert sample is not None
    for positions, weights, drawn in zip(sample.positions, sample.weights, sample.drawn, strict=True):
        assert positions.tolist() == sorted(positions.tolist())
        assert {0, 7, 19} <= set(positions.tolist())
        assert weights[~drawn].tolist() == [1.0] * 3
        assert weights[drawn].tolist() == pytest.approx([17 / 5] * 5)
    assert sampled(kept, others, 17) is None


def test_what_counts_nowhere_is_not_drawn_and_fills_up_only_for_nothing() -> None:
    kept, others = torch.arange(30) < 2, torch.zeros(3, 30, dtype=torch.bool)
    others[0, 2:22], others[1, 2:6] = True, True
    sample = sampled(kept, others, 6)
    assert sample is not None
    assert sample.rest.tolist() == [20, 4, 0]
    assert sample.drawn.sum(1).tolist() == [6, 4, 0]
    assert sample.spare.sum(1).tolist() == [0, 2, 6]
    assert sample.weights.sum(1).tolist() == pytest.approx([22, 6, 2])
    assert all(others[i, at] for i in range(3) for at in sample.positions[i][sample.drawn[i]].tolist())
    assert sampled(kept, others & False, 6) is None, "there is nothing to draw"


def of(*weights_for: int, rest: int) -> RowSample:
    drawn = torch.tensor([weights_for], dtype=torch.bool)
    return RowSample(torch.arange(len(weights_for))[None], drawn, torch.zeros_like(drawn), torch.tensor([rest]))


def test_rows_without_a_key_count_nowhere_and_all_rows_leave_no_error() -> None:
    rows = Rows(torch.tensor([[[1.0, 3.0, 0.0]]]), torch.tensor([[[4, 4, 0]]]))
    assert standard_error(rows, of(1, 1, 1, rest=3)) == 0
    by_hand = math.sqrt((1 + 1 + 0) / 2 / (2 / 3) ** 2 / 3)
    assert float(standard_error(rows, of(1, 1, 1, rest=10**9))) == pytest.approx(by_hand)
    padded = Rows(torch.tensor([[[1.0, 3.0, 7.0]]]), torch.tensor([[[4, 4, 4]]]))
    counts = torch.tensor([[True, True, False]])
    assert float(standard_error(padded, of(1, 1, 1, rest=10**9), counts)) == pytest.approx(by_hand), "nor does padding"
    assert standard_error(Rows(torch.ones(1, 1, 1), torch.ones(1, 1, 1)), of(1, rest=5)) == math.inf
    assert standard_error(Rows(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2)), of(1, 1, rest=5)) == math.inf
