"""An interval holds its mean, and is as wide as the standard deviation and n make it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from tasks.audit.claims.claim import names_another
from tasks.audit.claims.claims import Claims, distinct
from tasks.audit.claims.statistics import ConfidenceInterval, MeanSpread
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import Span, said, said_span
from tasks.audit.readings import NAMES, deviations, quantiles

_TOLERANCE = 0.05
"""Relative: bootstrap intervals and those of transformed values differ by so much from Student's."""


def check(claims: Claims) -> Iterator[Finding]:
    """`M ± s (95 % CI [a, b]), n = ...`, and any `x [a, b]`."""
    for each, _ in distinct(claims.intervals.all, lambda each: (each.low.text, each.high.text, each.level, each.label)):
        if each.low.value > each.high.value:
            yield found(
                "inconsistent", each.line, f"the interval from {each.low.text} to {each.high.text} is upside down"
            )
        elif each.value is not None:
            if each.level or not (each.low.whole or each.high.whole):
                yield _holds(each, each.value.span, each.value.text)
        elif (mean := _mean_of(claims, each)) is not None:
            yield _holds(each, mean.mean.span, mean.mean.text)
            yield from _width(claims, each, mean)


def _mean_of(claims: Claims, each: ConfidenceInterval) -> MeanSpread | None:
    """The mean of the interval's own line, else one near it, where the line names nothing else."""
    mean = claims.mean_at(each.line, each.label)
    if mean is None or mean.line is each.line:
        return mean
    return None if names_another(each.line.text[: each.start], [mean.label]) else mean


def _holds(each: ConfidenceInterval, value: Span, text: str) -> Finding:
    around = Span(each.low.span.low, each.high.span.high)
    return consistent_if(
        around.meets(value), each.line, f"{text} and its interval from {each.low.text} to {each.high.text}"
    )


def _width(claims: Claims, each: ConfidenceInterval, mean: MeanSpread) -> Iterator[Finding]:
    size = claims.size_at(each.line) or claims.size_at(mean.line)
    level = each.level or 95.0
    half = (each.high.span - each.low.span).scaled(0.5)
    printed = f"[{each.low.text}, {each.high.text}]"
    if size is None:
        if half.meets(mean.spread.span) and mean.kind in ("CI", ""):
            yield found("consistent", each.line, f"{mean.mean.text} ± {mean.spread.text} is {printed}")
        else:
            yield found(
                "not checkable",
                each.line,
                f"the width of {printed} needs the n of {mean.mean.text} ± {mean.spread.text}",
            )
        return
    if size.n < 2:
        return
    fits, says = [], []
    for key, deviation in deviations(mean, size.n, level):
        ours = deviation.scaled(1 / math.sqrt(size.n)) * quantiles(level, size.n)
        wide = Span(ours.low * (1 - _TOLERANCE), ours.high * (1 + _TOLERANCE))
        middle = (ours.low + ours.high) / 2
        text = f"[{said(mean.mean.value - middle, 3)}, {said(mean.mean.value + middle, 3)}]"
        fits += [key] if wide.meets(half) else []
        says.append(f"{text} if {mean.spread.text} is {NAMES[key]}")
    text = (
        f"{mean.mean.text} ± {mean.spread.text} with n = {size.n} gives a {level:g} % interval of "
        f"{', '.join(says)}; printed {printed}"
    )
    lines = (mean.line, size.line)
    if not fits:
        yield found("inconsistent", each.line, text, *lines)
    elif "SD" in fits or mean.kind:
        yield found("consistent", each.line, text, *lines)
    else:
        implied = ", ".join(said_span(d, 3) for key, d in deviations(mean, size.n, level) if key in fits)
        yield found("depends on reading", each.line, f"{text}: then the standard deviation is {implied}", *lines)
