"""A fused kernel that is wrong here is not used, and said so once."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest
import torch
from torch import Tensor

from tasks.diagnostics.attention import calibration, kernels
from tasks.diagnostics.attention.blocks import Piece
from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.entropy import Groups, measure
from tasks.diagnostics.attention.tensor_layout import TensorLayout
from tasks.diagnostics.attention.tiles import by_tiles, run_on

CPU = torch.device("cpu")
FUSED: tuple[Backend, ...] = ("spans", "masks")


@pytest.fixture(autouse=True)
def uncalibrated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calibration, "_found", {})


@pytest.fixture
def off_by_ln_2(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernels.attend

    def wrong(*args: Any) -> tuple[Tensor, Tensor]:
        out, lse = right(*args)
        return out, lse + math.log(2)

    monkeypatch.setattr(kernels, "attend", wrong)


@pytest.mark.parametrize("backend", FUSED)
def test_the_kernel_of_this_device_is_right(backend: Backend) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert calibration.usable(backend, CPU, torch.float32)


@pytest.mark.parametrize("backend", FUSED)
def test_a_wrong_kernel_is_named_once_and_blocks_stand_in(backend: Backend, off_by_ln_2: None) -> None:
    q, k = torch.randn(2, 1, 2, 9, 8, generator=torch.Generator().manual_seed(0))
    call = Projected("site", q, k, None, False, 1.0)
    with pytest.warns(RuntimeWarning, match=r"cpu in torch.float32 is not used for entropies: its lse is off by 0\.7"):
        found = measure(call, 1, backend=backend)
    assert torch.equal(found.entropy, measure(call, 1, backend="blocks").entropy)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        measure(call, 1, backend=backend)


def test_a_kernel_that_does_not_run_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(*_: Any) -> Any:
        raise RuntimeError("no kernel image is available\nmore")

    monkeypatch.setattr(kernels, "attend", missing)
    with pytest.warns(RuntimeWarning, match="no kernel image is available$"):
        assert not calibration.usable("spans", CPU, torch.float32)


def test_memory_that_ran_out_is_no_fault_of_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> Any:
        raise torch.OutOfMemoryError("CUDA out of memory")

    with monkeypatch.context() as full_memory:
        full_memory.setattr(kernels, "attend", full)
        with pytest.raises(torch.OutOfMemoryError):
            calibration.usable("spans", CPU, torch.float32)
    assert calibration.usable("spans", CPU, torch.float32)


def test_threads_that_ask_at_once_calibrate_once(monkeypatch: pytest.MonkeyPatch) -> None:
    right, calls = kernels.attend, []

    def counted(*args: Any) -> tuple[Tensor, Tensor]:
        calls.append(args)
        return right(*args)

    monkeypatch.setattr(kernels, "attend", counted)
    assert calibration.usable("spans", CPU, torch.float32)
    once = len(calls)
    calibration._found.clear()
    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(lambda _: calibration.usable("spans", CPU, torch.float32), range(8)))
    assert len(calls) == 2 * once


def test_not_a_number_is_not_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernels, "attend", lambda q, k, v, *_: (v * math.nan, q[..., 0]))
    with pytest.warns(RuntimeWarning):
        assert not calibration.usable("masks", CPU, torch.float32)


def test_a_kernel_that_forgets_its_mask_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    right = kernels.attend
    monkeypatch.setattr(kernels, "attend", lambda q, k, v, mask, *rest: right(q, k, v, None, *rest))
    assert calibration.usable("spans", CPU, torch.float32)
    with pytest.warns(RuntimeWarning, match="its lse is off"):
        assert not calibration.usable("masks", CPU, torch.float32)


Right = Callable[..., Any]


def few_rows(right: Right) -> Right:
    """Off where the rows are few."""
    return lambda q, *rest: tuple(part + (q.shape[2] < 64) for part in right(q, *rest))


def heads_that_share_keys(right: Right) -> Right:
    """Each head of a key head is given what the first one should have."""
    return lambda q, k, *rest: right(q if k.stride(1) else q[:, :1].expand_as(q), k, *rest)


def groups_of_keys(right: Right) -> Right:
    """Off where values are wider than keys, as those of groups are."""
    return lambda q, k, v, *rest: (lambda out, lse: (out * (1 if v.shape[-1] == k.shape[-1] else 0.9), lse))(
        *right(q, k, v, *rest)
    )


@pytest.mark.parametrize("fault", [few_rows, heads_that_share_keys, groups_of_keys])
@pytest.mark.parametrize("backend", FUSED)
def test_a_kernel_that_is_wrong_for_some_calls_is_found_out(
    backend: Backend, fault: Callable[[Right], Right], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernels, "attend", fault(kernels.attend))
    if backend == "spans" and fault is groups_of_keys:
        assert calibration.usable(backend, CPU, torch.float32), (
            "spans are joined to groups, and need none in the kernel"
        )
        return
    with pytest.warns(RuntimeWarning, match="is not used for entropies: its .* is off by"):
        assert not calibration.usable(backend, CPU, torch.float32)


TILES: dict[str, Right] = {
    "few rows": lambda layout, groups: (layout, groups, layout.q.shape[2] < 64),
    "groups": lambda layout, groups: (
        layout,
        None if groups is None else Groups(groups.labels.flip(1), groups.count),
        False,
    ),
    "a bias": lambda layout, groups: (
        layout if layout.mask is None or layout.mask.dtype == torch.bool else replace(layout, mask=layout.mask * 0.9),
        groups,
        False,
    ),
    "a mask for each head": lambda layout, groups: (
        layout if layout.mask is None else replace(layout, mask=layout.mask[:, :1]),
        groups,
        False,
    ),
    "heads that share keys": lambda layout, groups: (
        layout if layout.k.shape[1] > 1 else replace(layout, q=layout.q[:, :1].expand_as(layout.q)),
        groups,
        False,
    ),
}


@pytest.mark.slow
@pytest.mark.skipif(not run_on("cpu"), reason="there is no Triton that could be interpreted")
@pytest.mark.parametrize("fault", TILES.values(), ids=TILES)
def test_a_kernel_of_our_own_that_is_wrong_for_some_calls_is_found_out(
    fault: Right, monkeypatch: pytest.MonkeyPatch
) -> None:
    def wrong(layout: TensorLayout, groups: Groups | None) -> Piece:
        layout, groups, off = fault(layout, groups)
        found = by_tiles(layout, groups)
        return found._replace(lse=found.lse + off)

    monkeypatch.setitem(calibration._RUN, "tiles", wrong)  # type: ignore[arg-type]
    with pytest.warns(RuntimeWarning, match="is not used for entropies: its .* is off by"):
        assert not calibration.usable("tiles", CPU, torch.float32)


@pytest.mark.slow
@pytest.mark.skipif(not run_on("cpu"), reason="there is no Triton that could be interpreted")
def test_the_kernel_of_our_own_is_right() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert calibration.usable("tiles", CPU, torch.float32)
