"""A number on its way to a reader: its exact value, how it is rounded, and where it comes from. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Self

from store.evidence import Interval
from store.kinds import KINDS
from store.metrics import Style

Rule = Literal["exact", "whole", "decimals", "significant", "p"]

_TAKES_DIGITS = ("decimals", "significant", "p")


@dataclass(frozen=True, slots=True)
class Rounding:
    """How a value becomes digits. Its text form, such as `decimals:3` or `decimals:1/0.001`, is what reports record."""

    style: Rule
    digits: int = 0
    """Decimals, significant digits, or decimals of a p-value; unused by `exact` and `whole`."""
    divisor: float = 1.0
    """The value is divided by this first: 0.001 prints seconds as milliseconds."""

    def __str__(self) -> str:
        rule = f"{self.style}:{self.digits}" if self.style in _TAKES_DIGITS else self.style
        return rule if self.divisor == 1.0 else f"{rule}/{_exact(self.divisor)}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the text form; ValueError when it is not one."""
        rule, _, divisor = text.partition("/")
        style, _, digits = rule.partition(":")
        if style not in ("exact", "whole", *_TAKES_DIGITS) or bool(digits) != (style in _TAKES_DIGITS):
            raise ValueError(f"{text!r} is not a rounding rule, such as decimals:3, significant:3, p:3, whole or exact")
        return cls(style, int(digits or 0), float(divisor or 1))  # type: ignore[arg-type]


def round_figure(value: float, rounding: Rounding | str) -> str:
    """The digits of `value` under a rule. The one place where reports round, so that they can be rounded again.

    `exact` prints the shortest digits that read back as the value, `whole` no decimals, `decimals:N` N of them,
    `significant:N` at least N significant digits and never an exponent, `p:N` N decimals with `< 0.001` below the last.
    """
    rule = Rounding.parse(rounding) if isinstance(rounding, str) else rounding
    scaled = value / rule.divisor
    match rule.style:
        case "exact":
            return _exact(scaled)
        case "whole":
            return _unsigned_zero(f"{scaled:.0f}")
        case "decimals":
            return _unsigned_zero(f"{scaled:.{rule.digits}f}")
        case "significant":
            exponent = int(f"{scaled:.{rule.digits - 1}e}".partition("e")[2])
            return _unsigned_zero(f"{scaled:.{max(0, rule.digits - 1 - exponent)}f}")
        case "p":
            least = f"{10.0**-rule.digits:.{rule.digits}f}"
            return f"< {least}" if scaled < float(least) else f"{scaled:.{rule.digits}f}"


WHOLE, EXACT = Rounding("whole"), Rounding("exact")

_FEWEST_DECIMALS, _MOST_DECIMALS = 3, 6


def presentation(style: Style, value: float, unit: str, interval: Interval | None = None) -> tuple[Rounding, str]:
    """The rounding rule of a value that is printed in a style, and the unit to print beside it."""
    match style:
        case Style.MEASURE:
            return Rounding("decimals", _decimals(interval)), unit
        case Style.P_VALUE:
            return Rounding("p", 3), unit
        case Style.COUNT:
            return WHOLE, unit
        case Style.PROBABILITY:
            return Rounding("significant", 3), unit
        case Style.TWO_DECIMALS:
            return Rounding("decimals", 2), unit
        case Style.STANDARDISED:
            return Rounding("decimals", 2), ""
        case Style.TWO_DIGITS:
            return Rounding("significant", 2), unit
        case Style.RATE:
            return Rounding("significant", 3), unit or "images/s"
        case Style.SECONDS:
            return _seconds(value)
        case Style.BYTES:
            return _bytes(value)
        case Style.PARAMETERS:
            return (Rounding("decimals", 1, 1e6), "million") if abs(value) >= 1e6 else (WHOLE, unit)


def style_of(key: str, unit: str) -> Style:
    """The style of a logged metric by its key; of a key that no kind of task knows, by its unit."""
    metric = KINDS.metric(key)
    return metric.style if metric is not None else _BY_UNIT.get(unit, Style.MEASURE)


_BY_UNIT = {"s": Style.SECONDS, "bytes": Style.BYTES, "B": Style.BYTES, "images": Style.COUNT}


def _decimals(interval: Interval | None) -> int:
    """Enough decimals for the first digit of the interval's half-width, and never fewer than three."""
    half = 0.0 if interval is None else (interval.high - interval.low) / 2
    if half <= 0:
        return _FEWEST_DECIMALS
    return min(max(_FEWEST_DECIMALS, -int(f"{half:.0e}".partition("e")[2])), _MOST_DECIMALS)


def _bytes(value: float) -> tuple[Rounding, str]:
    for divisor, unit in ((2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB")):
        if abs(value) >= divisor:
            return Rounding("significant", 3, divisor), unit
    return WHOLE, "B"


def _seconds(value: float) -> tuple[Rounding, str]:
    if 0 < abs(value) < 1:
        return Rounding("significant", 3, 1e-3), "ms"
    if abs(value) < 600:
        return Rounding("decimals", 1), "s"
    if abs(value) < 7200:
        return Rounding("decimals", 1, 60.0), "min"
    return Rounding("decimals", 1, 3600.0), "h"


def _exact(value: float) -> str:
    return _unsigned_zero(repr(float(value)).removesuffix(".0"))


def _unsigned_zero(text: str) -> str:
    return text.removeprefix("-") if text.startswith("-") and not text.strip("-0.") else text


@dataclass(frozen=True, slots=True)
class Figure:
    """One printed number. Everything that is needed to find it again, and to round it again."""

    id: str
    """`fig-1`, `fig-2`, … in the order in which a report first prints them."""
    value: float
    """As it was logged."""
    text: str
    """`value` under `rounding`: the digits that are printed."""
    rounding: Rounding
    unit: str
    """Unit of `value`."""
    printed_unit: str
    """Unit of `text`."""
    position: int
    """Position of the event that it rests on."""
    run_id: str | None
    """MLflow run; None when it comes from the log alone."""
    metric: str
    """Metric in the run; without a run, a JSON pointer into the event, or the name of a number derived from the log."""
    digest: str | None = None
    """Digest of the artifact with the values behind it."""
    n: int | None = None
    """Images behind it."""
    interval: Interval | None = None
    low_text: str = ""
    high_text: str = ""

    @property
    def exact(self) -> str:
        """The value in full."""
        return repr(self.value)
