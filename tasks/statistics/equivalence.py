"""Equivalence by two one-sided tests: a mean is shown to lie within a margin, which a failed test never shows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from tasks.statistics.adequacy import Sample
from tasks.statistics.location import Alternative, TTest, t_test

OneSided = Callable[[Sample, float, Alternative], TTest]
"""A test of a mean against a value, such as `t_test` or `johnson_test`."""


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Outcome of two one-sided tests."""

    margin: float
    """In the unit of the sample."""
    above_lower: TTest
    """Is the mean above value − margin?"""
    below_upper: TTest
    """Is the mean below value + margin?"""

    @property
    def p(self) -> float:
        """The larger of the two: at most α shows at level α that the mean lies within the margin."""
        return max(self.above_lower.p, self.below_upper.p)


def equivalence_test(sample: Sample, margin: float, value: float = 0.0, test: OneSided = t_test) -> Equivalence:
    """Test whether the mean of `sample` lies within `value` ± `margin`, all in the unit of the sample.

    It does at level α exactly when the 1 − 2α interval of the mean lies within. No correction is due for the two tests,
    as both must reject. Raises ValueError when the margin is not a positive number.
    Source: Schuirmann (1987), "A comparison of the two one-sided tests procedure and the power approach", J.
    Pharmacokinetics and Biopharmaceutics 15.
    """
    if not (math.isfinite(margin) and margin > 0):
        raise ValueError(f"margin: equivalence needs a positive number, not {margin}")
    return Equivalence(margin, test(sample, value - margin, "greater"), test(sample, value + margin, "less"))
