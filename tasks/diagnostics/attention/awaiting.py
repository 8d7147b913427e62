"""Values of attention that is seen at its softmax: they show where the product that reads them runs, a moment later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.attention.calls import Scored
from tasks.diagnostics.attention.weighing import same, tensors

if TYPE_CHECKING:
    from torch import Tensor


class AwaitedValues:
    """The newest softmax, until the product `weights @ values` runs; `sink` is then given the call and its values.

    A new softmax takes the place of the one that waited, so that no more than one is held. A product of other shapes
    tells nothing, nor does an `einsum`, which may have its operands in any order: such a call stays without values.
    """

    def __init__(self, sink: Callable[[Scored, Tensor], None]) -> None:
        self._sink = sink
        self._kept: Scored | None = None

    def keep(self, call: Scored) -> None:
        """A softmax has run."""
        self._kept = call

    def take(self, site: str, operands: Sequence[Any]) -> None:
        """A product of matrices has run at `site`: the last two of its operands, weights first."""
        kept = self._kept
        if kept is None or kept.probabilities is None or (operands and isinstance(operands[0], str)):
            return
        found = list(tensors(operands))
        if len(found) < 2:
            return
        weights, values = found[-2:]
        if values.dim() < 3 or values.shape[:-1] != (*kept.scores.shape[:-2], kept.scores.shape[-1]):
            return
        # a cast, or dropout, makes another tensor of them, which is known by its shape in the same module
        if weights.shape == kept.scores.shape and (same(weights, kept.probabilities) or site == kept.site):
            self._kept = None
            self._sink(kept, values)
