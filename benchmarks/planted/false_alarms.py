"""Null A/A runs: untrained models against other untrained models, where every alarm is a false one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from benchmarks.planted.pairs import one_each
from benchmarks.planted.subjects import TWINS, Bench, Subject
from benchmarks.planted.sweep import Tell
from tasks.diagnostics.image_metrics import image_metrics
from tasks.diagnostics.losses import Loss
from tasks.diagnostics.nulls.shuffled_pairs import Shift, shuffled_pairs

ALPHA = 0.05

SETS = 20
"""Sets of 32 scenes that runs take in turn. Seeds are never used twice."""

FIRST_SEED = 2_000_000


@dataclass(slots=True)
class FalseAlarms:
    """Whether there was an alarm, run by run, or unit by unit of each run."""

    roles: dict[str, list[bool]] = field(default_factory=dict)
    """Role -> whether its loss differs from none at ALPHA, two-sided."""
    layers: list[bool] = field(default_factory=list)
    """The same of every layer of every run, without a correction for their number."""
    heads: list[bool] = field(default_factory=list)
    labels: list[bool] = field(default_factory=list)
    """Whether the verdict is `collapsed`."""
    named: list[bool] = field(default_factory=list)
    """Whether it names a collapsed head."""
    shuffled: dict[str, list[bool]] = field(default_factory=dict)
    """Metric -> whether its interval of matched less shuffled pairs leaves out 0."""


def false_alarms(locator: str, runs: int, tell: Tell) -> FalseAlarms:
    """Draw nine models a run: one to judge and eight to judge it by."""
    import torch

    subject = Subject(locator, [one_each(which) for which in range(min(runs, SETS))])
    found = FalseAlarms()
    with torch.inference_mode():
        for run in range(runs):
            which, seed = run % SETS, FIRST_SEED + run * (TWINS + 1)
            null = subject.drawn(which, range(seed + 1, seed + 1 + TWINS))
            with subject.weights(seed):
                bench = Bench(subject, which, null)
                shifts = _shuffled(subject, which, bench)
            verdict = bench.unplanted.verdict
            for loss in verdict.losses:
                found.roles.setdefault(loss.name, []).append(_alarm(loss))
            found.layers += map(_alarm, verdict.layers)
            found.heads += map(_alarm, verdict.heads)
            found.labels.append(verdict.label == "lost")
            found.named.append(bool(verdict.lost_heads))
            for metric, shift in shifts.items():
                found.shuffled.setdefault(metric, []).append(not shift.low <= 0 <= shift.high)
            tell(run + 1, runs, f"{locator}: null A/A")
    return found


def _alarm(loss: Loss) -> bool:
    return loss.p_different <= ALPHA


def _shuffled(subject: Subject, which: int, bench: Bench) -> Mapping[str, Shift]:
    """The null of shuffled pairs, of metrics on which the pairing has any bearing."""
    pairs, model = subject.sets[which], subject.model
    matched = image_metrics(bench.record, model.absent).values
    shifts = shuffled_pairs(model, subject.layout, [(pairs.images, pairs.captions)], {}, matched)
    return {metric: shift for metric, shift in shifts.items() if shift.high > shift.low}


def outside(runs: int, low: float, high: float) -> float:
    """Probability that a test of exactly ALPHA shows a rate outside `low` to `high` in so many runs."""
    from scipy.stats import binom

    inside = [k for k in range(runs + 1) if low - 1e-9 <= k / runs <= high + 1e-9]
    return float(1 - np.sum(binom.pmf(inside, runs, ALPHA)))
