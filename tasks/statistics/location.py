"""t tests of where a mean lies, against a value or of paired differences against zero: Student's and Johnson's."""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tasks.statistics.adequacy import Floats, Sample
from tasks.statistics.clusters import Deviations, deviations, of_sample
from tasks.statistics.shared_error import NOTHING_SHARED, SharedError

Alternative = Literal["two-sided", "less", "greater"]
"""What the mean is, compared with the tested value, when the null hypothesis is rejected."""

SMALLEST_P = sys.float_info.min
"""Smallest positive normal double: stands in for p-values that underflow, as no finite sample gives p = 0."""

_TURN = -1.5
"""Skew times standardised distance at which Johnson's parabola has its vertex."""


@dataclass(frozen=True, slots=True)
class TTest:
    """Outcome of a t test. `p` lies in [`SMALLEST_P`, 1]."""

    t: float
    df: float
    """Degrees of freedom; a fraction where they were estimated."""
    p: float
    alternative: Alternative


def t_test(
    sample: Sample,
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    shared: SharedError = NOTHING_SHARED,
) -> TTest:
    """Student's t = (x̄ − value)/(s/√n) on n − 1 degrees of freedom; `value` is in the unit of the sample.

    Two samples are compared on the images they share by giving their `differences`. The test assumes independent
    images and a mean that is close to normal; a skewed sample calls for `johnson_test` or more images. An error that
    the images have `shared` adds to s/√n in squares, with Welch's and Satterthwaite's degrees of freedom.
    Source: Student (1908), "The probable error of a mean", Biometrika 6.
    """
    return _tested(sample, (sample.mean - value) / (sample.sd / math.sqrt(sample.n)), alternative, shared)


def johnson_test(
    sample: Sample,
    value: float = 0.0,
    alternative: Alternative = "two-sided",
    shared: SharedError = NOTHING_SHARED,
) -> TTest:
    """Johnson's modified t of `johnson_t` on n − 1 degrees of freedom, for samples that are skewed.

    What is `shared` enters as in `t_test`; it has no skew to allow for.
    """
    return _tested(sample, float(johnson_t(deviations(of_sample(sample), minimum=2), value)), alternative, shared)


def _tested(sample: Sample, t: float, alternative: Alternative, shared: SharedError) -> TTest:
    """The test of a t that was formed with the error of images alone."""
    df: float = sample.n - 1
    if shared.error > 0:
        alone = sample.sd / math.sqrt(sample.n)
        whole = shared.added(alone, df)
        t, df = t * alone / whole.error, whole.freedom
    return TTest(t=t, df=df, p=p_value(t, df, alternative), alternative=alternative)


def student_t(found: Deviations, value: Floats | float) -> Floats:
    """(x̄ − value)/(s/√n) of every row, shape [...]."""
    return np.asarray((found.mean - value) / found.error)


def johnson_t(found: Deviations, value: Floats | float) -> Floats:
    """t_J = [x̄ − τ + m₃/(6s²n) + m₃(x̄ − τ)²/(3s⁴)] / (s/√n) of every row, shape [...].

    m₃ is estimated without bias, as Σ(x − x̄)³/n is too small, and tests of skewed data would err more.
    The parabola in x̄ − τ turns back where m₃(x̄ − τ)/s⁴ = −3/2: skewed data far beyond the value would count for less,
    and at last for the opposite. From there on Hall's cubic takes its place, which adds m₃²(x̄ − τ)³/(27s⁶) and never
    turns, so that t_J grows with x̄ − τ throughout.
    Source: Johnson (1978), "Modified t tests and confidence intervals for asymmetrical populations", JASA 73; Hall
    (1992), "On the removal of skewness by transformation", J. Royal Statistical Society B 54.
    """
    with np.errstate(invalid="ignore"):
        distance, skew = (found.mean - value) / found.sd, found.third / found.sd**3
        parabola = distance + skew / (6 * found.images) + skew * distance**2 / 3
        beyond = np.where(skew * distance < _TURN, skew**2 * distance**3 / 27, 0.0)
        return np.asarray(np.sqrt(found.images) * (parabola + beyond))


def p_value(t: float, df: float, alternative: Alternative = "two-sided") -> float:
    """Probability under the null hypothesis of a t at least as extreme in the direction of `alternative`."""
    return float(p_values(np.float64(t), df, alternative))


def p_values(t: Floats | np.float64, df: Floats | float, alternative: Alternative = "two-sided") -> Floats:
    """The same for arrays, shape [...]; NaN where t is."""
    from scipy.special import stdtr

    match alternative:
        case "two-sided":
            p = 2 * stdtr(df, -np.abs(t))
        case "less":
            p = stdtr(df, t)
        case "greater":
            p = stdtr(df, -t)
    return np.asarray(np.maximum(p, SMALLEST_P))
