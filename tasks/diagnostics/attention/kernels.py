"""The fused attention kernel of a device, with the log-sum-exp it computes on its way.

Source: PyTorch, `aten/src/ATen/native/native_functions.yaml`. The kernel of the CPU takes masks in the dtype of the
queries only, and values no wider than queries; that of CUDA wants rows of masks and values aligned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

_ALIGNED = 16


def attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    """Output, [batch, heads, queries, value width], and log-sum-exp, [batch, heads, queries], natural.

    `q` is [batch, heads, queries, width], `k` and `v` are [batch, heads, keys, ...], `mask` is additive and
    broadcastable to the scores. Of a row of which every key is at minus infinity, neither result means anything.
    """
    import torch

    width = v.shape[-1]
    if mask is not None:
        mask = _aligned(mask.to(q.dtype)).expand(q.shape[0], q.shape[1], q.shape[2], k.shape[2])
    if q.device.type == "cpu":
        widest = max(width, q.shape[-1])
        q, k, v = (torch.nn.functional.pad(x, (0, widest - x.shape[-1])) for x in (q, k, v))
        out, lse = torch.ops.aten._scaled_dot_product_flash_attention_for_cpu(
            q, k, v, 0.0, causal, attn_mask=mask, scale=scale
        )
    else:
        q, k, v = (torch.nn.functional.pad(x, (0, -x.shape[-1] % 8)) for x in (q, k, v))
        out, lse, *_ = torch.ops.aten._scaled_dot_product_efficient_attention(
            q, k, v, mask, True, 0.0, causal, scale=scale
        )
    return out[..., :width], lse[..., : q.shape[2]]


def _aligned(mask: Tensor) -> Tensor:
    """The same numbers in rows that each start at an aligned address."""
    import torch

    short = -mask.shape[-1] % _ALIGNED
    return torch.nn.functional.pad(mask, (0, short))[..., : mask.shape[-1]] if short else mask.contiguous()
