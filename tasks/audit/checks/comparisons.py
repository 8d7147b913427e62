"""An inequality that is printed between two numbers is true."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if
from tasks.audit.numbers import FREE, NUM, printed
from tasks.audit.units import UNIT, factor

_CHAIN = re.compile(
    rf"(?<![\d:])(?P<a>{FREE})\s?(?P<ua>{UNIT})?\s*(?P<sign>[<>≤≥])\s*(?P<b>{NUM})\s?(?P<ub>"
    rf"{UNIT})?(?![\d.]*\d)"
)
_ABOVE = re.compile(
    rf"(?P<a>{FREE})(?:\s*±\s*{NUM})?\s*\([^()\d<>≤≥]{{0,40}}(?P<sign>[<>≤≥])\s*(?P<b>{NUM})\s*(?:threshold"
    r"|cut-?off|target|criterion|limit|baseline)",
    re.I,
)
_WORDS = re.compile(
    rf"(?P<a>{FREE})\s?(?P<ua>{UNIT})?,?\s+(?:which\s+)?(?:is |lies |was )?(?P<sign>above|below|exceeds|exceeding"
    rf"|under)\s+(?:the\s+)?(?:\w+\s+){{0,2}}?"
    rf"(?:threshold|cut-?off|target|limit|budget)\s+(?:of\s+)(?P<b>{NUM})\s?(?P<ub>{UNIT})?",
    re.I,
)
_NOT_HELD = re.compile(
    r"\b(?:fail\w*|false|not|no|n't|never|errors?:|assert\w*|violat\w*|unmet|miss\w*|if|whether|requir\w*|should|must|when|unless|until"
    r"|expect\w*|need\w*)\b|❌|✗|✘|!=|≠",
    re.I,
)
"""Such a sentence says that it does not hold, or does not say that it does."""
_SIGNS = {"above": ">", "exceeds": ">", "exceeding": ">", "below": "<", "under": "<"}


def check(claims: Claims) -> Iterator[Finding]:
    """`1.9 < 2.0`, `0.73 (> 0.7 threshold)`, "0.73, above the threshold of 0.7"."""
    for line in claims.numeric("<", ">", "≤", "≥", "above", "below", "exceed", "under"):
        text = line.text
        if _NOT_HELD.search(text):
            continue
        for pattern in (_CHAIN, _ABOVE, _WORDS):
            for each in pattern.finditer(text):
                parts = each.groupdict()
                sign = _SIGNS.get(each["sign"].lower(), each["sign"])
                ua, ub = parts.get("ua") or "", parts.get("ub") or ""
                a = printed(each["a"]).span.scaled(factor(ua or ub))
                b = printed(each["b"]).exact.scaled(factor(ub or ua))
                lower = a.low < b.high if sign == "<" else a.low <= b.high
                higher = a.high > b.low if sign == ">" else a.high >= b.low
                yield consistent_if(
                    lower if sign in "<≤" else higher, line, f"{each['a']} {sign} {each['b']}, as it is printed"
                )
