"""A share of memory is not called the utilisation of a processor."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, consistent_if
from tasks.audit.numbers import said_span
from tasks.audit.units import dimension

_UTILISATION = re.compile(r"\b(?:GPU|CPU|compute|processor|core|SM|device|accelerator|TPU)?\s*utili[sz]ation\b", re.I)
_SENTENCE = re.compile(r"[.;|]\s")
_MEMORY = re.compile(r"\b(?:memory|vram|ram|hbm|disk|storage|cache)\b", re.I)


def check(claims: Claims) -> Iterator[Finding]:
    """A utilisation in percent that is said to be so many bytes of so many."""
    for ratio in claims.ratios.all:
        text = _SENTENCE.split(ratio.line.text[: ratio.end])[-1]
        if dimension(ratio.unit) != "memory" or not _UTILISATION.search(text):
            continue
        for percent in claims.percents.within("sentence", ratio.line)[:5]:
            if ratio.share.scaled(100).meets(percent.number.span):
                says = (
                    f"{percent.number.text} % is {ratio.text} = {said_span(ratio.share.scaled(100))} %: a "
                    "share of memory, which tells nothing of how busy a processor is"
                )
                yield consistent_if(bool(_MEMORY.search(text)), ratio.line, says)
