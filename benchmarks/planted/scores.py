"""How well scores tell planted from unplanted, and find the planted unit: numbers in, numbers out."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from tasks.diagnostics.losses import Loss

Floats = NDArray[np.float64]
K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Auc:
    """Areas under ROC curves of several strata, each compared within itself."""

    mean: float
    """Weighted by pairs."""
    least: float
    """Of the stratum that is told apart worst."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of trials, with its Clopper-Pearson 95 % interval."""

    value: float
    low: float
    high: float
    n: int


def auc(positives: Sequence[float], negatives: Sequence[float]) -> float:
    """Probability that a positive scores above a negative, ties counting half: Mann and Whitney's U / (n m).

    Raises ValueError where either is empty.
    """
    from scipy.stats import mannwhitneyu

    if not len(positives) or not len(negatives):
        raise ValueError("an area under a ROC curve needs positives and negatives")
    u = mannwhitneyu(positives, negatives, method="asymptotic").statistic
    return float(u) / (len(positives) * len(negatives))


def stratified_auc(positives: Mapping[K, Sequence[float]], negatives: Mapping[K, Sequence[float]]) -> Auc:
    """Areas of each stratum of `positives` against the same one of `negatives`.

    Raises KeyError where a stratum has no negatives.
    """
    areas = {key: auc(scores, negatives[key]) for key, scores in positives.items()}
    pairs = [len(positives[key]) * len(negatives[key]) for key in areas]
    return Auc(float(np.average(list(areas.values()), weights=pairs)), min(areas.values()))


def localised(scores: Mapping[str, float], planted: str) -> bool:
    """Whether the planted unit alone has the greatest score."""
    return all(scores[planted] > score for name, score in scores.items() if name != planted)


def by_share(losses: Sequence[Loss]) -> dict[str, float]:
    """The losses themselves, as shares of the null's entropy."""
    return {loss.name: loss.value for loss in losses}


def by_spread(losses: Sequence[Loss]) -> dict[str, float]:
    """Losses in half widths of the null's band, the root mean square over the units of a tower.

    A share of entropy that is nothing in a tower where seeds differ much is a lot where they hardly differ. One unit's
    own band rests on a few seeds; untrained units of a tower are alike, so they share theirs.
    """
    halves: dict[str, list[float]] = {}
    for loss in losses:
        halves.setdefault(_tower(loss), []).append((loss.null_high - loss.null_low) / 2)
    spread = {tower: float(np.sqrt(np.mean(np.square(of)))) for tower, of in halves.items()}
    return {loss.name: loss.value * loss.null / spread[_tower(loss)] for loss in losses}


def share(hits: Sequence[bool]) -> Share:
    """Share of trials that hit. Raises ValueError where there are none."""
    from scipy.stats import binomtest

    if not len(hits):
        raise ValueError("a share needs trials")
    n, k = len(hits), int(np.sum(hits))
    bounds = binomtest(k, n).proportion_ci(method="exact")
    return Share(k / n, float(bounds.low), float(bounds.high), n)


def r_squared(x: Floats, y: Floats) -> float:
    """Share of the variance of `y`, [n], that a straight line in `x`, [n], explains.

    Raises ValueError where either is constant.
    """
    if np.ptp(x) == 0 or np.ptp(y) == 0:
        raise ValueError("a constant explains nothing, and has nothing to explain")
    return float(np.corrcoef(x, y)[0, 1] ** 2)


def slope(x: Floats, y: Floats) -> float:
    """Change of `y` for one more of `x`, by least squares."""
    return float(np.polyfit(x, y, 1)[0])


def _tower(loss: Loss) -> str:
    return loss.name.partition("/")[0]
