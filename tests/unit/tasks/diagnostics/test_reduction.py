"""Which rows count, and what is kept of them for each sample and head."""

from __future__ import annotations

import math

import pytest
import torch

from store.errors import GonogoError
from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.entropy import Groups, Rows, measure
from tasks.diagnostics.attention.tiles import run_on
from tasks.diagnostics.families.model import IMAGE, PADDING, SPECIAL, TEXT, Tokens
from tasks.diagnostics.packing import Packed
from tasks.diagnostics.reduction import GROUPS, statistics

INF = math.inf


def test_rows_without_keys_count_nowhere_and_rows_with_one_key_only_in_the_raw_mean() -> None:
    # one head, three rows: fully masked, one key, four keys of which two share the weight
    scores = torch.full((1, 1, 3, 4), -INF)
    scores[0, 0, 1, 0] = 0.0
    scores[0, 0, 2] = torch.tensor([0.0, 0.0, -50.0, -50.0])
    found = statistics(measure(Scored("site", scores), 1), 1, None, "site")
    assert found["entropy"].item() == pytest.approx(math.log(2) / 2)
    assert found["uniform"].item() == pytest.approx(math.log(4) / 2)
    assert found["entropy_norm"].item() == pytest.approx(math.log(2) / math.log(4))


def test_padding_does_not_count_and_the_readout_is_told_apart() -> None:
    rows = Rows(torch.tensor([[[1.0, 5.0, 9.0]], [[2.0, 4.0, 9.0]]]), torch.full((2, 1, 3), 9))
    kinds = torch.tensor([[TEXT, PADDING, PADDING], [SPECIAL, TEXT, PADDING]])
    found = statistics(rows, 2, Tokens(kinds, torch.tensor([0, 1])), "site")
    assert found["entropy"][:, 0].tolist() == [1.0, 3.0]
    assert found["entropy/readout"][:, 0].tolist() == [1.0, 4.0]


def test_a_sample_of_which_no_row_counts_has_no_mean() -> None:
    rows = Rows(torch.zeros(1, 1, 2), torch.zeros(1, 1, 2, dtype=torch.long))
    assert torch.isnan(statistics(rows, 1, None, "site")["entropy"]).all()


def test_windows_of_one_sample_are_pooled() -> None:
    windows = Rows(torch.tensor([[[1.0]], [[3.0]], [[5.0]], [[7.0]]]), torch.full((4, 1, 1), 9))
    assert statistics(windows, 2, None, "site")["entropy"].tolist() == [[2.0], [6.0]]


@pytest.mark.parametrize(("kinds", "said"), [(None, "its batch of 3"), (torch.zeros(3, 7), "7 tokens are known")])
def test_shapes_that_do_not_fit_are_named(kinds: torch.Tensor | None, said: str) -> None:
    rows = Rows(torch.zeros(3, 1, 1), torch.ones(3, 1, 1))
    with pytest.raises(GonogoError, match=said):
        statistics(rows, 2 if kinds is None else 3, Tokens(kinds), "layer.3")


def test_log_odds_recover_a_bias_towards_the_image_and_are_zero_for_uniform_attention() -> None:
    generator = torch.Generator().manual_seed(0)
    kinds = torch.tensor([[SPECIAL, *[IMAGE] * 6, *[TEXT] * 3]] * 2)
    groups = Groups(kinds.long(), GROUPS)
    scores = torch.randn(2, 3, 10, 10, generator=generator) * 0.0
    for bias in (0.0, 1.25):
        call = Scored("site", scores + bias * (kinds == IMAGE)[:, None, None, :])
        found = statistics(measure(call, 2, groups), 2, Tokens(kinds), "site")
        for rows in ("", "/image", "/text"):
            torch.testing.assert_close(found[f"log_odds{rows}"], torch.full((2, 3), bias).double(), atol=1e-4, rtol=0)


INTERLEAVED = torch.tensor([[SPECIAL, IMAGE, TEXT, IMAGE, TEXT, IMAGE, IMAGE, IMAGE, TEXT, IMAGE]] * 2)
RUNS = torch.tensor([[SPECIAL, *[IMAGE] * 6, *[TEXT] * 3]] * 2)


@pytest.mark.parametrize("kinds", [RUNS, INTERLEAVED], ids=["runs", "interleaved"])
@pytest.mark.parametrize("backend", ["scores", "blocks", "spans", "masks", "tiles"])
@pytest.mark.parametrize("bias", [30.0, 80.0, -30.0, -80.0, 200.0, -200.0])
def test_log_odds_follow_a_strong_bias_as_far_as_a_float32_holds_the_lesser_mass(
    kinds: torch.Tensor, backend: str, bias: float
) -> None:
    # the keys themselves carry the bias: queries of 1 read it off them
    k = (bias * (kinds == IMAGE))[:, None, :, None].float() * torch.eye(8)[0]
    q = torch.ones(2, 3, 10, 8)
    k = k.expand(-1, 3, -1, -1)
    if backend == "spans" and kinds is INTERLEAVED:
        pytest.skip("runs of keys are what spans are for")
    if backend == "tiles" and not run_on("cpu"):
        pytest.skip("there is no Triton that could be interpreted")
    call = Scored("site", q @ k.mT) if backend == "scores" else Projected("site", q, k, None, False, 1.0)
    rows = measure(call, 2, Groups(kinds.long(), GROUPS), backend=None if backend == "scores" else backend)
    found = statistics(rows, 2, Tokens(kinds), "site")["log_odds"]
    # the special key has next to none where the image has all, and as much as a text key where the text has
    images, texts = 6, 3
    if abs(bias) < 87:
        expected = bias
    else:
        least = math.log(torch.finfo(torch.float32).tiny)
        most = 0.0 if bias > 0 else math.log(texts / (texts + 1))
        expected = math.copysign(most - least, bias) - math.log(images / texts)
    torch.testing.assert_close(found, torch.full((2, 3), expected).double(), atol=1e-4, rtol=0)


def test_causal_rows_are_compared_with_their_own_counts() -> None:
    # with causal attention each row sees other numbers of image and text keys; uniform attention still has no odds
    kinds = torch.tensor([[SPECIAL, IMAGE, IMAGE, TEXT, TEXT, TEXT]])
    call = Projected("site", torch.zeros(1, 2, 6, 4), torch.zeros(1, 2, 6, 4), None, True, 0.5)
    found = statistics(measure(call, 1, Groups(kinds, GROUPS)), 1, Tokens(kinds), "site")
    torch.testing.assert_close(found["log_odds/text"], torch.zeros(1, 2).double(), atol=1e-6, rtol=0)
    # the text rows see 4, 5 and 6 keys, of which two are the image's
    assert found["image_mass/text"][0, 0].item() == pytest.approx((2 / 4 + 2 / 5 + 2 / 6) / 3, abs=1e-6)
    assert torch.isnan(found["log_odds/image"]).all(), "image rows see no text before them"


class TestPacked:
    def run(self, entropy: float, queries: int) -> Rows:
        return Rows(torch.full((1, 2, queries), entropy), torch.full((1, 2, queries), 9))

    def test_runs_are_given_to_their_samples_and_weighted_by_their_queries(self) -> None:
        packed = Packed(torch.tensor([4, 6]), "site")
        for entropy, queries in ((1.0, 4), (2.0, 2), (5.0, 4)):
            packed.add(self.run(entropy, queries))
        assert packed.statistics()["entropy"].tolist() == [[1.0, 1.0], [4.0, 4.0]]

    @pytest.mark.parametrize(("queries", "said"), [((3, 7), "do not fit"), ((4,), "for 4 of 10")])
    def test_runs_that_do_not_cover_the_samples_are_refused(self, queries: tuple[int, ...], said: str) -> None:
        packed = Packed(torch.tensor([4, 6]), "site")
        for count in queries:
            packed.add(self.run(1.0, count))
        with pytest.raises(GonogoError, match=said):
            packed.statistics()
