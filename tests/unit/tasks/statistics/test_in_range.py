"""Intervals of means stay within what the metric can be; nothing else of a comparison changes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from store.kinds.statistics import Source, StatisticsSpec
from tasks.statistics.comparison import Comparison, compare
from tasks.statistics.in_range import in_range
from tasks.statistics.samples import Joined

N = 30


def compared(*models: NDArray[np.float64]) -> Comparison:
    source = Source(model_id="any", task_id="any", run_id="any", digest="0" * 64)
    spec = StatisticsSpec(
        sources=(source,), metric="mcs_norm", null=0.5, threshold=0.7, alpha=0.05, at_least=(2,), resamples=200
    )
    return compare(Joined(np.arange(N), {f"m{i}": values for i, values in enumerate(models)}), spec)


def around(mean: float) -> NDArray[np.float64]:
    """Values of images that differ little."""
    return mean + np.random.default_rng(int(100 * mean)).normal(0, 0.01, N)


def test_intervals_over_few_models_are_cut_to_the_range_of_the_metric() -> None:
    free = compared(around(0.15), around(0.5), around(0.85))
    held = in_range(free, "mcs_norm")
    assert free.across[1].interval.low < 0
    assert free.across[1].interval.high > 1
    assert (held.across[1].interval.low, held.across[1].interval.high) == (0, 1)
    assert free.pooled is not None and free.pooled.interval is not None and free.pooled.interval.high > 1
    assert held.pooled is not None and held.pooled.interval is not None
    assert (held.pooled.interval.low, held.pooled.interval.high) == (0, 1)
    assert held.across[0] == free.across[0], "what lies within is left as it is"
    assert held.across[1].test == free.across[1].test
    assert replace(held, across=free.across, pooled=free.pooled) == free


def test_the_interval_of_a_model_near_the_end_of_the_range_is_cut_too() -> None:
    free = compared(around(0.5), np.array([*[1.0] * (N - 2), 0.9, 0.8]))
    assert free.models["m1"].mean < 1 < free.models["m1"].student.high
    held = in_range(free, "mcs_norm")
    assert held.models["m1"].student.high == held.models["m1"].any_look.high == 1
    assert free.models["m1"].any_look.high > 1
    assert held.models["m0"] == free.models["m0"]


def test_a_metric_without_a_range_keeps_its_intervals() -> None:
    free = compared(around(0.15), around(0.5), around(0.85))
    assert in_range(free, "fusion_log_odds") == free
