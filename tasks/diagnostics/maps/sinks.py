"""Sinks: keys that take far more attention than the others, from all rows and whatever the input is.

They are described and never an alarm, as sound models have them: the first position of decoders (Xiao et al. 2023,
arXiv:2309.17453), and the special tokens of encoders. What a sink takes says nothing of how widely the rest is spread,
so that kinds are judged without it. Artefacts of vision transformers (Darcet et al. 2023, arXiv:2309.16588) lie at
another place in each image; there they cannot be told from content, and are no sinks here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

IMAGES = 16
"""Images, the first of the data, in which sinks are looked for; where more are measured, these are the same ones."""
TIMES = 8.0
"""A sink takes so many times what uniform attention would give it, where the rows are long enough for that."""
BEYOND = 0.3
"""In short rows, where that would be more than there is: so much more than uniform attention would give it."""
LEAST = 0.1
"""Share of all attention that a sink takes at least."""


class Received:
    """What each key of a site receives, summed over rows and inputs, beside what uniform attention would give it."""

    def __init__(self) -> None:
        self._sums: tuple[Tensor, Tensor, Tensor] | None = None

    def add(self, weights: Tensor, attendable: Tensor, counts: Tensor) -> None:
        """Attention and what is attendable, [samples, windows, heads, rows, keys]; `counts` are the rows that count."""
        kept = counts[..., None].double()
        uniform = attendable / attendable.sum(dim=-1, keepdim=True).clamp_min(1)
        received, by_chance = ((each * kept).sum(dim=(0, 3)) for each in (weights, uniform))
        rows = kept.sum(dim=(0, 3))
        before, self._sums = self._sums, (received, by_chance, rows)
        if before is not None:
            self._sums = (_sum(before[0], received), _sum(before[1], by_chance), before[2] + rows)

    def merge(self, other: Received) -> None:
        """Add what another one has, of other inputs at the same site."""
        if self._sums is None or other._sums is None:
            self._sums = self._sums or other._sums
            return
        self._sums = tuple(map(_sum, self._sums, other._sums))  # type: ignore[assignment]

    @property
    def sinks(self) -> Tensor | None:
        """Boolean, [windows, heads, keys]; None where nothing was added."""
        if self._sums is None:
            return None
        received, by_chance, rows = self._sums
        rows = rows.clamp_min(1)
        by_chance = by_chance / rows
        return received / rows > (TIMES * by_chance).minimum(by_chance + BEYOND).clamp_min(LEAST)


def _sum(one: Tensor, other: Tensor) -> Tensor:
    """Of [..., keys], where one may have more keys than the other."""
    from torch.nn.functional import pad

    keys = max(one.shape[-1], other.shape[-1])
    return pad(one, (0, keys - one.shape[-1])) + pad(other, (0, keys - other.shape[-1]))
