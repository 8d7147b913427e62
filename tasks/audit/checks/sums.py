"""A total is the sum of its parts, and an equation holds."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, Verdict, consistent_if, found
from tasks.audit.numbers import NUM, Span, printed, said_span
from tasks.audit.reading.report import Line
from tasks.audit.series.parts import Aggregate, Series
from tasks.audit.series.series import all_series
from tasks.audit.units import UNIT, factor

_EQUATION = re.compile(
    rf"(?<![\w.+×*/=(-])(?<![+×*/=(-]\s)(?P<left>{NUM}(?:\s?{UNIT})?(?:\s*[+×*÷-]\s*{NUM}(?:\s?{UNIT})?(?![\d.]"
    rf"|\s*/)){{1,12}})\s*=\s*(?P<right>{NUM})\s?(?P<unit>{UNIT})?(?![\d.]|\s*[+×*/-]\s*\d)"
)
_TERM = re.compile(rf"(?P<sign>[+×*÷-])?\s*(?P<value>(?<![\d.])\d[\d.]*(?:[eE][-+]?\d+)?)\s?(?P<unit>{UNIT})?")
_HALF = 0.5
_MANY_EACH = re.compile(r"respondent|participant|patient|user|people|person|unique|distinct|customer|student", re.I)
"""Who may count in several rows."""
_SOME = re.compile(r"\b(?:top|main|major|largest|selected|some|most|examples?|first|excerpt|key)\b", re.I)
"""Heads a table that leaves rows out."""


def check(claims: Claims) -> Iterator[Finding]:
    """Totals of tables, lists and sections, and equations as they are printed."""
    for series in all_series(claims):
        for each in series.aggregates:
            if each.role == "total":
                yield from _total(series, each)
    for line in claims.numeric("="):
        yield from _equations(line)


def _total(series: Series, total: Aggregate) -> Iterator[Finding]:
    ours = series.sum
    lines = [each.line for each in series.parts]
    said_sum = f"{len(series.parts)} parts sum to {series.said(ours)}; {total.label} is {total.text}"
    may_be_rounded = series.rounded_sum.meets(total.wide)
    if ours.meets(total.span) or (series.rounded and may_be_rounded):
        yield found("consistent", total.line, said_sum, *lines)
    elif may_be_rounded:
        yield found("depends on reading", total.line, f"{said_sum}: only if these are rounded amounts", *lines)
    elif total.around:
        why = (
            "only if parts ran at the same time"
            if ours.low > total.span.high
            else "only if something else took the rest"
        )
        yield found("depends on reading", total.line, f"{said_sum}: {why}", *lines)
    elif ours.low > total.span.high:
        overlap = series.origin == "list" or bool(_MANY_EACH.search(total.label))
        verdict: Verdict = "depends on reading" if overlap else "inconsistent"
        yield found(verdict, total.line, said_sum + (": only if parts overlap" if overlap else ""), *lines)
    elif series.origin == "table" and not _SOME.search(series.title):
        yield found("inconsistent", total.line, said_sum, *lines)
    elif ours.high > _HALF * total.span.low:
        yield found("depends on reading", total.line, f"{said_sum}: only if parts are left out", *lines)


def _equations(line: Line) -> Iterator[Finding]:
    for each in _EQUATION.finditer(line.text):
        left = _value(each["left"])
        if left is None:
            continue
        right = printed(each["right"]).span.scaled(factor(each["unit"] or ""))
        exact = printed(each["right"]).exact.scaled(factor(each["unit"] or ""))
        holds = left.meets(right if left.low != left.high or "." in each["left"] or "÷" in each["left"] else exact)
        yield consistent_if(holds, line, f"{each['left'].strip()} = {said_span(left)}, printed as {each['right']}")


def _value(text: str) -> Span | None:
    """Of a sum of products; None where it is mixed with what is not read here."""
    total, product, sign = Span(0.0, 0.0), None, 1
    units = set()
    for term in _TERM.finditer(text):
        number = printed(term["value"]) if re.fullmatch(NUM, term["value"]) else None
        if number is None:
            return None
        units.add(term["unit"] or "")
        span = (number.span if not number.whole or term["unit"] else number.exact).scaled(factor(term["unit"] or ""))
        if term["sign"] in ("×", "*") and product is not None:
            product = product * span
        elif term["sign"] == "÷" and product is not None:
            product = product / span
        else:
            if product is not None:
                total = total + product if sign > 0 else total - product
            product, sign = span, -1 if term["sign"] == "-" else 1
    if product is None:
        return None
    return total + product if sign > 0 else total - product
