"""Time a sample, samples and total time agree; so do samples a second."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured, Rate
from tasks.audit.finding import Finding, Verdict, found
from tasks.audit.numbers import Span, said_span
from tasks.audit.units import factor

_NEXT = re.compile(
    r"(?:\s*(?:/|per\b)\s*[A-Za-z]{2,20})?[\s(,;:=~≈@]*(?:i\.e\.,?|or|about|at|that is,?|avg\.?|average|an? \w+"
    r"|in total)?[\s:~]*"
)
_IN = re.compile(r"\s*(?:\w+\s+){0,2}(?:in|within|over|took|take)\s+(?:about |only |just )?")

_THAT_IS = re.compile(r"\s*(?:/|per\b)?\s*[A-Za-z]{0,20}\s*[(,;]?\s*(?:i\.e\.,?|that is,?|=|or|\()\s*(?:about|~|≈)?\s*")


def check(claims: Claims) -> Iterator[Finding]:
    """Latency × n against the total beside it; n over the total, and one over the latency, against a rate beside it."""
    for each in claims.measured.all:
        if each.time and each.per and not each.forecast:
            yield from _total(claims, each)
    for rate in claims.rates.all:
        times = [one for one in claims.measured.within("sentence", rate.line)[:20] if one.time]
        totals = [one for one in times if not one.per]
        if len(totals) == 1 and (n := _counted(rate, totals[0])):
            whole = totals[0]
            ours = Span(n, n) / whole.base
            text = f"{n} in {whole.text} are {said_span(ours)} a second, printed as {rate.number.text} {rate.noun}s"
            yield found(_verdict(ours.meets(rate.per_second), True), rate.line, text)
        for each in times:
            if each.per == rate.noun and each.end <= rate.start:
                yield from _inverse(each, rate)


def _total(claims: Claims, each: Measured) -> Iterator[Finding]:
    totals = [one for one in claims.measured.within("sentence", each.line)[:20] if one.time and not one.per]
    size = claims.size_at(each.line)
    if len(totals) != 1 or size is None or size.line.section != each.line.section or not _counts(each.per):
        return
    whole = totals[0]
    if _beside(each, whole):
        ours = each.base * Span(size.n, size.n)
        text = f"{each.text} × {size.n} = {_in(ours, whole)}, printed as {whole.text}"
        same = size.line.item == each.line.item and size.line.number == each.line.number
        yield found(_verdict(ours.meets(whole.base), same), each.line, text, size.line)


def _inverse(each: Measured, rate: Rate) -> Iterator[Finding]:
    """`12 ms/image, i.e. 83 images/s`; in brackets alone it may be of batches."""
    between = rate.line.text[each.end : rate.start]
    if each.base.low > 0 and _THAT_IS.fullmatch(between):
        ours = Span(1.0, 1.0) / each.base
        text = f"{each.text} per {each.per} are {said_span(ours)} a second, printed as {rate.number.text} {rate.noun}s"
        yield found(_verdict(ours.meets(rate.per_second), "(" not in between), rate.line, text)


def _counted(rate: Rate, whole: Measured) -> int:
    """How many of the rate's noun were done in a time, by the words before it; 0 where that is not said."""
    pattern = rf"(?<![\w.,/-])(?P<n>\d{{1,9}})\s+(?:[a-z]+\s+)?{re.escape(rate.noun)}s?"
    last = list(re.finditer(pattern, rate.line.text[: whole.start], re.I))[-1:]
    return int(last[0]["n"]) if last and _IN.fullmatch(rate.line.text[last[0].end() : whole.start]) else 0


def _beside(each: Measured, whole: Measured) -> bool:
    """Whether a time for one and a time for all stand next to one another."""
    a, b = (whole, each) if whole.start < each.start else (each, whole)
    return bool(_NEXT.fullmatch(each.line.text[a.end : b.start]))


def _verdict(holds: bool, same_line: bool) -> Verdict:
    return "consistent" if holds else "inconsistent" if same_line else "depends on reading"


def _counts(per: str) -> bool:
    return per in ("sample", "image", "item", "pair", "request", "query", "call", "example", "step", "trial")


def _in(span: Span, like: Measured) -> str:
    return f"{said_span(span.scaled(1 / factor(like.unit)))} {like.unit}"
