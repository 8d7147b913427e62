"""The least and the most are those of the parts, and the part that is named for one has it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import Span
from tasks.audit.series.parts import Aggregate, Series
from tasks.audit.series.series import all_series

_NAMED = re.compile(r"\(\s*([A-Za-z]+ \d{1,3})\b")


def check(claims: Claims) -> Iterator[Finding]:
    """Minima and maxima of tables, lists and sections."""
    for series in all_series(claims):
        for each in series.aggregates:
            if each.role in ("least", "most"):
                yield from _extreme(series, each)


def _extreme(series: Series, each: Aggregate) -> Iterator[Finding]:
    choose = min if each.role == "least" else max
    ours = Span(choose(part.span.low for part in series.parts), choose(part.span.high for part in series.parts))
    part = choose(series.parts, key=lambda part: part.number.value * _scale(part.span, part.number.value))
    text = f"of {len(series.parts)} parts the {each.role} is {series.said(ours)}; {each.label} is {each.text}"
    if series.origin != "sections" and not ours.meets(each.span):
        beyond = each.span.high < ours.low if each.role == "least" else each.span.low > ours.high
        if beyond:
            text += ": only if it is of what is not listed"
        yield found("depends on reading" if beyond else "inconsistent", each.line, text, part.line)
        return
    yield consistent_if(ours.meets(each.span), each.line, text, part.line)
    named = _NAMED.search(each.line.text)
    if named and ours.meets(each.span):
        of_name = [one for one in series.parts if re.match(rf"{re.escape(named[1])}\b", one.label, re.IGNORECASE)]
        for one in of_name[:1]:
            whose = f"{named[1]} has {series.said(one.span)}, and is named for {each.label} of {each.text}"
            yield consistent_if(one.span.meets(each.span), each.line, whose, one.line)


def _scale(span: Span, value: float) -> float:
    return (span.low + span.high) / 2 / value if value else 1.0
