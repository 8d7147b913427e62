"""How many of m models are shown to collapse: counted over many studies, and computed beforehand."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tasks.statistics.claims import RejectionProbability, holm_at_least, on_threshold
from tasks.statistics.intervals import Floats
from tasks.statistics.partial_conjunction import partial_conjunction


def shown(p: Floats, alpha: float, family: int | None = None) -> NDArray[np.int64]:
    """û = max{u : p_{u/m} ≤ alpha}, 0 when there is none: a 1 − alpha lower bound on how many models collapse.

    `p` has shape [..., m], the result [...]. It costs nothing to read all of û instead of testing one u: û exceeds the
    true number with probability alpha at most. It speaks of these m models and of no others.
    Raises ValueError as `partial_conjunction` does, and for an alpha outside (0, 1).
    Source: Benjamini and Heller (2008), §4; û is the number that Holm's procedure rejects.
    """
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, not {alpha}")
    return np.asarray((partial_conjunction(p, family) <= alpha).sum(axis=-1), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Counting:
    """What reading û off all m models says, when some of them collapse. No k is chosen, and none is corrected for."""

    m: int
    alpha: float
    collapsed: int
    """Models that truly collapse."""
    at_least: tuple[float, ...]
    """P(û ≥ u) for u = 0 … m: power up to `collapsed`, error beyond it; for independent models."""

    @property
    def error(self) -> float:
        """P(û says more than the truth); alpha bounds it however the models depend on one another."""
        return self.at_least[self.collapsed + 1] if self.collapsed < self.m else 0.0

    @property
    def mean(self) -> float:
        """Models that û shows on average."""
        return sum(self.at_least[1:])


def counting(m: int, alpha: float, power: RejectionProbability, collapsed: int) -> Counting:
    """û of `m` models, `collapsed` of which have the given `power` while the others sit on the threshold.

    Whether "2 of 3" or "3 of 3" is the right claim need not be settled for the sake of errors: one û answers both.
    Raises ValueError unless 0 ≤ collapsed ≤ m, m ≥ 1 and 0 < alpha < 1.
    Source: Benjamini and Heller (2008).
    """
    if not 0 <= collapsed <= m or m < 1 or not 0 < alpha < 1:
        raise ValueError(f"no count of {collapsed} collapsed of {m} models at alpha = {alpha}")
    found = tuple(holm_at_least(u, alpha, (collapsed, power), (m - collapsed, on_threshold)) for u in range(m + 1))
    return Counting(m=m, alpha=alpha, collapsed=collapsed, at_least=found)
