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
    """The scores are multiplied by it: above 1 attention is more peaked, at 0 it is uniform."""
    silent: bool = False
    """What the heads read is replaced by zeros."""


Changes = Mapping[str, tuple[Change, ...]]
"""Site, by the dotted name of its module -> what is done there, one change after another."""


class Steering(RunningModules):
    """Within `with Steering(model, {site: (Change(...),)})`, attention on this thread is changed at those sites."""

    def __init__(self, model: nn.Module, changes: Changes) -> None:
        self._changes = {module: changes[name] for name, module in model.named_modules() if name in changes}
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
            return _steered_softmax(changes, func, args, kwargs)
        return func(*args, **kwargs)


def _steered_sdpa(changes: Sequence[Change], func: Any, query: Tensor, *args: Any, **kwargs: Any) -> Tensor:
    for change in changes:
        query = _by_head(change, query, change.sharpness)
    return _silenced(changes, func(query, *args, **kwargs))


def _steered_softmax(changes: Sequence[Change], func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Tensor:
    scores = scores_of(*args, **kwargs)
    if scores is None:
        return func(*args, **kwargs)  # type: ignore[no-any-return]
    sharpened = scores
    for change in changes:
        sharpened = _by_head(change, sharpened, change.sharpness)
    sharpened = torch.where(scores <= BLOCKED, scores, sharpened)
    rest = {name: value for name, value in kwargs.items() if name != "input"}
    return _silenced(changes, func(sharpened, *args[1:], **rest))


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
    return MULTI_HEAD(*bound.args, **bound.kwargs)


def _silenced(changes: Sequence[Change], read: Tensor) -> Tensor:
    for change in changes:
        if change.silent:
            read = _by_head(change, read, 0.0)
    return read


def _by_head(change: Change, x: Tensor, factor: float) -> Tensor:
    """Multiply some heads of `x`, [..., heads, rows, columns], by a factor; other heads stay bit for bit."""
    if factor == 1.0:
        return x
    if change.heads is None:
        return x * factor
    if x.dim() < 4:
        raise GonogoError("heads that share a dimension with the batch cannot be changed one by one; change the site")
    return x * _factors(change, x.shape[-3], factor, x)[:, None, None]


def _factors(change: Change, heads: int, factor: float, like: Tensor) -> Tensor:
    """The factor for each head, [heads]."""
    factors = torch.ones(heads, dtype=like.dtype, device=like.device)
    if change.heads is None:
        return factors.fill_(factor)
    factors[list(change.heads)] = factor
    return factors
