"""An effect size is a difference of means in standard deviations."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims, distinct
from tasks.audit.claims.statistics import EffectSize, MeanSpread
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import Span, said_span
from tasks.audit.reading.report import Line
from tasks.audit.readings import NAMES, deviations

_DIFFERENCE = re.compile(
    r"\b(?:difference|gain|improvement|change|delta|increase|reduction|decrease|effect|lift)\b|Δ", re.I
)
_MOST_SAID = 6


def check(claims: Claims) -> Iterator[Finding]:
    """D against (M − reference) / SD for every reference that is named, or against two means of a section."""
    for each, lines in distinct(claims.effects.all, lambda each: each.value.text):
        stated = next((line for line in lines if claims.means.within("section", line)), each.line)
        near = claims.means.nearest(stated)
        means = list({(m.mean.value, m.spread.value): m for m in near[:50]}.values())
        if len(means) == 1:
            yield from _against_references(claims, each, means[0], lines)
        elif len(means) == 2 and len(near) <= 50:
            yield from _of_two(each, means[0], means[1], lines)


def _against_references(claims: Claims, each: EffectSize, mean: MeanSpread, lines: list[Line]) -> Iterator[Finding]:
    size = claims.size_at(mean.line)
    sure, references = claims.references_of_effect(mean, lines)
    values = {one.value.value: one.span for one in references}
    if _DIFFERENCE.search(mean.label):
        values.setdefault(0.0, Span(0.0, 0.0))
        sure = True
    if not values:
        yield found("not checkable", each.line, f"d = {each.value.text} needs the value it is measured from", mean.line)
        return
    wanted = each.value.span.absolute()
    fits, says = [], []
    for key, deviation in deviations(mean, size.n if size else None):
        if deviation.high <= 0:
            continue
        away = []
        for at, reference in sorted(values.items()):
            ours = ((mean.mean.span - reference) / deviation).absolute()
            fits += [key] if ours.meets(wanted) else []
            away.append(f"{said_span(ours, 2)} from {at:g}")
        says.append(f"if ± is {NAMES[key]}, {', '.join(away[:_MOST_SAID])}")
    means = f"{mean.mean.text} ± {mean.spread.text}"
    text = f"d is printed as {each.value.text}, and {means} is so many SD away: {'; '.join(says)}"
    also = [mean.line, *lines, *([size.line] if size else []), *(one.line for one in references[:_MOST_SAID])]
    if "SD" in fits or (fits and mean.kind):
        yield found("consistent", each.line, text, *also)
    elif fits:
        yield found("depends on reading", each.line, text, *also)
    elif not sure:
        yield found("not checkable", each.line, f"{text}: what it is measured from is not said", *also)
    elif size is None and not mean.kind:
        yield found(
            "depends on reading", each.line, f"{text}: only if ± is no standard deviation, and n is not told", *also
        )
    else:
        yield found("inconsistent", each.line, text, *also)


def _of_two(each: EffectSize, a: MeanSpread, b: MeanSpread, lines: list[Line]) -> Iterator[Finding]:
    """Independent groups: over the root mean of the variances; paired: anything that a correlation can make of it."""
    difference = (a.mean.span - b.mean.span).absolute()
    s, t = a.spread.span, b.spread.span
    if s.low <= 0 or t.low <= 0:
        return
    pooled = Span(((s.low**2 + t.low**2) / 2) ** 0.5, ((s.high**2 + t.high**2) / 2) ** 0.5)
    ours = difference / pooled
    wanted = each.value.span.absolute()
    text = (
        f"{a.mean.text} ± {a.spread.text} and {b.mean.text} ± {b.spread.text} are {said_span(ours, 3)} SD "
        f"apart; d is printed as {each.value.text}"
    )
    also = (a.line, b.line, *lines)
    single = [difference / s, difference / t]
    pairs = Span((difference / (s + t)).low, math.inf if s.meets(t) else (difference / (s - t).absolute()).high)
    if each.paired:
        yield consistent_if(pairs.meets(wanted), each.line, f"{text} of the differences of pairs", *also)
    elif ours.meets(wanted) or any(one.meets(wanted) for one in single):
        yield found("consistent", each.line, text, *also)
    elif pairs.meets(wanted):
        yield found(
            "depends on reading",
            each.line,
            f"{text}: only if pairs are compared and correlate so, or ± is no SD",
            *also,
        )
    else:
        yield found("inconsistent", each.line, text, *also)
