"""Parts and what is said of them together: totals, means, minima and maxima, from tables, lists and sections."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.audit.claims.claim import words
from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured, Role, role_of
from tasks.audit.numbers import NUM, Printed, Span, printed
from tasks.audit.reading.report import Line, Row, Table
from tasks.audit.units import UNIT, dimension, factor


@dataclass(frozen=True, slots=True)
class Part:
    """One of several."""

    label: str
    number: Printed
    span: Span
    """In seconds or bytes where it is a duration or memory."""
    line: Line
    scale: float = 1.0
    """Seconds or bytes in one of its unit."""

    @property
    def wide(self) -> Span:
        """What rounds to it, be it whole or not."""
        return self.number.span.scaled(self.scale)


@dataclass(frozen=True, slots=True)
class Aggregate:
    """What is said of all parts."""

    role: Role
    label: str
    text: str
    span: Span
    line: Line
    wide: Span
    """What rounds to it, be it whole or not."""
    around: bool = False
    """True for a whole that may hold more than its parts, or run them at the same time, such as an elapsed time."""


@dataclass(frozen=True, slots=True)
class Series:
    """Parts with what is said of them."""

    parts: tuple[Part, ...]
    aggregates: tuple[Aggregate, ...]
    origin: Literal["sections", "table", "list"]
    """Sections tell all parts there are; a table may leave some out, or hold means; a list may mix what it holds."""
    title: str = ""
    """Of the section it stands in, and of its first column."""
    rounded: bool = False
    """Whether whole numbers are amounts that were rounded, such as money, and no counts."""

    @property
    def sum(self) -> Span:
        """Of the parts."""
        return Span(sum(each.span.low for each in self.parts), sum(each.span.high for each in self.parts))

    @property
    def rounded_sum(self) -> Span:
        """Of the parts, where whole numbers may have been rounded too."""
        spans = [Span(min(each.span.low, each.wide.low), max(each.span.high, each.wide.high)) for each in self.parts]
        return Span(sum(each.low for each in spans), sum(each.high for each in spans))

    @property
    def range(self) -> Span:
        """From the least part to the largest: what any weighted mean lies in."""
        return Span(min(each.span.low for each in self.parts), max(each.span.high for each in self.parts))


_MOST_AGGREGATES = 50
"""Of one series: each is held against all its parts."""
_OWN_KEY = re.compile(
    r"^(?:(?:it |this |which )?took|duration|time(?: taken)?|elapsed(?: time)?|run ?time|execution time"
    r"|wall(?:[- ]clock)?(?: time)?"
    r"|completed in)$",
    re.I,
)
_WHOLE_KEY = re.compile(
    r"^(?:total |overall )?(?:execution|run|elapsed|wall(?:[- ]clock)?|processing|cycle|pipeline)[ -]?(?:time"
    r"|duration)$"
    r"|^(?:runtime|elapsed|duration|total time|total duration|total)$",
    re.I,
)
_ELAPSED = re.compile(r"\b(?:elapsed|wall|from start|including|start to)\b", re.I)
_TOTAL_CELL = re.compile(
    r"^(?:grand )?(?:totals?|sum|summe|gesamt|somme|all)(?: (?!time|of|duration|task|elapsed|memory)[a-z]+)?$", re.I
)
_ROLE_CELL = re.compile(
    r"^(?:mean|average|avg\.?|mittelwert|durchschnitt|moyenne|min(?:imum)?|max(?:imum)?|median|fastest|slowest|lowest|highest|smallest|largest)$",
    re.I,
)
_SUBTOTAL = re.compile(r"\bsub-?total", re.I)
_RATE_LIKE = re.compile(
    r"rate|accura|score|mean|average|latency|%|percent|\bper\b|/|share|ratio|loss|\bf1\b|auc|throughput"
    r"|precision|recall"
    r"|entropy|\bmcs\b|\bp\b|\bd\b|effect|power|\bsd\b|\bci\b|median|speed|utili|memory|peak|version|year|seed"
    r"|rank|score",
    re.I,
)
_CELL = re.compile(rf"^~?(?P<value>{NUM})\s?(?P<unit>{UNIT})?$")
_KEY_VALUE = re.compile(
    rf"^(?P<key>[^:|]{{1,60}}):\s*~?(?P<value>{NUM})\s?(?P<unit>{UNIT}|[A-Za-z]{{3,20}})?(?:\s*\([^()]{{0,80}}\))?\.?$"
)
_DIVISIONS = tuple(
    re.compile(rf"\b(?:{names})\b", re.I)
    for names in (
        r"completed?|done|failed|blocked|skipped|passed|pending|open|closed|in progress|errors?|cancelled|succeeded"
        r"|todo",
        "high|medium|low|critical|minor|major",
        "train(?:ing)?|val(?:idation)?|test|dev|hold-?out",
        "positive|negative|neutral|unknown",
        "correct|incorrect|wrong|unanswered",
        "included|excluded|accepted|rejected|unclear",
        "yes|no|unknown|other|maybe",
        "added|changed|removed|unchanged",
    )
)
"""Words that divide one thing; those of one family do not overlap."""
_STATISTIC = re.compile(
    r"^(?:count|n|nobs|unique|top|freq|std\.?|sd|s\.?d\.?|st(?:andard)? ?dev(?:iation)?|var(?:iance)?|median|mode|iqr"
    r"|sem?"
    r"|skew\w*|kurt\w*|p\d{1,2}(?:\.\d+)?|q[1-4]|\d{1,2}(?:\.\d+)?\s?%"
    r"|mean|average|min(?:imum)?|max(?:imum)?|range)$|percentile|quantile|quartile|\bp\d{2}\b",
    re.I,
)
"""A row of such a name is a statistic of the same data, and no part."""
_OF_ANYTHING = re.compile(
    r"^(?:metric|statistic|stat|measure|quantity|parameter|property|indicator|kpi|key|field|variable)s?$", re.I
)
"""Heads the names of rows that are unlike one another."""
_AMOUNT = re.compile(
    r"[$€£¥%]|\b(?:million|thousand|bn|mio|mrd|k€|m€|usd|eur|revenue|cost|price|sales|income|budget|amount|montant|betrag|kosten"
    r"|umsatz)s?\b",
    re.I,
)
_NO_PART = re.compile(
    r"^(?:duration|runtime|run time|elapsed|wall|wall[- ]clock|real|user|sys|cpu|gpu)\b|timeout|time limit|budget"
    r"|deadline"
    r"|target|remaining|expected|estimat|interval|latency|delay|uptime|downtime|age\b|of which|thereof",
    re.I,
)
"""Of durations: another whole, or what is no part of one."""
_ROLE_WORDS = re.compile(
    r"\b(?:average|mean|avg|total|overall|altogether|sum|in all|combined|summe|gesamt|somme|mittelwert|durchschnitt"
    r"|moyenne|fastest|shortest|quickest|slowest|longest|min(?:imum)?"
    r"|max(?:imum)?|smallest|largest|least|most|lowest|highest)\b",
    re.I,
)
_OF_ANY_TIME = words("time duration runtime run elapsed spent tests items count number samples images tasks")


def own_durations(claims: Claims) -> dict[int, Measured]:
    """How long each section's own work took: as its heading, its status, or a key such as "Duration" says."""
    found: dict[int, Measured] = {}
    by_key: set[int] = set()
    several: set[int] = set()
    of_status = {each.line.number for each in claims.statuses.all}
    for each in claims.measured.all:
        section = each.line.section
        if section == 0 or not each.time or each.per:
            continue
        heading = each.line.kind == "heading" and each.line.text[each.end :].strip(" )]s.") == ""
        status = each.line.number in of_status and not each.forecast
        key = bool(_OWN_KEY.search(each.label)) and not role_of(each.label) and each.start <= len(each.label) + 3
        before = found.get(section)
        if before is not None and section in by_key and (heading or status or key):
            if not before.base.meets(each.base):
                several.add(section)
        elif before is None and (heading or status or (key and _leads(claims, each))):
            found[section] = each
            if not (heading or status):
                by_key.add(section)
    return {section: each for section, each in found.items() if section not in several}


def _leads(claims: Claims, each: Measured) -> bool:
    """Whether a line is among the first three below its heading."""
    head = claims.report.sections[each.line.section].line
    if head is None:
        return False
    return each.line in claims.report.lines[head + 1 : head + 4]


def all_series(claims: Claims) -> Iterator[Series]:
    """Every series of the report that something is said of."""
    cached = claims.kept.get("series")
    if cached is None:
        cached = claims.kept["series"] = tuple(_all(claims))
    yield from cached


def _all(claims: Claims) -> Iterator[Series]:
    others = [series for table in claims.report.tables for series in _of_table(claims, table)]
    others += _of_lists(claims)
    taken = {id(each.line) for series in others for each in series.aggregates}
    yield from _of_sections(claims, taken)
    yield from others


def _of_sections(claims: Claims, taken: set[int]) -> Iterator[Series]:
    siblings: dict[tuple[int | None, int], list[Measured]] = defaultdict(list)
    for section, duration in own_durations(claims).items():
        at = claims.report.sections[section]
        siblings[at.parent, at.level].append(duration)
    sets = [each for each in siblings.values() if len(each) > 1]
    if len(sets) != 1:
        return
    own = {id(each) for each in sets[0]}
    inside_of = {each.line.section for each in sets[0]}
    parts = tuple(_part(claims, each) for each in sets[0])
    noun = _noun([each.label for each in parts])
    if not _are_all(claims, sets[0], noun):
        return
    about = []
    for each in claims.measured.all:
        if not each.time or each.per or each.forecast or id(each) in own or each.line.kind == "row":
            continue
        if id(each.line) in taken:
            continue
        role = role_of(each.label)
        on_top = claims.report.sections[each.line.section].level <= 1 or role == "total"
        inside = role != "total" and not inside_of.isdisjoint(claims.report.ancestors(each.line.section))
        whole = on_top and not inside and bool(_WHOLE_KEY.search(each.label))
        if noun and noun in each.label.lower() and role:
            about.append(_aggregate(each, role))
        elif whole and role in ("", "total"):
            about.append(_aggregate(each, "total", around=True))
    yield Series(parts, tuple(_once(about)), "sections")


def _are_all(claims: Claims, durations: list[Measured], noun: str) -> bool:
    """Whether all sections beside those with a duration have one, as far as they are named like them."""
    first = claims.report.sections[durations[0].line.section]
    beside = [
        each.title for each in claims.report.sections
        if each.line is not None and (each.parent, each.level) == (first.parent, first.level)
    ]  # fmt: skip
    return sum(not noun or _noun([each]) == noun for each in beside) == len(durations)


def _part(claims: Claims, each: Measured) -> Part:
    heading = claims.heading(each.line.section)
    return Part(heading.text if heading else "", each.number, each.base, each.line, factor(each.unit))


def _aggregate(each: Measured, role: Role, around: bool = False) -> Aggregate:
    around = (around or role == "total") and "sum" not in each.label.lower()
    elapsed = around and bool(_ELAPSED.search(each.line.text))
    return Aggregate("own" if elapsed else role, each.label, each.text, each.base, each.line, each.base, around)


def _once(about: list[Aggregate]) -> Iterator[Aggregate]:
    seen: set[tuple[Role, Span]] = set()
    for each in about:
        if (key := (each.role, each.span)) not in seen and len(seen) < _MOST_AGGREGATES:
            seen.add(key)
            yield each


def _noun(titles: list[str]) -> str:
    firsts = {(re.match(r"[A-Za-z]+", each) or [""])[0].lower() for each in titles}
    return firsts.pop() if len(firsts) == 1 else ""


def _of_table(claims: Claims, table: Table) -> Iterator[Series]:
    roles: list[tuple[int, Role]] = []
    for at, row in enumerate(table.rows):
        first = row.cells[0].strip() if row.cells else ""
        role: Role = "total" if _TOTAL_CELL.match(first) else role_of(first) if _ROLE_CELL.match(first) else ""
        if role in ("total", "mean", "least", "most"):
            roles.append((at, role))
    labels = [row.cells[0] for row in table.rows[: roles[0][0]] if row.cells] if roles else []
    if not roles or any(_SUBTOTAL.search(row.cells[0]) for row in table.rows if row.cells):
        return
    if any(_STATISTIC.search(each) for each in labels):
        return
    if table.header and _OF_ANYTHING.match(table.header[0]) and not _divided(labels):
        return
    first_role = roles[0][0]
    title = claims.report.sections[table.rows[0].line.section].title
    first_head = table.header[0] if table.header else ""
    for column in range(1, max(len(row.cells) for row in table.rows)):
        cells = [_CELL.match(row.cells[column].strip()) if column < len(row.cells) else None for row in table.rows]
        parts = [(row, cell) for row, cell in zip(table.rows[:first_role], cells, strict=False)]
        if len(parts) < 2 or not all(cell for _, cell in parts):
            continue
        header = table.header[column] if column < len(table.header) else ""
        units = {cell["unit"] or "" for _, cell in parts if cell}
        if len(units) != 1 and len({dimension(each) for each in units}) != 1:
            continue
        averaged = bool(_RATE_LIKE.search(header)) or dimension(next(iter(units))) == "percent"
        kept = tuple(_of_row(row, cell) for row, cell in parts if cell)
        about = []
        for at, role in roles:
            cell = cells[at]
            if cell is None or (role == "total" and averaged and not _is_all(cell)):
                continue
            number = printed(cell["value"])
            span = number.exact_or_span(bool(cell["unit"]) or role == "mean").scaled(factor(cell["unit"] or ""))
            label = f"{table.rows[at].cells[0]} of {header or 'the column'}"
            wide = number.span.scaled(factor(cell["unit"] or ""))
            about.append(Aggregate(role, label, cell[0], span, table.rows[at].line, wide))
        if about:
            yield Series(kept, tuple(about), "table", f"{title} {first_head}", bool(_AMOUNT.search(header)))


def _is_all(cell: re.Match[str]) -> bool:
    """Whether a total is that of shares."""
    return dimension(cell["unit"] or "") == "percent" and float(cell["value"]) == 100.0


def _of_row(row: Row, cell: re.Match[str]) -> Part:
    number, unit = printed(cell["value"]), cell["unit"] or ""
    return Part(row.cells[0], number, number.exact_or_span(bool(unit)).scaled(factor(unit)), row.line, factor(unit))


def _of_lists(claims: Claims) -> Iterator[Series]:
    groups: dict[int, list[tuple[Line, re.Match[str]]]] = defaultdict(list)
    for line in claims.lines:
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
        elif not _NO_PART.search(pair["key"]):
            parts.append(Part(pair["key"], number, span, line, factor(pair["unit"] or "")))
    labels = [each.label for each in parts]
    about = [each for each in about if _is_of(each, labels)]
    if len(parts) < 2 or not about or unit == "percent" or any(_STATISTIC.search(each) for each in labels):
        return
    if unit != "time" and not _divided(labels):
        return
    yield Series(tuple(parts), tuple(about), "list")


def _divided(labels: list[str]) -> bool:
    """Whether labels divide one thing, each in the same way: by outcome, by priority, by split."""
    return any(all(family.search(each) for each in labels) for family in _DIVISIONS)


def _is_of(each: Aggregate, labels: list[str]) -> bool:
    """Whether an aggregate says nothing of what it is of, or names what all parts name."""
    own = words(_ROLE_WORDS.sub("", each.label)) - _OF_ANY_TIME
    return not own or all(own & words(label) for label in labels)
