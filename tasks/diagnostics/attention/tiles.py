"""Entropy by one kernel of Triton, which walks the scores tile by tile and keeps none, under any mask or grouping.

With t = s - max(s) each row keeps the sums of exp(t) and of t exp(t), by group of keys, and rescales both when its
maximum grows: H = ln sum exp(t) - sum t exp(t) / sum exp(t), two positive terms. Products of low-precision queries and
keys are exact in the float32 they are summed in, so nothing is upcast first. Source of the rescaled sum, to which the
second one is added: Milakov and Gimelshein (2018), "Online normalizer calculation for softmax".
"""

from __future__ import annotations

import os
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.blocks import Piece
from tasks.diagnostics.attention.rows import BLOCKED, LOW, Groups
from tasks.diagnostics.attention.tensor_layout import TensorLayout

if TYPE_CHECKING:
    from torch import Tensor


PRECISION = "tf32x3"
"""How products of float32 are taken: in three parts on the matrix units, no less exact than in float32, and faster."""

STEP = 32
"""Keys of a tile."""


@cache
def run_on(device: str) -> bool:
    """Whether the kernel runs on a type of device; Triton comes with PyTorch for CUDA on Linux, and can interpret."""
    return find_spec("triton") is not None and (device == "cuda" or os.environ.get("TRITON_INTERPRET") == "1")


def by_tiles(layout: TensorLayout, groups: Groups | None = None) -> Piece:
    """Entropies of a layout in its own dtype, below float64; with `groups`, by group of keys as well."""
    import torch

    from tasks.diagnostics.attention.tiles_kernel import entropy_of_rows

    q, k, mask = layout.q, layout.k, layout.mask
    batch, heads, queries, width = q.shape
    count = 1 if groups is None else groups.count
    lse = q.new_empty(batch, heads, queries, dtype=torch.float64)
    entropy = q.new_empty(batch, heads, queries, dtype=torch.float32)
    mass, surprise = (q.new_empty(batch, heads, queries, count, dtype=torch.float32) for _ in range(2))
    labels = lse if groups is None else groups.labels.to(q.device, torch.int32)
    rows = min(64 if width <= 128 else 32, max(16, _power(queries)))
    entropy_of_rows[(-(-queries // rows) * batch, heads)](
        q, k, q if mask is None else _bytes(mask), labels, lse, entropy, mass, surprise,
        *q.stride(), *k.stride(), *_strides(mask), *((0, 0) if groups is None else labels.stride()),
        heads // k.shape[1], queries, k.shape[2], width, layout.first, layout.scale,
        CAUSAL=layout.causal,
        MASKED=0 if mask is None else 2 if mask.is_floating_point() else 1,
        GROUPED=groups is not None,
        GROUPS=count,
        SLOTS=_power(count),
        WIDTH=max(16, _power(width)),
        ROWS=rows,
        KEYS=STEP,
        LOW=LOW,
        BLOCKED=BLOCKED,
        PRECISION=PRECISION,
        num_warps=4,
        num_stages=2,
    )  # fmt: skip
    return Piece(lse, entropy) if groups is None else Piece(lse, entropy, mass, surprise)


def _power(n: int) -> int:
    """The least power of two that is no less than `n`."""
    return 1 << (n - 1).bit_length()


def _bytes(mask: Tensor) -> Tensor:
    """A mask that the kernel can load: booleans as the bytes they are."""
    import torch

    return mask.view(torch.uint8) if mask.dtype == torch.bool else mask


def _strides(mask: Tensor | None) -> tuple[int, ...]:
    """Steps of a mask over samples, heads, rows and keys; 0 where one entry serves all."""
    if mask is None:
        return (0, 0, 0, 0)
    return tuple(0 if size == 1 else step for size, step in zip(mask.shape, mask.stride(), strict=True))
