"""The same amount in two units is the same amount."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import said_span
from tasks.audit.units import BYTES, factor

_BETWEEN = re.compile(
    r"\s*(?:\(|=|≈|,?\s*i\.e\.,?|,?\s*that is,?)\s*(?:~|≈|=|about|around|approx\.?|approximately"
    r"|roughly|i\.e\.,?|or|or about)?\s*"
)
_OF_ELSE = re.compile(r"\s+(?!in total|total|altogether|exactly|and\b|for\b|to\b)[A-Za-z]")
"""`2 h (30 min of them idle)` is no conversion."""


def check(claims: Claims) -> Iterator[Finding]:
    """`90 s (1.5 min)`, `2048 MB = 2 GB`."""
    previous: Measured | None = None
    for each in claims.measured.all:
        a, previous = previous, each
        if a is None or a.line is not each.line or a.time != each.time or a.per != each.per or a.unit == each.unit:
            continue
        if not _BETWEEN.fullmatch(each.line.text[a.end : each.start]):
            continue
        scale = factor(each.unit)
        text = f"{a.text} = {said_span(a.base.scaled(1 / scale))} {each.unit}, printed as {each.number.text}"
        if a.base.meets(each.base) or (not a.time and _binary(a, each)):
            yield found("consistent", each.line, text)
        elif not _OF_ELSE.match(each.line.text, each.end):
            yield found("inconsistent", each.line, text)


def _binary(a: Measured, b: Measured) -> bool:
    """Whether the two agree where K, M, G are powers of 1024, as many take them to be."""

    def binary(each: Measured) -> float:
        return BYTES.get(
            each.unit.replace("B", "iB") if "i" not in each.unit and len(each.unit) == 2 else each.unit, 1.0
        )

    one = a.number.span.scaled(binary(a))
    return one.meets(b.number.span.scaled(binary(b)))
