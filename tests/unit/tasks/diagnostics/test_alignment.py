"""How two embeddings lie to one another: the gap, retrieval and the permutation share, by hand and by invariance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from store.models import DataRef
from tasks.diagnostics.alignment import Alignment, alignment
from tasks.diagnostics.datasets import open_data
from tasks.diagnostics.datasets.images import read_image
from tasks.diagnostics.families.dual import DualEncoder, Texts
from tasks.diagnostics.families.model import Place

N = 40


class Table(DualEncoder):
    """A dual encoder whose embeddings are given: an image is a row by its red, a caption a row by its number."""

    class_row = None

    def __init__(self, of_images: Tensor, of_captions: Tensor) -> None:
        self.module = torch.nn.Linear(1, 1).double()
        self.rows = of_images.double(), of_captions.double()
        self.seen: list[int] = []

    def pixels(self, images: Sequence[Image.Image]) -> Tensor:
        self.seen.append(len(images))
        return torch.tensor([image.getpixel((0, 0))[0] for image in images])  # type: ignore[index]

    def texts(self, captions: Sequence[str]) -> Texts:
        ids = torch.tensor([[int(caption)] for caption in captions])
        return Texts(ids, None, torch.zeros(len(ids), dtype=torch.long))

    def encode_images(self, pixels: Tensor) -> Tensor:
        return self.rows[0][pixels.long()]

    def encode_texts(self, texts: Texts) -> Tensor:
        return self.rows[1][texts.ids[:, 0]]

    def place(self, site: str) -> Place:
        raise KeyError(site)


def compared(of_images: Tensor, of_captions: Tensor, batch_size: int = N, seed: int = 0) -> Alignment:
    images = [Image.new("RGB", (1, 1), (row, 0, 0)) for row in range(len(of_images))]
    captions = [str(row) for row in range(len(of_captions))]
    return alignment(Table(of_images, of_captions), images, captions, batch_size, seed, {})


def drawn(n: int = N, width: int = 16, seed: int = 0) -> Tensor:
    return torch.randn(n, width, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_embeddings_of_one_direction_each_are_as_far_apart_as_their_directions() -> None:
    images, captions = torch.tensor([[2.0, 0.0]] * 5), torch.tensor([[0.0, 3.0]] * 5)
    found = compared(images, captions)
    assert found.gap == pytest.approx((np.sqrt(2),) * 3), "lengths do not count, and there is nothing to be unsure of"
    assert compared(images, -images).gap[0] == pytest.approx(2.0)


def test_the_gap_is_the_distance_of_the_two_means_without_what_their_spread_adds() -> None:
    # the pairs differ by (1, -1), (1, -1) and (0, 0), of which different ones have products of 2, 0 and 0
    found = compared(torch.tensor([[1.0, 0.0], [3.0, 0.0], [0.0, 1.0]]), torch.tensor([[0.0, 1.0]] * 3))
    # the means are (2/3, -2/3) apart, and the squared standard error of that is 4/9 over 2
    assert found.gap[0] == pytest.approx(np.sqrt(8 / 9 - 4 / 9 / 2))


@pytest.mark.parametrize(("shift", "covered"), [(0.0, 20), (1.0, 17)])
def test_the_interval_of_the_gap_holds_it_and_the_true_one(shift: float, covered: int) -> None:
    held, true = 0, expected_gap(shift)
    for seed in range(20):
        images, captions = drawn(seed=seed), drawn(seed=1000 + seed)
        images[:, 0] += 10 * shift
        captions[:, 0] -= 10 * shift
        found = compared(images, captions)
        assert found.gap[1] <= found.gap[0] <= found.gap[2]
        held += found.gap[1] <= true <= found.gap[2]
    assert held >= covered, "with a probability of 95 %"


def expected_gap(shift: float) -> float:
    """Twice the mean cosine with the direction in which all are shifted, over very many."""
    many = drawn(200_000)
    many[:, 0] += 10 * shift
    return 2 * float(torch.nn.functional.normalize(many)[:, 0].mean()) if shift else 0.0


def test_embeddings_that_are_the_same_find_each_other_and_have_no_gap() -> None:
    found = compared(drawn(), drawn())
    assert found.gap == (0.0, 0.0, 0.0)
    assert found.retrieval.tolist() == [1.0] * N
    assert found.chance == 1 / N
    # a permutation leaves one of them in its place on average, so that all but 1/N of the score is lost
    assert found.share is not None
    assert found.share[0] == pytest.approx(1 - 1 / N, abs=0.01)
    assert found.share[1] <= found.share[0] <= found.share[2] <= 1


def test_an_image_is_right_where_its_own_caption_is_the_most_similar_of_all() -> None:
    # 0 and 1 are each other's; 2 is its own; 3 is nearer to caption 2 than to its own
    images = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0.6, 0.8]])
    captions = torch.tensor([[0, 1.0, 0], [1, 0, 0], [0, 0, 1], [0.9, 0.1, 0]])
    assert compared(images, captions).retrieval.tolist() == [0, 0, 1, 0]


def test_captions_that_are_shifted_by_one_are_never_right_and_have_no_share_to_lose() -> None:
    found = compared(drawn(), drawn().roll(1, dims=0))
    assert found.retrieval.sum() == 0
    assert found.share is None


def test_a_tower_that_tells_nothing_apart_has_no_share_that_could_be_relied_on() -> None:
    found = compared(torch.ones(N, 4), drawn(width=4))
    assert found.retrieval.sum() == 1, "all images ask for the same caption"
    assert found.share is None, "many a resample lacks the one that is right"


def test_half_of_the_score_is_lost_where_every_second_image_looks_like_its_neighbour() -> None:
    # pairs of images share an embedding that lies at the caption of the first: right by half, 1/N by chance
    captions = drawn(width=64)
    images = captions[torch.arange(N) // 2 * 2]
    found = compared(images, captions)
    assert found.retrieval.mean() == 0.5
    assert found.share is not None
    assert found.share[0] == pytest.approx(1 - (1 / N) / 0.5, abs=0.02)


def test_turning_and_reordering_change_nothing() -> None:
    images, captions = drawn(), drawn() + 0.7 * drawn(seed=1)
    found = compared(images, captions)
    assert 0 < found.retrieval.mean() < 1
    turn, _ = torch.linalg.qr(drawn(16, 16, seed=2))
    turned = compared(images @ turn, captions @ turn)
    assert turned.gap == pytest.approx(found.gap)
    assert np.array_equal(turned.retrieval, found.retrieval)
    assert turned.share == pytest.approx(found.share)
    lengths = torch.rand(N, 1, generator=torch.Generator().manual_seed(3), dtype=torch.float64) + 0.1
    assert compared(images * lengths, captions).gap == pytest.approx(found.gap)
    order = torch.randperm(N, generator=torch.Generator().manual_seed(4))
    again = compared(images[order], captions[order])
    assert again.gap[0] == pytest.approx(found.gap[0])
    assert np.array_equal(again.retrieval, found.retrieval[order.numpy()])


def test_the_seed_decides_the_intervals_and_the_batch_size_nothing() -> None:
    images, captions = drawn(), drawn() + 0.7 * drawn(seed=1)
    first, again, other = (compared(images, captions, size, seed) for size, seed in ((N, 0), (7, 0), (N, 1)))
    assert (first.gap, first.share) == (again.gap, again.share)
    assert first.gap[0] == other.gap[0]
    assert first.gap[1:] != other.gap[1:]


def test_no_more_images_are_embedded_at_once_than_was_asked_for() -> None:
    model = Table(drawn(10), drawn(10))
    images = [Image.new("RGB", (1, 1), (row, 0, 0)) for row in range(10)]
    alignment(model, images, [str(row) for row in range(10)], 4, 0, {})
    assert model.seen == [4, 4, 2]


def test_a_trained_model_finds_captions_and_an_untrained_one_does_not(
    load_model: Callable[..., Any], workspace: Path
) -> None:
    samples = open_data(DataRef(source="shapes", n=32, captions_per_image=1), workspace).samples
    images, captions = [read_image(sample)[0] for sample in samples], [sample.captions[0] for sample in samples]
    trained = alignment(load_model("openclip:shapes-clip@zoo", workspace), images, captions, 16, 0, {})
    untrained = alignment(load_model("clip:tiny@random", workspace), images, captions, 16, 0, {})
    assert trained.retrieval.mean() > 0.5
    assert untrained.retrieval.mean() < 0.2
    assert trained.share is not None
    assert trained.share[1] > 0.8
    assert untrained.share is None, "some resamples of its images hold no pair that it retrieves"
    for found in (trained, untrained):
        assert found.gap[1] <= found.gap[0] <= found.gap[2] <= 2
