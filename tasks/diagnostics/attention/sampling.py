"""A sample of query rows instead of all, and how far the mean of a site may then be off."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import Tensor

    from tasks.diagnostics.attention.rows import Rows


def drawn(queries: int, n: int, seed: int) -> Tensor:
    """Positions of `n` of the query rows, or of all where there are fewer, without replacement and in order."""
    import torch

    order = torch.randperm(queries, generator=torch.Generator().manual_seed(seed))
    return order[:n].sort().values


def standard_error(rows: Rows, queries: int) -> float:
    """Standard error, nats, of the mean entropy of a site that was measured at n of its `queries` rows.

    All samples and heads share their positions, so a position is the unit that was drawn; rows without a key count
    nowhere. Infinite for one position of several. Source: Cochran (1977), "Sampling Techniques", sections 2.6 and 6.3.
    """
    counts = (rows.attendable > 0).expand_as(rows.entropy).double()
    total, held = (rows.entropy.double() * counts).sum(dim=(0, 1)), counts.sum(dim=(0, 1))
    n = len(held)
    if n == queries:
        return 0.0
    if n < 2 or not float(held.sum()):
        return math.inf
    # the mean is a ratio of two totals, as positions may hold different numbers of rows
    off = total - held * (total.sum() / held.sum())
    variance = float(off.square().sum()) / (n - 1) / float(held.mean()) ** 2
    return math.sqrt(variance / n * (1 - n / queries))
