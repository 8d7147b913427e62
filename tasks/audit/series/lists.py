"""Lists of keys with values, and what some of them say of the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import role_of
from tasks.audit.numbers import NUM, printed
from tasks.audit.reading.report import Line
from tasks.audit.series.naming import NO_PART, STATISTIC, divided, says_nothing_else
from tasks.audit.series.parts import Aggregate, Part, Series
from tasks.audit.units import UNIT, dimension, factor

_KEY_VALUE = re.compile(
    rf"^(?P<key>[^:|]{{1,60}}):\s*~?(?P<value>{NUM})\s?(?P<unit>{UNIT}|[A-Za-z]{{3,20}})?(?:\s*\([^()]{{0,80}}\))?\.?$"
)


def of_lists(claims: Claims) -> Iterator[Series]:
    """Every list or paragraph, by unit."""
    groups: dict[int, list[tuple[Line, re.Match[str]]]] = defaultdict(list)
    for line in claims.numeric(":"):
        if line.kind in ("item", "text") and (pair := _KEY_VALUE.match(line.text)):
            groups[line.group].append((line, pair))
    for every in groups.values():
        by_unit: dict[str, list[tuple[Line, re.Match[str]]]] = defaultdict(list)
        for line, pair in every:
            unit = pair["unit"] or ""
            by_unit[dimension(unit) or unit.lower().rstrip("s")].append((line, pair))
        for unit, pairs in by_unit.items():
            yield from _of_list(unit, pairs)


def _of_list(unit: str, pairs: list[tuple[Line, re.Match[str]]]) -> Iterator[Series]:
    parts: list[Part] = []
    about: list[Aggregate] = []
    for line, pair in pairs:
        number = printed(pair["value"])
        known = dimension(pair["unit"] or "")
        span = number.exact_or_span(bool(known)).scaled(factor(pair["unit"] or ""))
        role = role_of(pair["key"])
        text = f"{pair['value']} {pair['unit'] or ''}".strip()
        if role:
            wide = number.span.scaled(factor(pair["unit"] or ""))
            about.append(Aggregate(role, pair["key"], text, wide if role == "mean" else span, line, wide))
        elif not NO_PART.search(pair["key"]):
            parts.append(Part(pair["key"], number, pair["unit"] or "", span, line))
    labels = [each.label for each in parts]
    about = [each for each in about if says_nothing_else(each.label, labels)]
    if len(parts) < 2 or not about or unit == "percent" or any(STATISTIC.search(each) for each in labels):
        return
    if unit != "time" and not divided(labels):
        return
    yield Series(tuple(parts), tuple(about), "list")
