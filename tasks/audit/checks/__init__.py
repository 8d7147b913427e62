"""The checks, one a file; each takes the claims of a report and gives findings."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tasks.audit.checks import (
    bounds,
    capabilities,
    changes,
    comparisons,
    conversions,
    dates,
    effect_size,
    encoding,
    entropy,
    estimate_and_interval,
    extremes,
    files,
    funnels,
    identifiers,
    interval_of_mean,
    latencies,
    linked_values,
    means,
    named_counts,
    nesting,
    p_and_decision,
    p_and_interval,
    part_means,
    percentages,
    permutations,
    power,
    restatements,
    rounded_values,
    statuses,
    sums,
    targets,
    test_statistic,
    throughput,
    timestamps,
    utilisation,
)
from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding

CHECKS: dict[str, Callable[[Claims], Iterator[Finding]]] = {
    module.__name__.rpartition(".")[2]: module.check
    for module in (
        sums, means, extremes, percentages, changes, restatements, named_counts, statuses, targets, funnels,
        conversions, nesting, timestamps, dates, throughput, latencies, interval_of_mean, effect_size, p_and_interval,
        estimate_and_interval,
        p_and_decision, test_statistic, permutations, power, comparisons, bounds, entropy, part_means, files,
        identifiers, utilisation, capabilities, encoding,
        linked_values, rounded_values,
    )
}  # fmt: skip
"""Name of a check -> the check."""
