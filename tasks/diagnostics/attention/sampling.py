"""A sample of query rows instead of all, and how far the mean of a site may then be off."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.attention.rows import Rows


@dataclass(frozen=True, slots=True, eq=False)
class RowSample:
    """Query rows that are measured for all: those that are kept anyway, and some drawn from the rest."""

    positions: Tensor
    """[rows], in order."""
    drawn: Tensor
    """[rows], boolean: which of them stand for others too."""
    rest: int
    """How many positions the drawn ones stand for, themselves included."""

    @property
    def weights(self) -> Tensor:
        """[rows], float64: how many positions each stands for."""
        import torch

        weights = torch.ones(len(self.positions), dtype=torch.float64, device=self.positions.device)
        return weights.masked_fill_(self.drawn, self.rest / max(1, int(self.drawn.sum())))


def drawn(queries: int, n: int, seed: int) -> Tensor:
    """Positions of `n` of the query rows, or of all where there are fewer, without replacement and in order."""
    import torch

    order = torch.randperm(queries, generator=torch.Generator().manual_seed(seed))
    return order[:n].sort().values


def sampled(kept: Tensor, n: int, seed: int) -> RowSample | None:
    """A sample of rows: all that are `kept`, [queries], boolean, and `n` of the others; None where that is all rows."""
    import torch

    others = (~kept).nonzero().flatten()
    if len(others) <= n:
        return None
    chosen = torch.zeros_like(kept)
    chosen[others[drawn(len(others), n, seed).to(others.device)]] = True
    positions = (chosen | kept).nonzero().flatten()
    return RowSample(positions, chosen[positions], len(others))


def standard_error(rows: Rows, sample: RowSample) -> float:
    """Standard error, nats, of the mean entropy of a site that was measured at the rows of a sample.

    All samples and heads share their positions, so a position is the unit that was drawn; rows without a key count
    nowhere. Infinite where one position stands for several. Source: Cochran (1977), "Sampling Techniques", sections
    2.6, 5.3 and 6.3: the linearised ratio of two totals, as positions may hold different numbers of rows, over the
    stratum that was drawn from; the others add nothing, as they were all measured.
    """
    counts = (rows.attendable > 0).expand_as(rows.entropy).double()
    total, held = (rows.entropy.double() * counts).sum(dim=(0, 1)), counts.sum(dim=(0, 1))
    weights, n = sample.weights.to(total.device), int(sample.drawn.sum())
    whole = float((held * weights).sum())
    if n == sample.rest or not whole:
        return 0.0 if n == sample.rest else math.inf
    if n < 2:
        return math.inf
    off = (total - held * float((total * weights).sum()) / whole)[sample.drawn.to(total.device)]
    spread = float((off - off.mean()).square().sum()) / (n - 1)
    return sample.rest / whole * math.sqrt(spread / n * (1 - n / sample.rest))
