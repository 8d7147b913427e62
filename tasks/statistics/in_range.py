"""A comparison whose intervals of means are held to what the metric can be: few models make wide ones."""

from __future__ import annotations

from dataclasses import replace

from store.evidence import Interval
from store.kinds import range_of
from tasks.ranges import held
from tasks.statistics.comparison import Comparison


def in_range(found: Comparison, metric: str) -> Comparison:
    """The same comparison with the intervals of means of `metric` held to its range (`ranges.held`).

    Tests, differences and effect sizes stay as they are.
    """
    within = range_of(metric)

    def cut(mean: float, interval: Interval) -> Interval:
        low, high = held(mean, interval.low, interval.high, within)
        return Interval(low=low, high=high, confidence=interval.confidence)

    pooled = found.pooled
    return replace(
        found,
        models={
            name: replace(
                each,
                interval=cut(each.mean, each.interval),
                bca=cut(each.mean, each.bca),
                student=cut(each.mean, each.student),
                any_look=cut(each.mean, each.any_look),
            )
            for name, each in found.models.items()
        },
        across=tuple(replace(each, interval=cut(each.mean, each.interval)) for each in found.across),
        pooled=pooled
        if pooled is None or pooled.interval is None
        else replace(pooled, interval=cut(pooled.mean, pooled.interval)),
    )
