"""What a calibration is, the row that comes of it, and whether a bound is met."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from tasks.statistics.intervals import Floats, share_interval

Met = Literal["yes", "within error", "no", ""]
"""`within error`: the value is beyond the bound, but its Monte Carlo interval is not. Empty: there is no bound."""

CONFIDENCE = 0.99


@dataclass(frozen=True, slots=True)
class Bound:
    """Where a value should lie."""

    low: float = -math.inf
    high: float = math.inf

    def __str__(self) -> str:
        match math.isfinite(self.low), math.isfinite(self.high):
            case True, True:
                return f"{self.low:g} to {self.high:g}"
            case True, False:
                return f"≥ {self.low:g}"
            case False, True:
                return f"≤ {self.high:g}"
        return ""


SHOWN = Bound()
"""No bound: a value that is shown beside another."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. `low` and `high` bound what `value` would be after infinitely many studies, with 99 %."""

    name: str
    bound: Bound
    value: float
    low: float
    high: float
    studies: int

    @property
    def met(self) -> Met:
        """Whether the value is within its bound."""
        if self.bound == SHOWN:
            return ""
        if self.bound.low <= self.value <= self.bound.high:
            return "yes"
        return "within error" if self.low <= self.bound.high and self.high >= self.bound.low else "no"


Simulate = Callable[[np.random.Generator, int], Floats]
"""So many studies -> what each gave, by row: shape [studies, rows]. A rate is the mean of zeros and ones."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """One simulation, from which one or more rows come. Its parameters are what `name` and the names of rows say."""

    name: str
    rows: tuple[tuple[str, Bound], ...]
    studies: int
    simulate: Simulate
    batch: int = 10_000
    """Studies drawn at once, as memory allows. Another number is another stream of randomness."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What is kept of the studies so far, by row."""

    studies: int
    total: Floats
    squares: Floats
    rates: tuple[bool, ...]
    """Were all values zeros and ones?"""

    def __add__(self, other: Sums) -> Sums:
        return Sums(
            self.studies + other.studies,
            self.total + other.total,
            self.squares + other.squares,
            tuple(a and b for a, b in zip(self.rates, other.rates, strict=True)),
        )


def sums(values: Floats) -> Sums:
    """Reduce [studies, rows]."""
    rates = tuple(bool(np.isin(column, (0.0, 1.0)).all()) for column in values.T)
    return Sums(values.shape[0], values.sum(axis=0), (values**2).sum(axis=0), rates)


def rows(calibration: Calibration, found: Sums) -> tuple[Row, ...]:
    """The rows of a calibration whose studies are done."""
    made = []
    for i, (name, bound) in enumerate(calibration.rows):
        total, squares, n = float(found.total[i]), float(found.squares[i]), found.studies
        low, high = share_interval(round(total), n, CONFIDENCE) if found.rates[i] else mean_interval(total, squares, n)
        made.append(Row(name, bound, total / n, low, high, n))
    return tuple(made)


def mean_interval(total: float, squares: float, n: int) -> tuple[float, float]:
    """Normal 99 % interval of a mean, from the sum of the values and of their squares."""
    from scipy.special import ndtri

    mean = total / n
    error = math.sqrt(max(squares / n - mean**2, 0.0) / n)
    reach = float(ndtri(0.5 + CONFIDENCE / 2)) * error
    return mean - reach, mean + reach
