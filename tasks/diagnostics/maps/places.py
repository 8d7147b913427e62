"""Rows and keys of a sequence by their place, counted from the first position that is no padding."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.diagnostics.families.model import IMAGE, PADDING, Tokens

if TYPE_CHECKING:
    from torch import Tensor

MOST_ROWS = 64
"""Rows of a site that are looked at: a mean map of all rows would take memory by the square of their number."""


class QueryRows:
    """Rows of a sequence, the same places of every sample."""

    def __init__(self, places: Tensor, positions: Tensor, counts: Tensor) -> None:
        self.places = places
        """[rows], counted from the first position that is no padding."""
        self.positions = positions
        """[samples, rows], where they are in the sequence."""
        self.counts = counts
        """[samples, rows], boolean: a row that is there, and no padding."""

    @classmethod
    def of(cls, tokens: Tokens | None, samples: int, length: int) -> QueryRows:
        """The rows to look at of a sequence of so many positions."""
        import torch

        kinds = None if tokens is None or tokens.kinds is None or tokens.kinds.shape[-1] != length else tokens.kinds
        places = _places(kinds, length)
        shift = None if tokens is None else shift_of(tokens)
        if kinds is None:
            positions = places.expand(samples, -1)
            return cls(places, positions, torch.ones_like(positions, dtype=torch.bool))
        places = places.to(kinds.device)
        positions = places.expand(samples, -1) if shift is None else places + shift[:, None]
        inside = positions < length
        positions = positions.clamp_max(length - 1)
        return cls(places, positions, inside & (kinds.gather(1, positions) != PADDING))


def _places(kinds: Tensor | None, length: int) -> Tensor:
    """Up to MOST_ROWS places, evenly over the sequence; half of them for what is no image, where there is both."""
    import torch

    if length <= MOST_ROWS:
        return torch.arange(length)
    others = torch.zeros(length, dtype=torch.bool)
    if kinds is not None:
        others = ((kinds != IMAGE) & (kinds != PADDING)).any(dim=0).cpu()
    if not others.any() or others.all():
        return _evenly(torch.arange(length), MOST_ROWS)
    half = _evenly(others.nonzero().flatten(), MOST_ROWS // 2)
    return torch.cat([half, _evenly((~others).nonzero().flatten(), MOST_ROWS - len(half))]).sort().values


def _evenly(places: Tensor, most: int) -> Tensor:
    import torch

    if len(places) <= most:
        return places
    return places[torch.linspace(0, len(places) - 1, most).round().long()]


def shift_of(tokens: Tokens | None) -> Tensor | None:
    """[samples], positions of padding before a sequence; None where no sample has any."""
    if tokens is None or tokens.kinds is None:
        return None
    first = (tokens.kinds != PADDING).int().argmax(dim=1)
    return first if bool(first.any()) else None


def left(scores: Tensor, shift: Tensor | None) -> Tensor:
    """Keys moved to the left by the padding before them, whose place is taken by what may not be attended to."""
    import torch

    if shift is None:
        return scores
    keys = scores.shape[-1]
    at = torch.arange(keys, device=scores.device) + shift.to(scores.device)[:, None]
    shape = (len(scores), 1, 1, 1, keys)
    moved = scores.gather(-1, at.clamp_max(keys - 1).view(shape).expand_as(scores))
    return moved.masked_fill((at >= keys).view(shape), -torch.inf)
