"""How long one sample takes is said once, or the reasons why it differs are."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import said

_FACTOR = 3.0
"""Batches, warm-up and load explain less than this."""


def check(claims: Claims) -> Iterator[Finding]:
    """Times for one of the same kind, in several sections, that are far apart; tables compare on purpose."""
    by_noun: dict[str, dict[float, Measured]] = {}
    for each in claims.measured.all:
        if each.time and each.per and not each.forecast and each.line.kind != "row" and each.number.value > 0:
            by_noun.setdefault(each.per, {}).setdefault(
                each.number.value * each.base.high / each.number.span.high, each
            )
    for noun, times in by_noun.items():
        if len(times) < 2 or len(times) > 6 or len({each.line.section for each in times.values()}) < 2:
            continue
        least, most = min(times), max(times)
        if most > _FACTOR * least:
            listed = ", ".join(f"{times[at].text} (line {times[at].line.number})" for at in sorted(times))
            text = (
                f"a {noun} takes {listed}: {said(most / least, 3)} times from least to most, unless they time "
                "different things"
            )
            yield found("depends on reading", times[most].line, text, *(each.line for each in times.values()))
