"""A mean is that of its parts."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.series.series import all_series


def check(claims: Claims) -> Iterator[Finding]:
    """Means of tables, lists and sections."""
    for series in all_series(claims):
        n = len(series.parts)
        for each in series.aggregates:
            if each.role != "mean":
                continue
            ours = series.sum.scaled(1 / n)
            text = f"the {n} parts have a mean of {series.said(ours)}; {each.label} is {each.text}"
            lines = [part.line for part in series.parts]
            if ours.meets(each.span):
                yield found("consistent", each.line, text, *lines)
            elif series.origin == "sections" or not series.range.meets(each.span):
                yield found("inconsistent", each.line, text, *lines)
            elif series.origin == "table":
                yield found("depends on reading", each.line, f"{text}: only if rows are weighted or left out", *lines)
            else:
                yield found("depends on reading", each.line, f"{text}: only if parts are left out", *lines)
