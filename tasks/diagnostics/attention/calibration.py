"""A check of each kernel against float64, once a process and device, as one may be wrong on some, or not run."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from store.errors import first_line
from tasks.diagnostics.attention.blocks import Piece, by_blocks
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.fused import by_masks, by_spans
from tasks.diagnostics.attention.rows import Groups, members
from tasks.diagnostics.attention.tensor_layout import TensorLayout
from tasks.diagnostics.attention.tiles import by_tiles
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

TOLERANCE = 2e-5
"""Largest error of a log-sum-exp, an entropy or a group's part of it, nats, and of a group's mass."""

_found: dict[tuple[Backend, torch.device, torch.dtype, int], str] = {}
"""What is wrong, empty where nothing is; written by one thread at a time."""
_turn = threading.Lock()


def usable(backend: Backend, device: torch.device, dtype: torch.dtype, width: int = 32) -> bool:
    """Whether a backend is right on a device, for heads of some width; warns once where it is not."""
    if backend == "blocks":
        return True
    key = (backend, device, dtype, width)
    with _turn:
        if key not in _found:
            _found[key] = _fault(backend, device, dtype, width)
            if _found[key]:
                warnings.warn(
                    f"the {_KERNELS[backend]} for heads of width {width} on {device} in {dtype} is not used for "
                    f"entropies: {_found[key]}",
                    RuntimeWarning,
                    stacklevel=2,
                )
        return not _found[key]


_KERNELS = {"tiles": "kernel of Triton", "spans": "fused attention", "masks": "fused attention under masks"}
_RUN: Mapping[Backend, Callable[[TensorLayout, Groups | None], Piece | None]] = {
    "tiles": by_tiles,
    "spans": lambda layout, _: by_spans(layout),
    "masks": lambda layout, groups: by_masks(layout, None if groups is None else members(groups, layout.q)),
}


def _fault(backend: Backend, device: torch.device, dtype: torch.dtype, width: int) -> str:
    """What is wrong with a backend; empty where nothing is. To have no memory left is no fault of it, and raised."""
    for layout, groups in _examples(backend, device, dtype, width):
        try:
            found = _RUN[backend](layout, groups)
        except Exception as error:  # whatever else keeps a kernel from running, there is another backend
            if is_out_of_memory(error):
                raise
            return first_line(error)
        mask = None if layout.mask is None else layout.mask.cpu()
        double = replace(layout, q=layout.q.cpu().double(), k=layout.k.cpu().double(), mask=mask)
        exact = by_blocks(double, None if groups is None else members(groups, double.q))
        assert found is not None, "the examples are not sharp"
        for name, one, other in zip(Piece._fields, found, exact, strict=True):
            if one is None or other is None:
                continue
            off = float((one.cpu().double() - other).abs().max())
            if not off <= TOLERANCE:  # as NaN is not either
                return f"its {name} is off by {off:.1g}"
    return ""


def _examples(
    backend: Backend, device: torch.device, dtype: torch.dtype, width: int
) -> list[tuple[TensorLayout, Groups | None]]:
    """Each kind of call that a backend may be chosen for, alone and with another, and its groups of keys.

    Full and causal attention, heads that share keys, and a few rows, which other tiles of a kernel serve; under masks
    and with groups of keys for the backends that take them, and under biases for that which takes those.
    """
    import torch

    drawn = torch.Generator().manual_seed(0)
    q, k = (torch.randn(2, 2, 70, width, generator=drawn, dtype=torch.float64).to(device, dtype) for _ in range(2))
    plain = TensorLayout(q, k, None, False, 2.8 / width**0.5)
    causal, shared = replace(plain, causal=True), replace(plain, k=k[:, :1])
    few = replace(plain, q=q[:, :, :5])
    found: list[tuple[TensorLayout, Groups | None]] = [(each, None) for each in (plain, causal, shared, few)]
    found.append((replace(few, k=k[:, :1], causal=True), None))
    if backend == "spans":
        return found
    free = torch.rand(2, 2, 70, 70, generator=drawn).to(device) > 0.4
    groups = Groups(torch.randint(3, (2, 70), generator=drawn).to(device), 3)
    for_all, for_each = (replace(plain, mask=mask) for mask in (free[:1, :1], free))
    found += [(for_all, None), (for_each, groups), (replace(shared, mask=free), None), (causal, groups)]
    found += [(replace(few, k=k[:, :1], mask=free[:, :1, :1]), groups)]
    if backend == "tiles":
        bias = torch.randn(1, 2, 70, 70, generator=drawn).to(device, dtype).masked_fill(~free[:1], -torch.inf)
        found += [(replace(plain, mask=bias), None), (replace(few, mask=bias[:, :, :5]), groups)]
    return found
