"""How far two screeners agree beyond chance: Cohen's kappa."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of two screeners who decided on the same works."""

    works: int
    agreed: int
    kappa: float | None
    """From -1 to 1; None where chance alone would make them agree, as where both said one thing of all."""
    low: float | None = None
    high: float | None = None
    """Of its 95 % interval, with the standard error of Cohen (1960)."""


def agreement(pairs: Sequence[tuple[str, str]]) -> Agreement:
    """Kappa of pairs of verdicts on the same work: Cohen, A coefficient of agreement for nominal scales (1960)."""
    works = len(pairs)
    agreed = sum(a == b for a, b in pairs)
    if not works:
        return Agreement(0, 0, None)
    first, second = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    chance = sum(first[each] * second[each] for each in first) / works**2
    if chance == 1:
        return Agreement(works, agreed, None)
    observed = agreed / works
    kappa = (observed - chance) / (1 - chance)
    error = sqrt(observed * (1 - observed) / works) / (1 - chance)
    return Agreement(works, agreed, kappa, max(-1.0, kappa - 1.96 * error), min(1.0, kappa + 1.96 * error))
