"""Student's t test of where a mean lies: against a value, or of paired differences against zero."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Literal

from tasks.statistics.adequacy import Sample

Alternative = Literal["two-sided", "less", "greater"]
"""What the mean is, compared with the tested value, when the null hypothesis is rejected."""

SMALLEST_P = sys.float_info.min
"""Smallest positive normal double: stands in for p-values that underflow, as no finite sample gives p = 0."""


@dataclass(frozen=True, slots=True)
class TTest:
    """Outcome of a t test. `p` lies in [`SMALLEST_P`, 1]."""

    t: float
    df: float
    """Degrees of freedom; a fraction where they were estimated."""
    p: float
    alternative: Alternative


def t_test(sample: Sample, value: float = 0.0, alternative: Alternative = "two-sided") -> TTest:
    """Student's t = (x̄ − value)/(s/√n) on n − 1 degrees of freedom; `value` is in the unit of the sample.

    Two samples are compared on the images they share by giving their `differences`. The test assumes independent
    images and a mean that is close to normal; a skewed sample calls for more images than a symmetric one.
    Source: Student (1908), "The probable error of a mean", Biometrika 6.
    """
    t = (sample.mean - value) / (sample.sd / math.sqrt(sample.n))
    df = sample.n - 1
    return TTest(t=t, df=df, p=p_value(t, df, alternative), alternative=alternative)


def p_value(t: float, df: float, alternative: Alternative = "two-sided") -> float:
    """Probability under the null hypothesis of a t at least as extreme in the direction of `alternative`."""
    from scipy.special import stdtr

    match alternative:
        case "two-sided":
            p = 2 * stdtr(df, -abs(t))
        case "less":
            p = stdtr(df, t)
        case "greater":
            p = stdtr(df, -t)
    return max(float(p), SMALLEST_P)
