"""What sections say of their own time, and what is said of all of them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Measured, Role, role_of
from tasks.audit.numbers import Span
from tasks.audit.series.parts import Aggregate, Part, Series

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


def own_durations(claims: Claims) -> dict[int, Measured]:
    """How long each section's own work took: as its heading, its status, or a key such as "Duration" says."""
    found: dict[int, Measured] = {}
    by_key: set[int] = set()
    several: set[int] = set()
    of_status = {id(each.line) for each in claims.statuses.all}
    for each in claims.measured.all:
        section = each.line.section
        if section == 0 or not each.time or each.per:
            continue
        heading = each.line.kind == "heading" and each.line.text[each.end :].strip(" )]s.") == ""
        status = id(each.line) in of_status and not each.forecast
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


def of_sections(claims: Claims, taken: set[int]) -> Iterator[Series]:
    """The one set of sections that tell their times; lines in `taken` (by id) are of other series."""
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
    """Whether every sibling section with a similar title states a duration."""
    first = claims.report.sections[durations[0].line.section]
    beside = [
        each.title for each in claims.report.sections
        if each.line is not None and (each.parent, each.level) == (first.parent, first.level)
    ]  # fmt: skip
    return sum(not noun or _noun([each]) == noun for each in beside) == len(durations)


def _part(claims: Claims, each: Measured) -> Part:
    heading = claims.heading(each.line.section)
    return Part(heading.text if heading else "", each.number, each.unit, each.base, each.line)


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
