"""The one rule of which keys a mask or bias blocks: what rows count, nulls compare with and steering leaves alone."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.rows import BLOCKED, FAINT

if TYPE_CHECKING:
    from torch import Tensor

HOPELESS = -math.log(FAINT)
"""Nats, 69, by which a bias puts a key below the best of its row so far that its mass counts as none.

Swin keeps the parts of a shifted window apart by a mere -100. A steep ALiBi reaches as deep over long sequences: its
far keys are as much out of reach, so that its rows may attend to a window of keys, and uniform attention is that over
the window. The biases of Swin, T5 and the like, which only prefer, span a few nats.
"""


def blocked(bias: Tensor, seen: Tensor | None = None) -> Tensor:
    """Where a bias, [..., queries, keys], blocks a key: boolean, of its shape and that of `seen`.

    It does so at BLOCKED or below, and more than HOPELESS below the largest bias of the row. `seen`, boolean, are the
    keys that nothing else hides from a row: only they have a say in what is largest. NaN blocks nothing, to be found
    out.
    """
    import torch

    reach = bias if seen is None else torch.where(seen, bias, -torch.inf)
    return (bias <= BLOCKED) | (bias < reach.amax(dim=-1, keepdim=True) - HOPELESS)


def hardened(mask: Tensor, seen: Tensor | None = None) -> Tensor:
    """An additive mask with minus infinity wherever it blocks a key."""
    import torch

    found = blocked(mask, seen)
    return mask.expand(found.shape).masked_fill(found, -torch.inf)


def blocked_softly(scores: Tensor, bias: Tensor | None) -> Tensor | None:
    """Where a bias that is part of scores blocks keys which the scores themselves, being above BLOCKED, leave open.

    Boolean, of the shape of the scores; None where there is surely no such key.
    """
    if bias is None:
        return None
    if scores.device.type == "cpu":  # a GPU would have to wait for the answer
        finite = bias[bias > BLOCKED]
        if not finite.numel() or bool(finite.max() - finite.min() <= HOPELESS):
            return None
    seen = scores > BLOCKED
    return blocked(bias.expand_as(scores), seen) & seen
