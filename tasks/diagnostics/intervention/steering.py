"""Steering: change attention at chosen sites while a model runs, and leave the model itself untouched.

Like the tap it sees functions of PyTorch and knows no architecture. Inside a tap it is entered last, so that the tap
sees the attention as it was steered.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from store.errors import GonogoError
from tasks.diagnostics.attention.additions import FOLLOWED, Additions
from tasks.diagnostics.attention.blocking import blocked, blocked_softly
from tasks.diagnostics.attention.entropy import BLOCKED
from tasks.diagnostics.attention.functions import MULTI_HEAD, SCALED_DOT_PRODUCT, SOFTMAX, scores_of
from tasks.diagnostics.attention.running import RunningModules

_MULTI_HEAD = inspect.signature(MULTI_HEAD)


@dataclass(frozen=True, slots=True)
class Change:
    """What is done at a site, to some of its heads or to all."""

    heads: tuple[int, ...] | None = None
    """None: all heads."""
    sharpness: float = 1.0
    """The scores are multiplied by it, finite biases included, and blocked keys stay so: above 1 attention is more
    peaked, at 0 it is uniform over the keys that may be attended to."""
    silent: bool = False
    """What the heads read is replaced by zeros."""
    resampled: int = 0
    """Attention is that of the sample before, of the last one for the first; values stay each sample's own. It is how
    many entries of the call's first dimension are one sample, `Spot.per_sample`; 0: attention is its own."""


Changes = Mapping[str, tuple[Change, ...]]
"""Site, by the dotted name of its module -> what is done there, one change after another."""


class Steering(RunningModules):
    """Within `with Steering(model, {site: (Change(...),)})`, attention on this thread is changed at those sites."""

    def __init__(self, model: nn.Module, changes: Changes) -> None:
        self._changes = {module: changes[name] for name, module in model.named_modules() if name in changes}
        self._additions = Additions()
        super().__init__(self._changes)

    def __torch_function__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if not self.running:
            return func(*args, **kwargs)
        changes = self._changes[self.running[-1]]
        if func in SCALED_DOT_PRODUCT:
            return _steered_sdpa(changes, func, *args, **kwargs)
        if func is MULTI_HEAD:
            return _steered_mha(changes, args, kwargs)
        if func in SOFTMAX:
            return self._softmax(changes, func, args, kwargs)
        result = func(*args, **kwargs)
        if func in FOLLOWED:
            self._additions.follow(func, args, kwargs, result)
        return result

    def _softmax(
        self, changes: Sequence[Change], func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]
    ) -> Tensor:
        scores = scores_of(*args, **kwargs)
        if scores is None:
            return func(*args, **kwargs)  # type: ignore[no-any-return]
        shut = scores <= BLOCKED
        hidden = blocked_softly(scores, self._additions.bias(scores))
        sharpened = _sharpened(changes, scores, shut if hidden is None else shut | hidden, None)
        rest = {name: value for name, value in kwargs.items() if name != "input"}
        return _silenced(changes, _resampled(changes, func(sharpened, *args[1:], **rest)))


def _steered_sdpa(
    changes: Sequence[Change],
    func: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    *args: Any,
    **kwargs: Any,
) -> Tensor:
    for change in changes:
        query = _by_head(change, query, change.sharpness)
    if attn_mask is not None and attn_mask.is_floating_point():
        attn_mask = _sharpened(changes, attn_mask, blocked(attn_mask), query.shape[-3])
    if attn_mask is not None and attn_mask.shape[0] == query.shape[0] and attn_mask.dim() == query.dim():
        attn_mask = _resampled(changes, attn_mask)
    query, key = _resampled(changes, query), _resampled(changes, key)
    return _silenced(changes, func(query, key, value, attn_mask, *args, **kwargs))


def _resampled(changes: Sequence[Change], x: Tensor, dim: int = 0, each: int = 1) -> Tensor:
    """What has one entry a sample, or several, given that of the sample before; `each` is how many more it has."""
    for change in changes:
        if change.resampled:
            x = x.roll(change.resampled * each, dim)
    return x


def _sharpened(changes: Sequence[Change], scores: Tensor, shut: Tensor, heads: int | None) -> Tensor:
    """Scores, or biases that `heads` may share, multiplied by head; keys that are `shut` stay so for good.

    What only just blocks a key would not do so beside scores of the new scale.
    """
    if all(change.sharpness == 1.0 for change in changes):
        return scores
    found = scores
    for change in changes:
        found = _by_head(change, found, change.sharpness, heads)
    closed = torch.where(scores <= BLOCKED, scores, torch.finfo(scores.dtype).min)
    return torch.where(shut, closed, found)


def _steered_mha(changes: Sequence[Change], args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Through the projections: queries are scaled where they are made, and a silent head is cut where it is read."""
    bound = _MULTI_HEAD.bind(*args, **kwargs)
    call = bound.arguments
    heads, width = call["num_heads"], call["embed_dim_to_check"]
    factors, kept = (torch.ones(heads, dtype=call["query"].dtype, device=call["query"].device) for _ in range(2))
    for change in changes:
        factors = factors * _factors(change, heads, change.sharpness, factors)
        if change.silent:
            kept = kept * _factors(change, heads, 0.0, kept)
    factors, kept = (each.repeat_interleave(width // heads) for each in (factors, kept))
    if call.get("use_separate_proj_weight"):
        call["q_proj_weight"] = call["q_proj_weight"] * factors[:, None]
    else:
        weight = call["in_proj_weight"]
        others = torch.ones(len(weight) - width, dtype=factors.dtype, device=factors.device)
        call["in_proj_weight"] = weight * torch.cat([factors, others])[:, None]
    if call["in_proj_bias"] is not None:
        bias = call["in_proj_bias"]
        call["in_proj_bias"] = torch.cat([bias[:width] * factors, bias[width:]])
    call["out_proj_weight"] = call["out_proj_weight"] * kept
    call.update(_steered_masks(changes, call, heads))
    if call["query"].dim() == 3:
        call.update({name: _resampled(changes, call[name], 1) for name in ("query", "key")})
        if call.get("key_padding_mask") is not None:
            call["key_padding_mask"] = _resampled(changes, call["key_padding_mask"])
        if call.get("attn_mask") is not None and call["attn_mask"].dim() == 3:
            call["attn_mask"] = _resampled(changes, call["attn_mask"], 0, heads)
    return MULTI_HEAD(*bound.args, **bound.kwargs)


def _steered_masks(changes: Sequence[Change], call: Mapping[str, Any], heads: int) -> dict[str, Any]:
    """The masks of a multi-head attention, in one, where they could be more than masks and scores are changed."""
    mask, padding = (call.get(name) for name in ("attn_mask", "key_padding_mask"))
    hinted = call.get("is_causal") and padding is None and not call.get("need_weights", True)
    adds = any(each is not None and each.is_floating_point() for each in (mask, padding))
    if hinted or not adds or all(change.sharpness == 1.0 for change in changes):
        return {}  # with the hint, the mask is promised to be that of causality and is not read
    query, keys = call["query"], call["key"].shape[0]
    batch = query.shape[1] if query.dim() == 3 else 1
    whole = torch.zeros(1, 1, 1, keys, dtype=query.dtype, device=query.device)
    if mask is not None:
        own = mask if mask.dim() == 2 else mask.reshape(batch, heads, *mask.shape[1:])
        whole = whole + _additive(own, query)
    if padding is not None:
        whole = whole + _additive(padding, query).reshape(-1, 1, 1, keys)
    whole = _sharpened(changes, whole, blocked(whole), heads).expand(-1, -1, query.shape[0], -1)
    shared = whole.shape[:2] == (1, 1)
    joined = whole[0, 0] if shared else whole.expand(batch, heads, -1, -1).flatten(0, 1)
    return {"attn_mask": joined, "key_padding_mask": None, "is_causal": False}


def _additive(mask: Tensor, like: Tensor) -> Tensor:
    """A mask to be added, where True blocks."""
    return mask if mask.is_floating_point() else torch.zeros_like(mask, dtype=like.dtype).masked_fill(mask, -torch.inf)


def _silenced(changes: Sequence[Change], read: Tensor) -> Tensor:
    for change in changes:
        if change.silent:
            read = _by_head(change, read, 0.0)
    return read


def _by_head(change: Change, x: Tensor, factor: float, heads: int | None = None) -> Tensor:
    """Multiply some heads of `x`, [..., heads, rows, columns], by a factor; other heads stay bit for bit.

    What is one for all `heads`, such as a mask, is given to each.
    """
    if factor == 1.0:
        return x
    if change.heads is None:
        return x * factor
    if heads is None and x.dim() < 4:
        raise GonogoError("heads that share a dimension with the batch cannot be changed one by one; change the site")
    return x * _factors(change, heads or x.shape[-3], factor, x)[:, None, None]


def _factors(change: Change, heads: int, factor: float, like: Tensor) -> Tensor:
    """The factor for each head, [heads]."""
    factors = torch.ones(heads, dtype=like.dtype, device=like.device)
    if change.heads is None:
        return factors.fill_(factor)
    factors[list(change.heads)] = factor
    return factors
