"""One observed call of attention, in one form whatever function it came through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class Projected:
    """Attention seen through its queries and keys; the scores are `scale * q @ k^T + mask`."""

    site: str
    """Dotted name of the innermost module that was running."""
    q: Tensor
    """[..., heads, queries, width]; three dimensions are [samples * heads, queries, width]."""
    k: Tensor
    """[..., heads, keys, width]; with fewer heads than `q`, each key head serves a run of query heads."""
    mask: Tensor | None
    """Broadcastable to the scores. Boolean: True may be attended to. Floating: added to the scores."""
    causal: bool
    """Query i sees the keys 0 to i only."""
    scale: float
    v: Tensor | None = None
    """[..., heads, keys, width], laid out as `k`: what the keys hand on; None where it was not seen."""


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Attention seen at its softmax, through the scores that went into it."""

    site: str
    scores: Tensor
    """[..., heads, queries, keys], masks included; three dimensions are [samples * heads, queries, keys]."""
    probabilities: Tensor | None = None
    """What the model made of them, in the same shape; in a dtype below float32 they are not used."""
    bias: Tensor | None = None
    """The masks and biases in the scores, broadcastable to them, as far as the adding of them was seen."""


AttentionCall = Projected | Scored
