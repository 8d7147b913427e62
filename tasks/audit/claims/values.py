"""Numbers as they stand in text or in a cell, rounded or in full, with the sign before them and the unit behind."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, permutations

from tasks.audit.numbers import Printed, printed
from tasks.audit.units import UNIT, dimension, factor

_FULL = r"-?\d{1,20}(?:\.\d{1,25})?(?:[eE][-+]?\d{1,3})?"
"""As long as a number of double precision is when it is printed in full."""
_MULTIPLES = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
_UNIT = rf"(?:{UNIT}|(?:{'|'.join(_MULTIPLES)})\b)"
_VALUE = re.compile(
    rf"(?P<sign>[<>≤≥])?\s?(?<![\w.])(?<!\d,)(?<!\w[-/])(?P<number>{_FULL})"
    rf"(?:\s?(?P<unit>{_UNIT})|(?!\w)(?!\.\d)(?!,\d))"
)
_CELL = re.compile(rf"(?P<sign>[<>≤≥])?\s?(?P<number>{_FULL})\s*(?:(?P<unit>{_UNIT})|(?P<word>[^\d\s][^\d]{{0,30}})?)")
_FINER = 4
"""So many digits more make a number the one that another was rounded from."""
_SLACK = 1e-12
"""Relative: what floating point may lose where a unit is changed."""
_FEWEST, _TIMES = 3, 3
_MOST_GIVEN, _IN_FULL = 6, 8


@dataclass(frozen=True, slots=True)
class Value:
    """A number, the sign before it, and its unit; `word` is what stands behind it and is no unit that is known."""

    sign: str
    number: Printed
    unit: str
    word: str = ""

    @property
    def text(self) -> str:
        """As printed."""
        return f"{self.sign} {self.number.text} {self.unit or self.word}".strip()

    @property
    def digits(self) -> int:
        """Significant digits that are printed; none of zero."""
        return len(self.number.text.lower().partition("e")[0].lstrip("-0.").replace(".", ""))

    @property
    def plain(self) -> bool:
        """A bare whole number."""
        return self.number.whole and not self.sign and not self.unit

    @property
    def exact(self) -> Value:
        """The same where the digits that are not printed are zeros."""
        return replace(self, number=replace(self.number, half=0.0))

    def stands_for(self, other: Value) -> bool:
        """Whether one of the two is the other, rounded; with a sign, whether the other keeps within it."""
        return any(self._takes(other, by) for by in _scales(self.unit, other.unit))

    def _takes(self, other: Value, by: float) -> bool:
        given, half = other.number.value * by, other.number.half * by
        apart = abs(given - self.number.value)
        if not self.sign:
            return apart <= max(half, self.number.half) + _SLACK * abs(given)
        if other.sign not in ("", self.sign):
            return False
        return given <= self.number.value if self.sign in "<≤" else given >= self.number.value

    def is_finer_than(self, other: Value) -> bool:
        """Whether the other is this number, rounded."""
        return self.digits >= other.digits + _FINER and not self.sign and not other.sign and other.stands_for(self)

    def sharpened(self, full: Value) -> Value:
        """The same number as the one that it was rounded from has it, in its own unit."""
        scales = _scales(self.unit, full.unit)
        by = min(scales, key=lambda each: abs(full.number.value * each - self.number.value))
        return replace(self, number=replace(self.number, value=full.number.value * by, half=full.number.half * by))


def _scales(unit: str, other: str) -> Iterator[float]:
    """What a number in one unit is multiplied by to be one in another; without a unit, it may be of any."""
    if not unit or not other or unit == other:
        yield 1.0
    if not other:
        yield 100.0 if dimension(unit) == "percent" else 1 / (_MULTIPLES.get(unit) or factor(unit))
    elif not unit:
        yield 0.01 if dimension(other) == "percent" else _MULTIPLES.get(other) or factor(other)
    elif dimension(unit) == dimension(other) != "":
        yield factor(other) / factor(unit)


def value(text: str) -> Value | None:
    """A text that is one number, with a sign, a unit or a few words at most."""
    found = _CELL.fullmatch(text.strip().rstrip(".,;:"))
    return _read(found, (found["word"] or "").strip()) if found else None


def values(text: str, most: int = 40) -> list[Value]:
    """The numbers that stand free in a text, each as sharp as it is printed anywhere in it.

    What is rounded from one that is printed in full has the value of that. Whole numbers beside fractions are counts.
    """
    every = [_read(each) for each in islice(_VALUE.finditer(text), most)]
    fractions = any(not each.number.whole for each in every)
    return [each.exact if each.plain and fractions else _sharpest(each, every) for each in every]


def _sharpest(each: Value, every: Sequence[Value]) -> Value:
    half = min(other.number.half for other in every if other.number.value == each.number.value)
    each = replace(each, number=replace(each.number, half=half))
    full = next((other for other in every if other.is_finer_than(each)), None)
    return each if full is None else each.sharpened(full)


def _read(found: re.Match[str], word: str = "") -> Value:
    return Value(found["sign"] or "", printed(found["number"]), found["unit"] or "", word)


def is_a_custom(kept: int, broken: int) -> bool:
    """Whether a pattern holds often enough (`kept` against `broken`) that exceptions are errors."""
    return kept >= max(_FEWEST, _TIMES * broken)


def follows(wanted: Value, given: Sequence[Value]) -> str:
    """How a number may follow from two of a few others, as `3 / 8`; empty where it does not.

    Of many numbers almost any follows, and where they are printed in full nobody has to work out more.
    """
    if len(given) > _MOST_GIVEN or any(each.digits >= _IN_FULL for each in given):
        return ""
    span = wanted.number.span
    for one, other in permutations([each.number for each in given], 2):
        a, b = one.exact, other.exact
        results = {"-": (a - b,), "+": (a + b,), "/": (a / b, (a / b).scaled(100)) if other.value else ()}
        for sign, spans in results.items():
            if one.value != other.value and any(span.meets(each) for each in spans):
                return f"{one.text} {sign} {other.text}"
    return ""
