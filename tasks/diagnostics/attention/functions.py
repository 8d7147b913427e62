"""PyTorch's functions that attend, in every spelling, so that what the tap sees is also what can be steered."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


def _kernels(*names: str) -> list[Any]:
    """Operators of PyTorch by name, those that this version has, with all their overloads."""
    found = [getattr(torch.ops.aten, name) for name in names if hasattr(torch.ops.aten, name)]
    return [*found, *(getattr(packet, overload) for packet in found for overload in packet.overloads())]


SOFTMAX = frozenset(
    [functional.softmax, torch.softmax, Tensor.softmax, torch.special.softmax, *_kernels("softmax", "_softmax")]
)
SCALED_DOT_PRODUCT = frozenset([functional.scaled_dot_product_attention, *_kernels("scaled_dot_product_attention")])
PRODUCT = frozenset(
    [
        *(torch.matmul, Tensor.matmul, Tensor.__matmul__, Tensor.__rmatmul__),
        *(torch.bmm, Tensor.bmm, torch.baddbmm, Tensor.baddbmm, torch.einsum),
        *_kernels("matmul", "bmm", "baddbmm", "einsum"),
    ]
)
"""Products of matrices, through which attention reads its values."""
MULTI_HEAD = functional.multi_head_attention_forward
OPAQUE = frozenset(
    _kernels(
        "_scaled_dot_product_attention_math",
        "_scaled_dot_product_flash_attention",
        "_scaled_dot_product_flash_attention_for_cpu",
        "_scaled_dot_product_efficient_attention",
        "_scaled_dot_product_cudnn_attention",
        "_flash_attention_forward",
        "_efficient_attention_forward",
    )
)
"""Kernels that keep their scores to themselves."""


def scores_of(input: Any, dim: Any = None, *_: Any, **__: Any) -> Tensor | None:
    """What a softmax is taken of, [..., rows, keys], where it could be attention: of three dimensions or more.

    The arguments are those of the call; None where it is over another dimension than the last.
    """
    if not isinstance(input, Tensor) or input.dim() < 3 or dim not in (-1, input.dim() - 1):
        return None
    return input
