"""A percentage is what its ratio comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Percent, Ratio
from tasks.audit.finding import Finding, consistent_if
from tasks.audit.numbers import Span, said_span

_RATIO_FIRST = re.compile(
    r"\s*(?:[A-Za-z]{1,20}\s*){0,4}(?:\(|=|≈|,|:|,?\s*i\.e\.|,?\s*or|,?\s*that is,?|–|—)\s*(?:~|≈|about|i\.e\.,?"
    r"|or|=|only)?\s*"
)
_PERCENT_FIRST = re.compile(
    r"\s*(?:[A-Za-z]{1,20}\s*){0,4}(?:\(|=|,?\s*i\.e\.|,?\s*or|,?\s*that is,?|:)\s*(?:~|≈|about|or|=)?\s*"
)
_NOT_OF_IT = re.compile(
    r"^\s*(?:CI\b|confidence|credible|interval)|^\s*(?:more|less|faster|slower|higher|lower|increase|decrease"
    r"|reduction)",
    re.I,
)


def check(claims: Claims) -> Iterator[Finding]:
    """`a/b (p %)` and `p % (a/b)`, with nothing but a few words between."""
    for ratio in claims.ratios.all:
        beside = [each for each in claims.percents.within("sentence", ratio.line)[:40] if _bound(ratio, each)]
        if len(beside) == 1:
            yield _compare(ratio, beside[0])


def _bound(ratio: Ratio, percent: Percent) -> bool:
    text = ratio.line.text
    if _NOT_OF_IT.match(text[percent.end : percent.end + 30]):
        return False
    if ratio.end <= percent.start:
        return bool(_RATIO_FIRST.fullmatch(text[ratio.end : percent.start]))
    return bool(percent.end <= ratio.start and _PERCENT_FIRST.fullmatch(text[percent.end : ratio.start]))


def _compare(ratio: Ratio, percent: Percent) -> Finding:
    share = ratio.share.scaled(100)
    text = f"{ratio.text} = {said_span(share)} %, printed as {percent.number.text} %"
    if not share.meets(percent.number.span) and share.meets(
        Span(percent.number.value, percent.number.value + 2 * percent.number.half)
    ):
        text += ", which is cut off and not rounded"
    return consistent_if(share.meets(percent.number.span), ratio.line, text)
