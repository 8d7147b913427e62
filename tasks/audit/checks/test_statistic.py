"""A p-value is that of its test statistic (as statcheck does)."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.statistics import PValue, TestStatistic
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import Span, said_span

_CORRECTED = re.compile(
    r"adjust|correct|bonferroni|holm|tukey|fdr|greenhouse|huynh|scheff|sidak|permut|bootstrap|exact", re.I
)
_NEAR = 60
"""Characters from the statistic to its p-value."""


def check(claims: Claims) -> Iterator[Finding]:
    """t, F, χ², r and z with the p-value that follows on the line.

    Source: Nuijten et al. (2016), "The prevalence of statistical reporting errors in psychology", Behavior Research
    Methods 48.
    """
    for test in claims.tests.all:
        after = [p for p in claims.p_values.within("sentence", test.line)[:40] if 0 <= p.start - test.end <= _NEAR]
        if after and all(x > 0 for x in test.df):
            yield from _compare(test, after[0])


def _compare(test: TestStatistic, p: PValue) -> Iterator[Finding]:
    span = test.value.span
    if test.kind == "r" and max(abs(span.low), abs(span.high)) > 1.0 + test.value.half:
        yield found("inconsistent", test.line, f"r = {test.value.text} is no correlation")
        return
    sizes = span.absolute()
    ours = Span(_p(test, sizes.high), _p(test, sizes.low))
    text = f"{test.line.text[test.start : test.end]} has p = {said_span(ours, 3)}, printed as p {p.sign} {p.value.text}"
    if _fits(ours, p):
        yield found("consistent", test.line, text)
    elif test.kind in ("t", "z", "r") and _fits(ours.scaled(0.5), p):
        one_sided = "one-sided" in test.line.text.lower() or "one-tailed" in test.line.text.lower()
        verdict = "consistent" if one_sided else "depends on reading"
        yield found(verdict, test.line, f"{text}: one-sided")  # type: ignore[arg-type]
    elif _CORRECTED.search(test.line.text):
        yield found("not checkable", test.line, f"{text}, which was corrected")
    else:
        yield found("inconsistent", test.line, text)


def _fits(ours: Span, p: PValue) -> bool:
    if p.sign == "<":
        return ours.low < p.value.value
    if p.sign == ">":
        return ours.high > p.value.value
    return ours.meets(p.value.span)


def _p(test: TestStatistic, x: float) -> float:
    """Two-sided where the statistic has two sides."""
    from scipy.special import chdtrc, fdtrc, ndtr, stdtr

    if test.kind == "t":
        return 2 * float(stdtr(test.df[0], -x))
    if test.kind == "z":
        return 2 * float(ndtr(-x))
    if test.kind == "F":
        return float(fdtrc(test.df[0], test.df[1], x)) if len(test.df) == 2 else math.nan
    if test.kind == "chi":
        return float(chdtrc(test.df[0], x))
    if abs(x) >= 1:
        return 0.0
    return 2 * float(stdtr(test.df[0], -abs(x) * math.sqrt(test.df[0] / (1 - x * x))))
