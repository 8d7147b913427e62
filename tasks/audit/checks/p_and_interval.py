"""A p-value and an interval agree on whether the value tested against lies within."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claim import names_another
from tasks.audit.claims.claims import Claims, distinct
from tasks.audit.claims.references import Reference
from tasks.audit.claims.statistics import ConfidenceInterval, PValue
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import printed
from tasks.audit.reading.report import Line

DIFFERENCE = re.compile(r"\b(?:difference|change|gain|improvement)\b|Δ", re.I)
"""Is compared with 0 where nothing else is named."""
_MOST_OTHERS = 3
RATIO = re.compile(
    r"\b(?:odds|hazard|risk|rate|prevalence|likelihood|incidence)(?: rate)? ratio\b|\ba?(?:OR|HR|RR|IRR|SHR|PR)\b"
    r"(?=\W{1,4}\d|\W*$)"
)
"""Is compared with 1."""
_BETWEEN = re.compile(r"[\])]?\s*[,;(]?\s*(?:and|with|at)?\s*[(]?")
NEAR = 80
_CHANGE = "improvement gain increase rise drop reduction over above"
"""What a paragraph calls its own quantity against a reference."""


def check(claims: Claims) -> Iterator[Finding]:
    """Each p-value against the one interval near it, for each value that the finding is compared with."""
    results = [each for each in claims.p_values.all if not each.level]
    for each, lines in distinct(results, lambda each: (each.sign, each.value.text)):
        for line in lines:
            p = next(
                p for p in claims.p_values.within("sentence", line) if p.value == each.value and p.sign == each.sign
            )
            if (own := beside(claims, p)) is not None:
                yield from _compare(claims, p, own)
                break
            if not _speaks_of_no_other(claims, each, line):
                continue
            near = [one for one in claims.intervals.nearest(line)[:20] if one.value is None]
            if near and all((one.low.value, one.high.value) == (near[0].low.value, near[0].high.value) for one in near):
                yield from _compare(claims, each, near[0])
                break


def beside(claims: Claims, p: PValue) -> ConfidenceInterval | None:
    """The interval that a p-value stands right behind, or right before."""
    for each in claims.intervals.within("sentence", p.line)[:40]:
        first, second = (each, p) if each.start < p.start else (p, each)
        if first.end <= second.start and _BETWEEN.fullmatch(p.line.text[first.end : second.start]):
            return each
    return None


def _speaks_of_no_other(claims: Claims, p: PValue, line: Line) -> bool:
    """False where the interval stands in another item, and the p-value's line names its own subject."""
    if claims.intervals.within("sentence", line) or claims.intervals.within("item", line):
        return True
    start = next((each.start for each in claims.p_values.within("sentence", line) if each.value == p.value), 0)
    labels = [each.label for each in claims.intervals.within("section", line)[:20]]
    labels += [each.label for each in claims.means.within("section", line)[:20]]
    if claims.intervals.within("group", line):
        labels.append(_CHANGE)
    return not names_another(line.text[:start], labels)


def _compare(claims: Claims, p: PValue, interval: ConfidenceInterval) -> Iterator[Finding]:
    alpha = 1 - (interval.level or 95.0) / 100
    excluded = p.value.value <= alpha if p.sign == "<" else p.value.span.high <= alpha if p.sign == "=" else False
    included = p.value.value >= alpha if p.sign == ">" else p.value.span.low > alpha if p.sign == "=" else False
    if excluded == included:
        return
    mean = claims.mean_at(interval.line, interval.label) if interval.value is None else None
    label = interval.label if mean is None else mean.label
    before = interval.line.text[: interval.start]
    beside = list(claims.references.within("sentence", p.line)[:20]) if p.line is not interval.line else []
    if not beside and interval.value is None:
        beside = claims.references_beside(interval.line, label)
    texts = f"p {p.sign} {p.value.text}", f"[{interval.low.text}, {interval.high.text}]"
    if not beside and (ratio := RATIO.search(before[-NEAR:]) or DIFFERENCE.search(f"{label} {before}"[-NEAR:])):
        null = "1" if ratio.re is RATIO else "0"
        beside = [Reference(interval.line, 0, 0, label, printed(null), "", declared=True)]
    if not beside:
        yield found(
            "not checkable", p.line, f"{texts[0]} and {texts[1]} need the value that is tested against", interval.line
        )
        return
    elsewhere = claims.references_of(mean) if mean is not None else []
    fits = [each for each in beside if _agrees(interval, each.value.value, excluded)]
    others = [each for each in elsewhere if _agrees(interval, each.value.value, excluded)]
    says = ", ".join(f"{each.value.text}, which lies {_where(interval, each.value.value)}" for each in beside)
    text = f"{texts[0]}, and a {interval.level or 95:g} % interval of {texts[1]}; compared with {says}"
    lines = (interval.line, *(each.line for each in beside))
    if not fits and others:
        instead = ", ".join(f"{each.value.text} (line {each.line.number})" for each in others[:_MOST_OTHERS])
        yield found(
            "depends on reading",
            p.line,
            f"{text}: only if the test is against {instead}",
            *lines,
            *(each.line for each in others[:_MOST_OTHERS]),
        )
    else:
        yield found("consistent" if fits else "inconsistent", p.line, text, *lines)


def _agrees(interval: ConfidenceInterval, value: float, excluded: bool) -> bool:
    """With the bounds rounded in favour."""
    if excluded:
        return value < interval.low.span.high or value > interval.high.span.low
    return interval.low.span.low <= value <= interval.high.span.high


def _where(interval: ConfidenceInterval, value: float) -> str:
    return "within" if interval.low.value <= value <= interval.high.value else "outside"
