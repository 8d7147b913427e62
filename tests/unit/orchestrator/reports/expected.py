"""What a report should print, worked out from the drawn values with NumPy and SciPy, and not by the code under test."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from store.board import fold
from store.kinds.statistics import StatisticsSpec
from store.record import Recorded
from store.task.state import Task
from tests.unit.orchestrator.reports.outcomes import samples

Values = NDArray[np.float64]


def comparisons(entries: Sequence[Recorded]) -> Iterator[tuple[Task, StatisticsSpec]]:
    """Every accepted comparison of a log, the newest last."""
    for task in fold(entries).tasks:
        if isinstance(task.spec, StatisticsSpec) and task.status == "accepted":
            yield task, task.spec


def joined(spec: StatisticsSpec) -> Mapping[str, Values]:
    """By model: the metric of a comparison on all images of its sources."""
    parts: dict[str, list[Values]] = {}
    for source in spec.sources:
        parts.setdefault(source.model_id, []).append(samples(source.digest)[spec.metric])
    return {model: np.concatenate(found) for model, found in parts.items()}


def samples_of(task: Task) -> Mapping[str, Values]:
    """What a diagnostic kept of every image, by name."""
    (digest,) = (file.digest for file in task.artifacts if file.name == "samples.npz")
    return samples(digest)


def values_of(task: Task, metric: str) -> Values:
    """Of a diagnostic: [images, ...]."""
    return samples_of(task)[metric]


def student(values: Values) -> tuple[float, float]:
    """The 95 % interval of a mean."""
    reach = stats.t.ppf(0.975, values.size - 1) * values.std(ddof=1) / math.sqrt(values.size)
    return float(values.mean() - reach), float(values.mean() + reach)


def estimate(values: Values, within: tuple[float, float] = (-math.inf, math.inf)) -> str:
    """The mean with its interval, to three decimals, such as `0.635 [0.623, 0.647]`."""
    low, high = student(values)
    return f"{values.mean():.3f} [{max(low, within[0]):.3f}, {min(high, within[1]):.3f}]"


def dz(values: Values, against: float) -> float:
    """Standardised distance of a mean."""
    return float((values.mean() - against) / values.std(ddof=1))


def relation(task: Task, level: str) -> str:
    """The rank correlation of a diagnostic over its sites or heads, as the beginning of a sentence.

    The interval is Bonett and Wright's, by Fisher's z.
    """
    kind = {"sites": "uniform-site", "heads": "silent-head"}[level]
    key = re.compile(rf"influence/{kind}/(.+?)(?:/head/(\d+))?/change")
    kept = samples_of(task)
    entropies, changes = [], []
    for name, values in kept.items():
        if (found := key.fullmatch(name)) is not None:
            heads = kept[f"site/{found[1]}/entropy_norm"].mean(axis=0)
            entropies.append(heads.mean() if found[2] is None else heads[int(found[2])])
            changes.append(values.mean())
    r, n = float(stats.spearmanr(entropies, changes).statistic), len(changes)
    return f"Over its {n} {level}, the rank correlation of entropy and influence is {r:.3f}: "
