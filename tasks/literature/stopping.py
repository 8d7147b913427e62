"""Whether screening may stop: a test that enough of what is relevant was found, and what may be left unread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor
from typing import Any

from store.literature.stopped import rejected

METHOD = "hypergeometric test of Callaghan and Müller-Hansen (2020)"


@dataclass(frozen=True, slots=True)
class StoppingTest:
    """What the test says of a screening so far."""

    p: float
    """Of the hypothesis that less than the target was found; 0 where it is impossible."""
    holds: bool
    """Whether that is rejected: screening may stop."""
    left_at_most: int
    """Most relevant works among those unread that the test does not reject, at the same confidence."""


def stopping_test(found: Sequence[bool], unread: int, target: float, confidence: float) -> StoppingTest:
    """Test whether at least the share `target` of all relevant works was found.

    `found` says of each work that was read, in the order of reading, whether it is relevant. Each end of that order is
    taken for a random sample of what was unread before it, which a ranking that puts relevant works first makes no
    worse: the hypothesis is that so many relevant works were in that urn as would leave the target missed; p is the
    least over all ends. Source: Callaghan and Müller-Hansen, Statistical stopping criteria for automated screening in
    systematic reviews, Systematic Reviews 9:273 (2020), section "Ranked quasi-sampling".
    """
    import numpy as np

    labels = np.asarray(found, dtype=bool)[::-1]
    sizes = np.arange(1, len(labels) + 1)
    relevant = np.cumsum(labels)
    seen = int(labels.sum())
    missed = floor(seen / target + 1e-9) + 1 - seen
    p = _least_p(sizes, relevant, unread, missed)
    low, high = 0, unread
    while low < high:
        middle = (low + high + 1) // 2
        if rejected(_least_p(sizes, relevant, unread, middle), confidence):
            high = middle - 1
        else:
            low = middle
    return StoppingTest(p, rejected(p, confidence), low)


def left_relevant(sampled: int, relevant: int, left: int, confidence: float = 0.95) -> tuple[int, int]:
    """Exact interval of how many of the works left unread are relevant, from a random sample of them.

    `sampled` of the `left` were read, and `relevant` of these are. Inverts the hypergeometric distribution, each tail
    at half of what the confidence leaves.
    """
    import numpy as np
    from scipy.stats import hypergeom

    if not sampled:
        return 0, left
    counts = np.arange(relevant, left - (sampled - relevant) + 1)
    tail = (1 - confidence) / 2
    below = hypergeom.cdf(relevant, left, counts, sampled) > tail
    above = hypergeom.sf(relevant - 1, left, counts, sampled) > tail
    fits = counts[below & above]
    return int(fits[0]), int(fits[-1])


def _least_p(sizes: Any, relevant: Any, unread: int, missed: int) -> float:
    """Least probability, over all ends of the reading, to find so few relevant works if `missed` are unread."""
    from scipy.stats import hypergeom

    if missed > unread:
        return 0.0
    if not len(sizes):
        return 1.0
    return float(hypergeom.cdf(relevant, unread + sizes, missed + relevant, sizes).min())
