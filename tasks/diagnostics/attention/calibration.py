"""A check of each kernel against float64, once a process and device, as one may be wrong on some, or not run."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from store.errors import first_line
from tasks.diagnostics.attention.blocks import Piece, by_blocks
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.fused import by_masks, by_spans
from tasks.diagnostics.attention.layout import Layout
from tasks.diagnostics.attention.tiles import by_tiles
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

TOLERANCE = 2e-5
"""Largest error of a log-sum-exp or an entropy, nats."""

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
_RUN = {"tiles": by_tiles, "spans": by_spans, "masks": by_masks}


def _fault(backend: Backend, device: torch.device, dtype: torch.dtype, width: int) -> str:
    """What is wrong with a backend; empty where nothing is. To have no memory left is no fault of it, and raised."""
    for layout in _examples(backend, device, dtype, width):
        try:
            found = _RUN[backend](layout)
        except Exception as error:  # whatever else keeps a kernel from running, there is another backend
            if is_out_of_memory(error):
                raise
            return first_line(error)
        mask = None if layout.mask is None else layout.mask.cpu()
        exact = by_blocks(replace(layout, q=layout.q.cpu().double(), k=layout.k.cpu().double(), mask=mask))
        for name, one, other in zip(Piece._fields[:2], found[:2], exact[:2], strict=True):
            assert one is not None
            assert other is not None
            off = float((one.cpu().double() - other).abs().max())
            if not off <= TOLERANCE:  # as NaN is not either
                return f"its {name} is off by {off:.1g}"
    return ""


def _examples(backend: Backend, device: torch.device, dtype: torch.dtype, width: int) -> list[Layout]:
    """Full and causal attention and, for the backends that take them, some under a mask."""
    import torch

    drawn = torch.Generator().manual_seed(0)
    q, k = (torch.randn(1, 2, 70, width, generator=drawn, dtype=torch.float64).to(device, dtype) for _ in range(2))
    plain = Layout(q, k, None, False, 2.8 / width**0.5)
    mask = torch.rand(1, 1, 70, 70, generator=drawn).to(device) > 0.4
    masked = [] if backend == "spans" else [replace(plain, mask=mask)]
    return [plain, replace(plain, causal=True), *masked]
