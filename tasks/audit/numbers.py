"""Numbers as they are printed: a value, and the interval that rounds to it."""

from __future__ import annotations

import math
from dataclasses import dataclass

NUM = r"-?\d{1,15}(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?"
"""A number in the canonical writing of `tasks.audit.reading.writing`. Of bounded length, so that matching is linear."""

VALUE = NUM + r"(?!,?\d)(?!\.\d)"
"""The same, where it ends there: `1,89` in a text with decimal points is no 1."""

FREE = (
    r"[-\d](?<![\w.].)(?<!\d,.)(?<!\w[-/].)(?:(?<=\d)\d{0,14}|\d{1,15})(?:\.\d{1,15})?(?:[eE][-+]?\d{1,3})?"
    r"(?![\d_])(?!\.\d)(?!,\d)"
)
"""The same, where it is no part of a word, a version or an identifier. It begins with a set of characters, and not with
what may not stand before it, as the search for a set is fast."""

_LARGEST_POWER = 300
"""Of ten; what is beyond is as good as there."""
SLACK = 1e-9
"""Relative: what floating point may lose."""


@dataclass(frozen=True, slots=True)
class Span:
    """A closed interval. Operations give the interval of all results (interval arithmetic)."""

    low: float
    high: float

    def __add__(self, other: Span) -> Span:
        return Span(self.low + other.low, self.high + other.high)

    def __sub__(self, other: Span) -> Span:
        return Span(self.low - other.high, self.high - other.low)

    def __mul__(self, other: Span) -> Span:
        ends = [_times(a, b) for a in (self.low, self.high) for b in (other.low, other.high)]
        return Span(min(ends), max(ends))

    def __truediv__(self, other: Span) -> Span:
        """Everything where the divisor may be zero."""
        if other.low <= 0 <= other.high:
            return Span(-math.inf, math.inf)
        return self * Span(1 / other.high, 1 / other.low)

    def scaled(self, factor: float) -> Span:
        """Times a positive number."""
        return Span(self.low * factor, self.high * factor)

    def meets(self, other: Span) -> bool:
        """True when the two have a point in common."""
        slack = SLACK * max(abs(x) for x in (*_finite(self), *_finite(other)))
        return self.low <= other.high + slack and other.low <= self.high + slack

    def absolute(self) -> Span:
        """Of |x|."""
        if self.low >= 0:
            return self
        if self.high <= 0:
            return Span(-self.high, -self.low)
        return Span(0.0, max(-self.low, self.high))


def _times(a: float, b: float) -> float:
    return 0.0 if a == 0 or b == 0 else a * b


def _finite(span: Span) -> tuple[float, ...]:
    return tuple(x for x in (span.low, span.high) if math.isfinite(x)) or (0.0,)


@dataclass(frozen=True, slots=True)
class Printed:
    """A number as it stands in a report."""

    text: str
    value: float
    half: float
    """Half a unit of the last printed digit."""

    @property
    def span(self) -> Span:
        """What rounds to it."""
        return Span(self.value - self.half, self.value + self.half)

    @property
    def whole(self) -> bool:
        """Printed without decimals."""
        return "." not in self.text and "e" not in self.text.lower()

    @property
    def exact(self) -> Span:
        """As a count: a whole number stands for itself."""
        return Span(self.value, self.value) if self.whole else self.span

    def exact_or_span(self, continuous: bool) -> Span:
        """What rounds to it where it is a continuous quantity, else as a count."""
        return self.span if continuous else self.exact


def printed(text: str) -> Printed:
    """Read a number that NUM matches."""
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2]) - int(exponent or 0)
    half = 0.5 * 10.0 ** -max(decimals, -_LARGEST_POWER) if decimals < _LARGEST_POWER else 0.0
    largest = 10.0**_LARGEST_POWER
    return Printed(text, min(max(float(text), -largest), largest), half)


def said(x: float, digits: int = 4) -> str:
    """A computed number for people, at most `digits` significant digits and no exponent where it can be helped."""
    if x == 0 or not math.isfinite(x):
        return f"{x:g}"
    if abs(x) >= 10**digits and abs(x) < 1e12:
        return f"{x:.0f}"
    return f"{x:.{digits}g}"


def said_span(span: Span, digits: int = 4) -> str:
    """An interval for people; one number where both ends read the same."""
    low, high = said(span.low, digits), said(span.high, digits)
    return low if low == high else f"{low} to {high}"
