"""A sample of query rows instead of all, drawn anew for every sample, and how far the mean of a site may then be off.

Each sample has rows of its own. What it lost by that is then a part of its value like any other noise, independent of
the other samples', so that an interval over images holds it already. Rows that all images shared would move all of them
alike, as entropy differs by position, and no interval over images would tell. Source: Cochran (1977), "Sampling
Techniques", section 10.3, two-stage sampling with few of many primary units.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from tasks.diagnostics.attention.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """The query rows of each sample that are measured for all: those that are kept anyway, and some that are drawn."""

    positions: Tensor
    """[samples, rows], in order."""
    drawn: Tensor
    """[samples, rows], boolean: which of them stand for others too."""
    spare: Tensor
    """[samples, rows], boolean: which stand for nothing, and only fill up where a sample has fewer to draw from."""
    rest: Tensor
    """[samples], how many positions the drawn ones stand for, themselves included."""

    @property
    def weights(self) -> Tensor:
        """[samples, rows], float64: how many positions each stands for."""
        each = self.rest / self.drawn.sum(dim=1).clamp_min(1)
        return self.spare.logical_not().double().where(~self.drawn, each.double()[:, None])

    def to(self, device: torch.device) -> RowSample:
        """The same on a device."""
        return RowSample(*(part.to(device) for part in (self.positions, self.drawn, self.spare, self.rest)))


def sampled(kept: Tensor, others: Tensor, n: int, first: int = 0) -> RowSample | None:
    """A sample of rows: all that are `kept`, [queries], and for each sample `n` of its `others`, [samples, queries].

    Both are boolean, on the CPU, and leave out what is to count nowhere, such as padding. Sample i is drawn by the
    seed `first` + i, so that it has the same rows in whatever batch it comes. None where all rows would be measured.
    """
    import torch

    others = others & ~kept
    n = min(n, int((~kept).sum()))
    if int(others.sum(dim=1).max()) <= n:
        return None
    order = torch.from_numpy(
        np.stack([np.random.default_rng((_STREAM, first + i)).random(len(kept)) for i in range(len(others))])
    )
    # those to draw from come first, and what fills up before what is kept
    order = order + torch.where(others, 0.0, torch.where(kept, 2.0, 1.0))
    chosen = torch.zeros_like(others).scatter_(1, order.argsort(dim=1)[:, :n], True)
    positions = (chosen | kept).nonzero()[:, 1].reshape(len(others), -1)
    drawn, spare = ((chosen & which).gather(1, positions) for which in (others, ~others))
    return RowSample(positions, drawn, spare, others.sum(dim=1))


_STREAM = 0x526F7773
"""Sets these draws apart from others with small seeds."""


def standard_error(rows: Rows, sample: RowSample, counts: Tensor | None = None) -> Tensor:
    """Standard error, nats, of the mean entropy of a site over some samples that were measured at their own rows.

    A scalar, float64. `counts`, [samples, rows], boolean, are the rows that are no padding; None: all. All heads and
    windows of a sample share its positions, so a position is the unit that was drawn; rows without a key count nowhere.
    Infinite where one position of a sample stands for several. Source: Cochran (1977), "Sampling Techniques", sections
    2.6, 5.3 and 6.3: in each sample the linearised ratio of two totals, as positions may hold different numbers of
    rows, over the stratum that was drawn from; the others add nothing, as they were all measured. Samples, drawn
    independently, add their variances.
    """
    samples = len(sample.rest)
    shape = (samples, -1, rows.entropy.shape[1], rows.entropy.shape[2])
    held = (rows.attendable > 0).expand_as(rows.entropy).reshape(shape).double()
    if counts is not None:
        held = held * counts[:, None, None]
    total = (rows.entropy.reshape(shape).double() * held).sum(dim=(1, 2))
    held = held.sum(dim=(1, 2))
    whole = (held * sample.weights).sum(dim=1)
    mean = (total * sample.weights).sum(dim=1) / whole
    off, n = total - held * mean[:, None], sample.drawn.sum(dim=1)
    centre = (off * sample.drawn).sum(dim=1) / n
    spread = ((off - centre[:, None]) * sample.drawn).square().sum(dim=1) / (n - 1)
    variance = (sample.rest / whole).square() * spread / n * (1 - n / sample.rest)
    variance = variance.masked_fill(n < 2, math.inf).masked_fill(n == sample.rest, 0.0)
    some = whole > 0
    error = variance.masked_fill(~some, 0.0).sum().sqrt() / some.sum()
    return error.nan_to_num(nan=math.inf, posinf=math.inf)
