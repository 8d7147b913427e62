"""A ratio lies in the middle of its interval on a logarithmic scale, and a p-value is what the interval makes it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.checks.p_and_interval import DIFFERENCE, NEAR, RATIO, beside
from tasks.audit.claims.claims import Claims
from tasks.audit.claims.statistics import ConfidenceInterval, PValue
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import Span, said_span

_OFF_CENTRE = 0.15
"""Of half an interval: exact and bootstrap intervals of ratios are off by so much."""
_FEWEST_DF = 4
_TOLERANCE = 1.5
"""Factor between the p-values of tests that are made for the same thing."""
_OTHERWISE = re.compile(
    r"adjust|correct|bonferroni|holm|fdr|interaction|trend|heterogeneity|log-?rank"
    r"|non-?inferior",
    re.I,
)


def check(claims: Claims) -> Iterator[Finding]:
    """`ratio (95 % CI a to b; p = ...)`, and the same of differences.

    Source: Altman and Bland (2011), "How to obtain the P value from a confidence interval", BMJ 343, d2304.
    """
    p_of = {id(each): p for p in claims.p_values.all if not p.level and (each := beside(claims, p)) is not None}
    for each in claims.intervals.all:
        if each.value is None or not 0 < (each.level or 95.0) < 100:
            continue
        before = each.line.text[: each.start][-NEAR:]
        ratio = RATIO.search(before) is not None
        if not ratio and not DIFFERENCE.search(before):
            continue
        scaled = _scaled(each, ratio)
        if scaled is None:
            continue
        low, value, high = scaled
        half = (high - low).scaled(0.5)
        if half.low <= 0 or not (low.low <= value.high and value.low <= high.high):
            continue
        if ratio:
            yield _centred(each, low, value, high, half)
        if (p := p_of.get(id(each))) is not None and not _OTHERWISE.search(each.line.text):
            yield from _p(each, p, value, half)


def _scaled(each: ConfidenceInterval, ratio: bool) -> tuple[Span, Span, Span] | None:
    """Both bounds and the estimate; their logarithms for a ratio."""
    spans = [number.span for number in (each.low, each.value, each.high) if number is not None]
    if ratio and any(span.low <= 0 for span in spans):
        return None
    if ratio:
        spans = [Span(math.log(span.low), math.log(span.high)) for span in spans]
    return spans[0], spans[1], spans[2]


def _centred(each: ConfidenceInterval, low: Span, value: Span, high: Span, half: Span) -> Finding:
    middle = (low + high).scaled(0.5)
    around = Span(middle.low - _OFF_CENTRE * half.high, middle.high + _OFF_CENTRE * half.high)
    ours = Span(math.exp(middle.low), math.exp(middle.high))
    printed = each.value.text if each.value is not None else ""
    text = (
        f"the middle of {each.low.text} to {each.high.text} is, by logarithms, {said_span(ours, 3)}; printed {printed}"
    )
    if around.meets(value):
        return found("consistent", each.line, text)
    return found("depends on reading", each.line, f"{text}: only if the interval is an unusual one")


def _p(each: ConfidenceInterval, p: PValue, value: Span, half: Span) -> Iterator[Finding]:
    """From the normal distribution to Student's with few degrees of freedom: what follows from estimate and width."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    at = 0.5 + (each.level or 95.0) / 200
    away = value.absolute() / half
    tails = []
    for x in (away.low, min(away.high, 1e6)):
        tails.append(2 * float(ndtr(-x * float(ndtri(at)))))
        tails.append(2 * float(stdtr(_FEWEST_DF, -x * float(stdtrit(_FEWEST_DF, at)))))
    ours = Span(min(tails) / _TOLERANCE, max(tails) * _TOLERANCE)
    fits = {"<": ours.low < p.value.value, ">": ours.high > p.value.value}.get(p.sign, ours.meets(p.value.span))
    text = (
        f"an interval from {each.low.text} to {each.high.text} gives p = {said_span(Span(min(tails), max(tails)), 2)}; "
        f"printed p {p.sign} {p.value.text}"
    )
    if fits:
        yield found("consistent", p.line, text, each.line)
    else:
        yield found("depends on reading", p.line, f"{text}: only if it is of another test", each.line)
