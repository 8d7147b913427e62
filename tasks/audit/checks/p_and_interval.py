"""A p-value and an interval agree on whether the value tested against lies within."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.audit.claims.claim import words
from tasks.audit.claims.claims import Claims, distinct
from tasks.audit.claims.statistics import ConfidenceInterval, PValue
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line

_OF_TESTS = words(
    "statistical statistically significance significant highly p value result results test tested t z one two sided"
) | words("sample paired bootstrap permutation probability against threshold baseline null")
"""Words that say nothing of what was tested."""


def check(claims: Claims) -> Iterator[Finding]:
    """Each p-value against the one interval near it, for each value that the finding is compared with."""
    results = [each for each in claims.p_values.all if not each.level]
    for each, lines in distinct(results, lambda each: (each.sign, each.value.text)):
        for line in lines:
            if not _speaks_of_no_other(claims, each, line):
                continue
            near = [one for one in claims.intervals.nearest(line)[:20] if one.value is None]
            if near and all((one.low.value, one.high.value) == (near[0].low.value, near[0].high.value) for one in near):
                yield from _compare(claims, each, near[0])
                break


def _speaks_of_no_other(claims: Claims, p: PValue, line: Line) -> bool:
    """False where the interval stands further off than the paragraph, and the p-value's line names its own subject."""
    if any(claims.intervals.within(scope, line) for scope in ("number", "item", "group")):
        return True
    start = next((each.start for each in claims.p_values.within("number", line) if each.value == p.value), 0)
    far = claims.intervals.within("section", line)
    labels: frozenset[str] = frozenset()
    for label in [each.label for each in far[:20]] + [each.label for each in claims.means.within("section", line)[:20]]:
        labels |= words(label)
    return words(line.text[:start]) <= labels | _OF_TESTS


def _compare(claims: Claims, p: PValue, interval: ConfidenceInterval) -> Iterator[Finding]:
    alpha = 1 - (interval.level or 95.0) / 100
    excluded = p.value.value <= alpha if p.sign == "<" else p.value.span.high <= alpha if p.sign == "=" else False
    included = p.value.value >= alpha if p.sign == ">" else p.value.span.low > alpha if p.sign == "=" else False
    if excluded == included:
        return
    mean = claims.mean_at(interval.line, interval.label)
    label = interval.label if mean is None else mean.label
    beside = claims.references_beside(interval.line, label)
    texts = f"p {p.sign} {p.value.text}", f"[{interval.low.text}, {interval.high.text}]"
    if not beside:
        yield found(
            "not checkable", p.line, f"{texts[0]} and {texts[1]} need the value that is tested against", interval.line
        )
        return
    fits = [each for each in beside if _agrees(interval, each.value.value, excluded)]
    says = ", ".join(f"{each.value.text}, which lies {_where(interval, each.value.value)}" for each in beside)
    text = f"{texts[0]}, and a {interval.level or 95:g} % interval of {texts[1]}; compared with {says}"
    yield found("consistent" if fits else "inconsistent", p.line, text, interval.line, *(each.line for each in beside))


def _agrees(interval: ConfidenceInterval, value: float, excluded: bool) -> bool:
    """With the bounds rounded in favour."""
    if excluded:
        return value < interval.low.span.high or value > interval.high.span.low
    return interval.low.span.low <= value <= interval.high.span.high


def _where(interval: ConfidenceInterval, value: float) -> str:
    return "within" if interval.low.value <= value <= interval.high.value else "outside"
