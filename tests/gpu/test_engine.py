"""The entropy engine on a GPU: every backend against float64, long rows, low precision, and the check of itself."""

from __future__ import annotations

import warnings

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention.calibration import usable
from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.entropy import Groups, measure

BACKENDS: tuple[Backend, ...] = ("blocks", "spans", "masks", "tiles")


def call(n: int, causal: bool, dtype: torch.dtype = torch.float32, heads: int = 4, key_heads: int = 2) -> Projected:
    drawn = torch.Generator().manual_seed(n)
    q = torch.randn(1, heads, n, 64, generator=drawn)
    k = torch.randn(1, key_heads, n, 64, generator=drawn) + 1
    return Projected("site", q.cuda().to(dtype), k.cuda().to(dtype), None, causal, 0.125)


def exact(seen: Projected) -> Tensor:
    """[1, heads, queries], by the whole matrix in float64."""
    q, k = seen.q.double(), seen.k.double()
    scores = q @ k.repeat_interleave(q.shape[1] // k.shape[1], dim=1).mT * seen.scale
    if seen.causal:
        scores = scores.masked_fill(~torch.ones_like(scores, dtype=torch.bool).tril(), -torch.inf)
    return torch.special.entr(scores.softmax(-1)).sum(-1)


@pytest.mark.parametrize("backend", BACKENDS)
def test_every_backend_is_right_on_this_device(backend: Backend) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for width in (16, 32, 64, 72, 80, 88, 128, 256):
            assert usable(backend, torch.device("cuda"), torch.float32, width)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("width", [16, 64, 72, 128, 256])
def test_the_kernel_of_our_own_is_right_on_low_precision(dtype: torch.dtype, width: int) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert usable("tiles", torch.device("cuda"), dtype, width)


@pytest.mark.parametrize("backend", [*BACKENDS, None])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize("n", [50, 577, 2048, 4096])
@pytest.mark.parametrize("grouped", [False, True])
def test_long_rows_agree_with_float64(n: int, causal: bool, grouped: bool, backend: Backend | None) -> None:
    seen = call(n, causal)
    labels = (torch.arange(n, device="cuda") > n // 3).long()[None]
    found = measure(seen, 1, Groups(labels, 2) if grouped else None, backend=backend)
    assert float((found.entropy.double() - exact(seen)).abs().max()) <= 2e-5


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("backend", [*BACKENDS, None])
def test_low_precision_costs_no_more_than_the_rounding_of_queries_and_keys(
    dtype: torch.dtype, backend: Backend | None
) -> None:
    seen = call(577, causal=True, dtype=dtype)
    found = measure(seen, 1, backend=backend)
    assert found.entropy.dtype == torch.float32
    assert float((found.entropy.double() - exact(seen)).abs().max()) <= 2e-5


def test_without_a_matrix_the_memory_of_long_rows_is_that_of_a_few_times_the_keys() -> None:
    seen = call(4096, causal=False)
    measure(seen, 1)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    measure(seen, 1)
    added = torch.cuda.max_memory_allocated() - before
    matrix = 4 * 4096 * 4096 * 4
    assert added <= 0.1 * matrix
