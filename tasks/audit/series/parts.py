"""Parts and what is said of them together: totals, means, minima and maxima."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tasks.audit.claims.quantities import Role
from tasks.audit.numbers import Printed, Span, said_span
from tasks.audit.reading.report import Line
from tasks.audit.units import factor


@dataclass(frozen=True, slots=True)
class Part:
    """One of several."""

    label: str
    number: Printed
    unit: str
    span: Span
    """In seconds or bytes where it is a duration or memory."""
    line: Line

    @property
    def wide(self) -> Span:
        """What rounds to it, be it whole or not."""
        return self.number.span.scaled(factor(self.unit))


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is said of all parts."""

    role: Role
    label: str
    text: str
    span: Span
    line: Line
    wide: Span
    """What rounds to it, be it whole or not."""
    around: bool = False
    """True for a whole that may hold more than its parts, or run them at the same time, such as an elapsed time."""


@dataclass(frozen=True, slots=True)
class Series:
    """Parts with what is said of them."""

    parts: tuple[Part, ...]
    aggregates: tuple[Aggregate, ...]
    origin: Literal["sections", "table", "list"]
    """Sections tell all parts there are; a table may leave some out, or hold means; a list may mix what it holds."""
    title: str = ""
    """Of the section it stands in, and of its first column."""
    rounded: bool = False
    """Whether whole numbers are amounts that were rounded, such as money, and no counts."""

    @property
    def sum(self) -> Span:
        """Of the parts."""
        return _sum([each.span for each in self.parts])

    @property
    def rounded_sum(self) -> Span:
        """Of the parts, where whole numbers may have been rounded too."""
        return _sum(
            [Span(min(each.span.low, each.wide.low), max(each.span.high, each.wide.high)) for each in self.parts]
        )

    @property
    def range(self) -> Span:
        """From the least part to the largest: what any weighted mean lies in."""
        return Span(min(each.span.low for each in self.parts), max(each.span.high for each in self.parts))

    def said(self, span: Span) -> str:
        """An amount for people, in the unit of the parts."""
        unit = self.parts[0].unit
        return f"{said_span(span.scaled(1 / factor(unit)))} {unit}".rstrip()


def _sum(spans: list[Span]) -> Span:
    return Span(sum(each.low for each in spans), sum(each.high for each in spans))
