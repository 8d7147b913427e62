"""Ranges of measures, and intervals that are held to them."""

from __future__ import annotations

import math

Range = tuple[float, float]
"""The least and the greatest value that a measure can have."""

FREE: Range = (-math.inf, math.inf)
SHARE: Range = (0.0, 1.0)
LOSS: Range = (-math.inf, 1.0)
"""Of what is lost as a share of what there was: no more than all, while a gain has no end."""
AMOUNT: Range = (0.0, math.inf)

_ROWS = ("readout", "image", "text")
"""Suffixes of a measure that tell of which rows it speaks."""


def range_of(metric: str) -> Range:
    """The range of a measure by its key, such as `mcs_norm` or `layer/vision/03/entropy_norm`."""
    measure = next((part for part in reversed(metric.split("/")) if part not in _ROWS), "")
    if measure.startswith("mcs_") or measure.endswith(("entropy_norm", "image_mass")):
        return SHARE
    if measure.endswith("entropy_loss"):
        return LOSS
    if measure.endswith(("entropy", "entropy_uniform")) or measure in ("uniform", "gated_influence"):
        return AMOUNT
    return FREE


def held(value: float, low: float, high: float, within: Range) -> tuple[float, float]:
    """The bounds of an interval around `value`, cut to the range of what it estimates.

    An interval of Student's t knows no range, and near an end of it reaches beyond. Cut there, it covers the truth as
    often as before, as the truth is never outside; so does a band in which one more draw lies. `value` itself, which
    rounding errors may put a hair outside, is never cut off.
    """
    return max(low, min(within[0], value)), min(high, max(within[1], value))
