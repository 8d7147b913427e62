"""A check of each fused backend against float64, once a process and device, as a kernel may be wrong on some."""

from __future__ import annotations

import threading
import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.blocks import Piece, by_blocks
from tasks.diagnostics.attention.choose import Backend
from tasks.diagnostics.attention.fused import by_masks, by_spans
from tasks.diagnostics.attention.layout import Layout
from tasks.memory import is_out_of_memory

if TYPE_CHECKING:
    import torch

TOLERANCE = 2e-5
"""Largest error of a log-sum-exp or an entropy, nats."""

_found: dict[tuple[Backend, torch.device, torch.dtype], str] = {}
"""What is wrong, empty where nothing is; written by one thread at a time."""
_turn = threading.Lock()


def usable(backend: Backend, device: torch.device, dtype: torch.dtype) -> bool:
    """Whether a backend is right on a device; warns once where it is not."""
    if backend == "blocks":
        return True
    key = (backend, device, dtype)
    with _turn:
        if key not in _found:
            _found[key] = _fault(backend, device, dtype)
            if _found[key]:
                warnings.warn(
                    f"the fused attention of {device} in {dtype} is not used for entropies: {_found[key]}",
                    RuntimeWarning,
                    stacklevel=2,
                )
        return not _found[key]


def _fault(backend: Backend, device: torch.device, dtype: torch.dtype) -> str:
    """What is wrong with a backend; empty where nothing is. To have no memory left is no fault of it, and raised."""
    for layout in _examples(backend, device, dtype):
        try:
            found = by_spans(layout) if backend == "spans" else by_masks(layout)
        except RuntimeError as error:
            if is_out_of_memory(error):
                raise
            return str(error).splitlines()[0]
        mask = None if layout.mask is None else layout.mask.cpu()
        exact = by_blocks(replace(layout, q=layout.q.cpu().double(), k=layout.k.cpu().double(), mask=mask))
        for name, one, other in zip(Piece._fields[:2], found[:2], exact[:2], strict=True):
            assert one is not None
            assert other is not None
            off = float((one.cpu().double() - other).abs().max())
            if not off <= TOLERANCE:  # as NaN is not either
                return f"its {name} is off by {off:.1g}"
    return ""


def _examples(backend: Backend, device: torch.device, dtype: torch.dtype) -> list[Layout]:
    """Full and causal attention and, for the backend that takes them, some under a mask."""
    import torch

    drawn = torch.Generator().manual_seed(0)
    q, k = (torch.randn(1, 2, 70, 32, generator=drawn, dtype=torch.float64).to(device, dtype) for _ in range(2))
    plain = Layout(q, k, None, False, 0.5)
    mask = torch.rand(1, 1, 70, 70, generator=drawn).to(device) > 0.4
    masked = [replace(plain, mask=mask)] if backend == "masks" else []
    return [plain, replace(plain, causal=True), *masked]
