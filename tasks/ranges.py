"""Intervals that are held to the range of what they estimate."""

from __future__ import annotations

from store.metrics import Range


def held(value: float, low: float, high: float, within: Range) -> tuple[float, float]:
    """The bounds of an interval around `value`, cut to the range of what it estimates.

    An interval of Student's t knows no range, and near an end of it reaches beyond. Cut there, it covers the truth as
    often as before, as the truth is never outside; so does a band in which one more draw lies. `value` itself, which
    rounding errors may put a hair outside, is never cut off.
    """
    return max(low, min(within[0], value)), min(high, max(within[1], value))
