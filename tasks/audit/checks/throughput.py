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


def check(claims: Claims) -> Iterator[Finding]:
    """Latency × n against the total on its line; n over the total against a rate on its line."""
    for each in claims.measured.all:
        if not each.time or not each.per or each.forecast:
            continue
        totals = [one for one in claims.measured.within("sentence", each.line) if one.time and not one.per][:5]
        size = claims.size_at(each.line)
        if len(totals) == 1 and size is not None and size.line.section == each.line.section and _counts(each.per):
            whole = totals[0]
            if not _beside(each, whole):
                continue
            ours = each.base * Span(size.n, size.n)
            text = f"{each.text} × {size.n} = {_in(ours, whole)}, printed as {whole.text}"
            yield found(
                _verdict(
                    ours.meets(whole.base), size.line.item == each.line.item and size.line.number == each.line.number
                ),
                each.line,
                text,
                size.line,
            )
    for rate in claims.rates.all:
        totals = [one for one in claims.measured.within("sentence", rate.line) if one.time and not one.per][:5]
        if len(totals) == 1 and (counted := _counted(rate, totals[0])):
            n, whole = counted, totals[0]
            ours = Span(n, n) / whole.base
            text = f"{n} in {whole.text} are {said_span(ours)} a second, printed as {rate.number.text} {rate.noun}s"
            yield found(_verdict(ours.meets(rate.per_second), True), rate.line, text)


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
