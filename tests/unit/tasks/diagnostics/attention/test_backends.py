"""Every backend agrees with float64, at every size, mask and grouping that it can take."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.calls import Projected, Scored
from tasks.diagnostics.attention.choose import Backend, Case, applicable, choose
from tasks.diagnostics.attention.entropy import Groups, measure
from tasks.diagnostics.attention.tiles import run_on

BACKENDS: tuple[Backend, ...] = ("blocks", "spans", "masks")
MASKS = ("full", "causal", "padded", "rows", "additive", "biased")
LABELS = ("none", "runs", "interleaved", "per sample")
Check = Callable[..., Any]
Sizes = tuple[int, int, int, int]


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def call(
    mask: str, queries: int, keys: int, heads: int = 2, key_heads: int = 2, samples: int = 2, times: float = 1.0
) -> Projected:
    """Queries and keys of a trained model's spread, whose keys have a common part."""
    q = random(samples, queries, heads, 32).transpose(1, 2) * times
    k = random(samples, keys, key_heads, 32, seed=1).transpose(1, 2) + 1
    masks: dict[str, Tensor] = {}
    if mask == "padded":
        masks[mask] = (torch.arange(keys) < torch.tensor([[keys], [keys - keys // 3]])[:samples])[:, None, None]
    if mask in ("rows", "additive"):
        free = random(samples, 1, queries, keys, seed=2) > -0.5
        free[0, 0, 0] = False
        masks["rows"] = free
        masks["additive"] = torch.zeros(free.shape).masked_fill(~free, torch.finfo(torch.float32).min)
    if mask == "biased":
        masks[mask] = random(1, heads, queries, keys, seed=3)
    return Projected("site", q, k, masks.get(mask), mask == "causal", 32**-0.5)


def grouping(labels: str, keys: int, samples: int = 2) -> Groups:
    at = torch.arange(keys)
    runs = (at > keys // 10).long() + (at > keys // 2).long()
    shared = runs if labels == "runs" else at % 3
    each = shared.expand(samples, -1).clone()
    if labels == "per sample":
        each[-1] = (at // 2) % 2
    return Groups(each, 3)


def kinds(mask: str, labels: str) -> dict[str, Any]:
    return {
        "mask": {"full": "none", "causal": "none", "biased": "adds"}.get(mask, "blocks"),
        "groups": {"none": "none", "runs": "runs"}.get(labels, "mixed"),
    }


def cases(*backends: Backend) -> Iterator[Any]:
    for backend in backends:
        for mask in MASKS:
            for labels in LABELS:
                if backend in applicable(Case("cpu", False, 1, 1, **kinds(mask, labels), tiles=True)):
                    yield pytest.param(backend, mask, labels, id=f"{backend}-{mask}-{labels}")


SHAPES = {
    "50": (50, 50, 2, 2),
    "50 grouped queries": (50, 50, 6, 2),
    "577 grouped queries": (577, 577, 2, 1),
    "one row": (1, 50, 2, 2),
    "fewer rows": (9, 50, 2, 1),
    "fewer keys": (50, 9, 2, 2),
    "one key": (3, 1, 2, 2),
}
"""Queries, keys, heads, heads of keys."""
TILES_SHAPES = {"several tiles": (70, 50, 4, 2), "one row": SHAPES["one row"]}
"""Few, as the kernel is interpreted here."""


def shaped(
    shapes: Mapping[str, Sizes], *backends: Backend, marks: Sequence[pytest.MarkDecorator] = ()
) -> Iterator[Any]:
    for case in cases(*backends):
        for name, sizes in shapes.items():
            yield pytest.param(*case.values, sizes, id=f"{case.id}-{name}", marks=marks)


TILES_RUN = pytest.mark.skipif(not run_on("cpu"), reason="there is no Triton that could be interpreted")


@pytest.mark.parametrize(
    ("backend", "mask", "labels", "sizes"),
    [*shaped(SHAPES, *BACKENDS), *shaped(TILES_SHAPES, "tiles", marks=[TILES_RUN])],
)
def test_rows_agree_with_float64(
    backend: Backend, mask: str, labels: str, sizes: Sizes, reference: Check, assert_close: Check
) -> None:
    seen, groups = call(mask, *sizes), grouping(labels, sizes[1])
    found = measure(seen, 2, None if labels == "none" else groups, backend=backend)
    assert_close(found, reference(seen, groups))


@pytest.mark.slow
@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("mask", ["full", "causal"])
@pytest.mark.parametrize("labels", ["none", "runs"])
def test_long_rows_agree_with_float64(
    backend: Backend, mask: str, labels: str, reference: Check, assert_close: Check
) -> None:
    seen, groups = call(mask, 2048, 2048, samples=1), grouping(labels, 2048, 1)
    assert_close(measure(seen, 1, None if labels == "none" else groups, backend=backend), reference(seen, groups))


def test_long_padded_and_interleaved_rows_agree_with_float64(reference: Check, assert_close: Check) -> None:
    seen, groups = call("rows", 2048, 2048, heads=1, key_heads=1, samples=1), grouping("interleaved", 2048, 1)
    for backend in ("blocks", "masks"):
        assert_close(measure(seen, 1, groups, backend=backend), reference(seen, groups))


@pytest.mark.parametrize(("backend", "nats"), [("blocks", 2e-5), ("spans", 2e-5), ("masks", 5e-5)])
@pytest.mark.parametrize("mask", ["full", "causal"])
@pytest.mark.parametrize("labels", ["none", "runs"])
def test_eightfold_scores_agree_with_float64(
    backend: Backend, nats: float, mask: str, labels: str, reference: Check, assert_close: Check
) -> None:
    seen, groups = call(mask, 577, 577, times=8), grouping(labels, 577)
    found = measure(seen, 2, None if labels == "none" else groups, backend=backend)
    assert_close(found, reference(seen, groups), nats=nats)


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("mask", ["full", "causal", "padded"])
@pytest.mark.parametrize("labels", ["none", "runs", "interleaved"])
@pytest.mark.parametrize("times", [64, 1000])
def test_scores_so_sharp_that_float32_keeps_nothing_of_their_difference_are_not_taken_by_differences(
    backend: Backend, mask: str, labels: str, times: float, reference: Check
) -> None:
    if backend not in applicable(Case("cpu", False, 1, 1, **kinds(mask, labels))):
        pytest.skip("it does not take the call")
    seen, groups = call(mask, 200, 200, times=times), grouping(labels, 200)
    found, exact = measure(seen, 2, None if labels == "none" else groups, backend=backend), reference(seen, groups)
    # what is left is the rounding of the scores themselves, of a few thousand
    assert float((found.entropy - exact.entropy).abs().max()) <= 3e-4 * times / 1000 + 2e-5


@pytest.mark.parametrize("backend", BACKENDS)
def test_half_precision_costs_no_more_than_its_rounding_of_queries_and_keys(
    backend: Backend, reference: Check, assert_close: Check
) -> None:
    seen, groups = call("causal", 50, 50), grouping("runs", 50)
    low = Projected("site", seen.q.bfloat16(), seen.k.bfloat16(), None, True, seen.scale)
    assert_close(measure(low, 2, groups, backend=backend), reference(low, groups))


@pytest.mark.parametrize("labels", LABELS)
def test_a_softmax_is_measured_as_its_queries_and_keys_are(labels: str, reference: Check, assert_close: Check) -> None:
    seen, groups = call("additive", 77, 77), grouping(labels, 77)
    scores = seen.q @ seen.k.mT * seen.scale + seen.mask
    for probabilities in (None, scores.softmax(-1)):
        found = measure(Scored("site", scores, probabilities), 2, None if labels == "none" else groups)
        assert_close(found, reference(seen, groups))


def test_a_mask_for_each_sample_goes_with_grouped_queries(reference: Check, assert_close: Check) -> None:
    seen, groups = call("rows", 20, 30, heads=6, key_heads=3), grouping("per sample", 30)
    for backend in ("blocks", "masks"):
        assert_close(measure(seen, 2, groups, backend=backend), reference(seen, groups))


def test_few_and_biased_and_double_go_by_blocks_and_the_rest_is_fused_on_a_gpu() -> None:
    large = {"device": "cuda", "double": False, "queries": 577, "keys": 577}
    assert choose(Case(**large)) == ("spans", "masks", "blocks")
    assert choose(Case(**large, groups="runs"))[0] == "spans"
    assert choose(Case(**large, groups="mixed"))[0] == "masks"
    assert choose(Case(**large, mask="blocks"))[0] == "masks"
    assert choose(Case(**large, mask="adds")) == ("blocks",)
    assert choose(Case(**{**large, "queries": 50, "keys": 50})) == ("blocks",)
    assert choose(Case(**{**large, "double": True})) == ("blocks",)
    assert choose(Case(**{**large, "device": "cpu"})) == ("blocks",)


def test_a_gpu_with_triton_takes_the_kernel_of_our_own_for_all_but_double() -> None:
    case = {"device": "cuda", "double": False, "queries": 50, "keys": 50, "tiles": True}
    assert choose(Case(**case))[0] == "tiles"
    assert choose(Case(**case, mask="adds", groups="mixed"))[0] == "tiles"
    assert choose(Case(**{**case, "double": True})) == ("blocks",)
    assert choose(Case(**{**case, "device": "cpu"})) == ("blocks",)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("backend", "mask", "labels"), list(cases(*BACKENDS, "tiles")))
def test_rows_on_a_gpu_agree_with_float64(
    backend: Backend, mask: str, labels: str, reference: Check, assert_close: Check
) -> None:
    seen, groups = call(mask, 577, 577, heads=4, key_heads=2), grouping(labels, 577)
    there = None if seen.mask is None else seen.mask.cuda()
    moved = Projected("site", seen.q.cuda(), seen.k.cuda(), there, seen.causal, seen.scale)
    found = measure(moved, 2, None if labels == "none" else Groups(groups.labels.cuda(), 3), backend=backend)
    parts = None if found.parts is None else type(found.parts)(*(part.cpu() for part in found.parts))
    rows = type(found)(found.entropy.cpu(), found.attendable.cpu(), parts)
    assert_close(rows, reference(seen, groups))
