"""Queries, keys and mask of a `torch.nn.functional.multi_head_attention_forward` call, from its arguments."""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from store.errors import GonogoError
from tasks.diagnostics.calls import Projected

if TYPE_CHECKING:
    from torch import Tensor


def projected(site: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Projected:
    """Project the inputs as the function does, as it keeps its queries and keys to itself.

    Raises GonogoError for `static_k`, of which no model in use is known. Source: PyTorch, `torch/nn/functional.py`.
    """
    from torch.nn.functional import multi_head_attention_forward

    bound = inspect.signature(multi_head_attention_forward).bind(*args, **kwargs)
    bound.apply_defaults()
    call = bound.arguments
    if call["static_k"] is not None:
        raise GonogoError(f"{site}: multi-head attention with static keys is not supported; leave this model out")
    query, key, heads = call["query"], call["key"], call["num_heads"]
    padding = call["key_padding_mask"]
    if query.dim() == 2:
        query, key = query.unsqueeze(1), key.unsqueeze(1)
        padding = None if padding is None else padding.unsqueeze(0)
    # with no padding and no weights to return, the function trusts the causal hint and drops the mask
    causal = bool(call["is_causal"]) and padding is None and not call["need_weights"]
    q, k = _project(query, key, call)
    q, k = _split(q, heads), _split(_with_extra_keys(k, call), heads)
    mask = _merged_mask(None if causal else call["attn_mask"], padding, q, k.shape[-2])
    return Projected(site, q, k, mask, causal, 1 / math.sqrt(q.shape[-1]))


def _project(query: Tensor, key: Tensor, call: Mapping[str, Any]) -> tuple[Tensor, Tensor]:
    """Queries and keys, [length, samples, embedding]."""
    from torch.nn.functional import linear

    bias = call["in_proj_bias"]
    q_bias, k_bias = (None, None) if bias is None else bias.chunk(3)[:2]
    if call["use_separate_proj_weight"]:
        q_weight, k_weight = call["q_proj_weight"], call["k_proj_weight"]
    else:
        q_weight, k_weight = call["in_proj_weight"].chunk(3)[:2]
    return linear(query, q_weight, q_bias), linear(key, k_weight, k_bias)


def _with_extra_keys(k: Tensor, call: Mapping[str, Any]) -> Tensor:
    """Append the learned key and the zero key, where the module has them; both are always attendable."""
    import torch

    if call["bias_k"] is not None:
        k = torch.cat([k, call["bias_k"].expand(1, k.shape[1], -1)])
    if call["add_zero_attn"]:
        k = torch.cat([k, k.new_zeros(1, *k.shape[1:])])
    return k


def _split(x: Tensor, heads: int) -> Tensor:
    """[length, samples, embedding] to [samples, heads, length, width]."""
    length, samples, _ = x.shape
    return x.reshape(length, samples, heads, -1).permute(1, 2, 0, 3)


def _merged_mask(mask: Tensor | None, padding: Tensor | None, q: Tensor, keys: int) -> Tensor | None:
    """One additive mask, broadcastable to [samples, heads, queries, keys]; here, unlike in SDPA, True means blocked."""
    merged = None
    if mask is not None:
        shape = (1, 1, *mask.shape) if mask.dim() == 2 else (q.shape[0], q.shape[1], *mask.shape[-2:])
        merged = _additive(mask, q, keys).reshape(*shape[:-1], keys)
    if padding is not None:
        blocked = _additive(padding, q, keys)[:, None, None, :]
        merged = blocked if merged is None else merged + blocked
    return merged


def _additive(mask: Tensor, q: Tensor, keys: int) -> Tensor:
    import torch

    if mask.dtype == torch.bool:
        mask = torch.zeros_like(mask, dtype=q.dtype).masked_fill(mask, -math.inf)
    return torch.nn.functional.pad(mask, (0, keys - mask.shape[-1]))
