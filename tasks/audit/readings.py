"""What the number behind ± may be, and the standard deviation that each reading implies."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tasks.audit.claims.statistics import MeanSpread
from tasks.audit.numbers import Span

NAMES = {"SD": "a standard deviation", "SE": "a standard error", "CI": "half the interval"}


def quantiles(level: float, n: int) -> Span:
    """Standard errors in half an interval, from the normal quantile to Student's with n − 1 degrees of freedom."""
    from scipy.special import ndtri, stdtrit

    at = 0.5 + level / 200
    return Span(float(ndtri(at)), float(stdtrit(n - 1, at)) if n > 1 else math.inf)


def deviations(mean: MeanSpread, n: int | None, level: float = 95.0) -> Iterator[tuple[str, Span]]:
    """Each reading of ± that the text allows, by its key in NAMES, and the standard deviation it implies.

    Without `n`, only a standard deviation can be told.
    """
    spread = mean.spread.span
    if mean.kind in ("SD", ""):
        yield "SD", spread
    if n is None:
        return
    root = math.sqrt(n)
    if mean.kind in ("SE", ""):
        yield "SE", spread.scaled(root)
    if mean.kind in ("CI", ""):
        yield "CI", spread.scaled(root) / quantiles(level, n)
