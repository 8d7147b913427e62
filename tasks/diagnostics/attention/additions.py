"""What is added to scores on their way from the product of queries and keys to a softmax: masks and biases.

At the softmax itself they are part of the scores, where a bias of -100 cannot be told from sharp attention.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.utils.weak import WeakIdKeyDictionary


class Additions:
    """Follows scores through the calls that a `TorchFunctionMode` sees.

    Followed are sums, views that leave keys where they are, changes of dtype, and hiding keys. What scales scores after
    something was added to them, and whatever else is done to them, ends the trail: `bias` is then None.
    """

    def __init__(self) -> None:
        self._added: MutableMapping[Tensor, Tensor | None] = WeakIdKeyDictionary()
        """Scores -> what was added to them so far, if anything, broadcastable to them."""

    def follow(self, func: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Any) -> None:
        """Take note of a call of one of `FOLLOWED`."""
        if isinstance(result, Tensor):
            _FOLLOWED[func](self, args, kwargs, result)

    def bias(self, scores: Tensor) -> Tensor | None:
        """What was added to some scores, broadcastable to them, as far as it was seen."""
        return self._added.get(scores)

    def _product(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        del args, kwargs
        self._added[result] = None

    def _product_and_sum(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        plain = len(args) == 3 and isinstance(args[0], Tensor) and kwargs.get("beta", 1) == 1
        self._added[result] = args[0] if plain else None

    def _sum(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        self._join(args, kwargs, result, 1)

    def _difference(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        self._join(args, kwargs, result, -1)

    def _join(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor, sign: int) -> None:
        one = args[0] if args else kwargs.get("input")
        other = args[1] if len(args) > 1 else kwargs.get("other")
        if sign > 0 and isinstance(other, Tensor) and other in self._added:
            one, other = other, one
        if not isinstance(one, Tensor) or one not in self._added or one.shape != result.shape:
            return
        before = self._added[one]
        if not isinstance(other, Tensor) or other.dim() == 0:  # the same for all keys
            self._added[result] = before
            return
        if not other.is_floating_point() or other in self._added or "alpha" in kwargs:
            self._added[result] = None
            return
        added = other if sign > 0 else -other
        self._added[result] = added if before is None else before + added

    def _scaled(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        given = (*args, *kwargs.values())
        if any(isinstance(arg, Tensor) and arg in self._added and arg.shape == result.shape for arg in given):
            self._added[result] = None

    def _kept(self, args: tuple[Any, ...], kwargs: Mapping[str, Any], result: Tensor) -> None:
        for arg in (*args, *kwargs.values()):
            if isinstance(arg, Tensor) and arg in self._added:
                before = self._added[arg]
                if arg.shape == result.shape:
                    self._added[result] = before
                elif arg.numel() == result.numel() and arg.shape[-1] == result.shape[-1]:
                    self._added[result] = None if before is None else before.expand(arg.shape).reshape(result.shape)
                return


def _named(*names: str) -> list[Any]:
    """Functions and methods of PyTorch by name; operators such as `@` are seen as methods."""
    return [getattr(owner, name) for owner in (torch, Tensor) for name in names if hasattr(owner, name)]


_Follow = Callable[[Additions, tuple[Any, ...], Mapping[str, Any], Tensor], None]
_FOLLOWED: Mapping[Any, _Follow] = {
    **dict.fromkeys(_named("matmul", "bmm", "einsum", "__rmatmul__"), Additions._product),
    **dict.fromkeys(_named("baddbmm"), Additions._product_and_sum),
    **dict.fromkeys(_named("add", "add_"), Additions._sum),
    **dict.fromkeys(_named("sub", "sub_"), Additions._difference),
    **dict.fromkeys(_named("mul", "mul_", "div", "div_", "true_divide"), Additions._scaled),
    **dict.fromkeys(
        [
            *_named("view", "reshape", "flatten", "unflatten", "squeeze", "unsqueeze", "contiguous", "clone"),
            *_named("to", "type", "type_as", "float", "double", "half", "bfloat16"),
            *_named("masked_fill", "masked_fill_", "where", "clamp", "clamp_"),
            *[functional.dropout, torch.dropout],
        ],
        Additions._kept,
    ),
}
FOLLOWED = frozenset(_FOLLOWED)
"""The calls that are of interest, in every spelling."""
