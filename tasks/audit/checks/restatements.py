"""A quantity that is stated twice is stated with the same number."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.audit.claims.claim import label_before, names_another
from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import NUM, Printed, Span, printed
from tasks.audit.reading.report import Line, Table
from tasks.audit.units import UNIT, dimension, factor

_STATED = re.compile(
    rf"(?:[=:]|\b(?:is|was|were|are|of|reached|reaches|equals|totals|averaged|averages))\s*(?P<value>(?<![\w.]){NUM})\s?"
    rf"(?P<unit>{UNIT})?(?![\w/]|\.\d|,\d|\s?[-–/^×]\s?\w|\s?(?:to|of|out|in)\s\d|:\d)",
    re.I,
)
_CELL = re.compile(rf"(?P<value>{NUM})\s?(?P<unit>{UNIT})?(?:\s*±.*)?")
_KEY_VALUE = re.compile(r"[^:]{1,60}:\s*[^\s:]+(?:\s?[^\W\d_]{1,12}|\s?%)?(?:\s*\([^()]*\))?\.?")
_OF_ANYTHING = re.compile(r"^(?:metric|measure|quantity|parameter|property|indicator|kpi|statistic)s?$", re.I)

_WORD = re.compile(r"[^\W_]+(?:['’]\w)?")


def _named(names: str) -> frozenset[str]:
    return frozenset(names.split())


_FILLERS = _named(
    "a an the our its their this that these of for in on at by to with and was is were are we it as from then also so"
    " only about around approximately nearly roughly all"
)
_GENERAL = _named(
    "executive summary overview abstract introduction conclusion conclusions result results key finding findings metric"
    " metrics accomplishments highlights performance evaluation quality critical discussion at a glance final main"
    " statistics numbers analysis experiment experimental high level execution resource resources utilization"
    " utilisation status background method methods data study of the and in report takeaways recap"
)
"""Words of titles of sections that are about all that the report is about."""
_QUALIFIED = re.compile(
    r"\b(?:baseline|previous|before|after|old|new|target|goal|expected|estimat\w*|planned|required|at least|at most"
    r"|up to"
    r"|more than|less than|over|under|about|approx\w*|roughly|nearly|around|if|would|could|should|will|may|might"
    r"|between"
    r"|per|each|every|first|second|third|last|next|without|w/o|except|minimum|maximum|threshold|than)\b|[~≈<>≤≥→]",
    re.I,
)
_TOO_GENERAL = _named(
    "value score n p d t f r z rate time date year version level page step table figure number no id serial port seed"
    " line index issue"
)
_MOST_SECTIONS = 4


@dataclass(frozen=True, slots=True)
class Statement:
    """A label with a number."""

    line: Line
    key: tuple[str, ...]
    number: Printed
    unit: str
    plain: bool
    """Whether the line says nothing else."""

    @property
    def span(self) -> Span:
        """What it may be, in seconds or bytes where it is a time or memory."""
        return self.number.exact_or_span(bool(self.unit)).scaled(factor(self.unit))

    @property
    def text(self) -> str:
        """As printed."""
        return f"{self.number.text} {self.unit}".strip()


def check(claims: Claims) -> Iterator[Finding]:
    """Labels of two words or more that stand once in each of several sections, all of them general but one at most."""
    every: dict[tuple[tuple[str, ...], str], list[Statement]] = defaultdict(list)
    for each in _statements(claims):
        every[each.key, dimension(each.unit)].append(each)
    title = _titles(claims)
    for (key, kind), same in every.items():
        sections = [each.line.section for each in same]
        if not 2 <= len(same) <= _MOST_SECTIONS or len(set(sections)) < len(same):
            continue
        special = [each for each in same if not _is_general(claims, each.line.section, title)]
        if len(special) > 1 or (special and kind == "time" and not set(key) & {"total", "average", "mean"}):
            continue
        finding = _compare(same, bool(special))
        if finding.verdict == "consistent" or not special or names_another(" ".join(key), ()):
            yield finding


def _compare(same: list[Statement], special: bool) -> Finding:
    first, *others = same
    label = " ".join(first.key)
    other = next((each for each in others if not each.span.meets(first.span)), None)
    lines = [each.line for each in others]
    if other is None:
        return found("consistent", first.line, f"{label} is {first.text} wherever it is stated", *lines)
    text = f"{label} is {first.text} here, and {other.text} on line {other.line.number}"
    if all(each.plain for each in (first, other)) and len(first.key) > 2 and not special:
        return found("inconsistent", other.line, text, first.line)
    return found("depends on reading", other.line, f"{text}: only if these are two quantities", first.line)


def _statements(claims: Claims) -> Iterator[Statement]:
    for line in claims.numeric("=", ":", "is ", "was ", "were ", "are ", "of ", "reach", "equals", "total", "average"):
        if line.kind not in ("text", "item") or _QUALIFIED.search(line.text):
            continue
        plain = bool(_KEY_VALUE.fullmatch(line.text))
        for each in _STATED.finditer(line.text):
            if key := _key(label_before(line.text, each.start())):
                yield Statement(line, key, printed(each["value"]), each["unit"] or "", plain)
    for table in claims.report.tables:
        yield from _of_table(table)


def _of_table(table: Table) -> Iterator[Statement]:
    """Rows of a table of unlike quantities."""
    if len(table.header) != 2 or not _OF_ANYTHING.match(table.header[0]):
        return
    for row in table.rows:
        value = _CELL.fullmatch(row.cells[1].strip()) if len(row.cells) == 2 else None
        if value and not _QUALIFIED.search(row.cells[0]) and (key := _key(row.cells[0])):
            yield Statement(row.line, key, printed(value["value"]), value["unit"] or "", True)


def _key(label: str) -> tuple[str, ...]:
    """The words of a label in their order; none where they may be said of anything."""
    words = tuple(each for each in map(str.lower, _WORD.findall(label)) if each not in _FILLERS)
    telling = [each for each in words if each not in _TOO_GENERAL and not each.isdigit()]
    if {"date", "version", "number", "id", "serial", "seed", "port"} & set(words):
        return ()
    return words if 2 <= len(words) <= 6 and telling else ()


def _is_general(claims: Claims, section: int, title: set[int]) -> bool:
    """Whether a section is about all that the report is about, by its title and those above it."""
    for at in claims.report.ancestors(section):
        each = claims.report.sections[at]
        if each.level and at not in title and not {word.lower() for word in _WORD.findall(each.title)} <= _GENERAL:
            return False
    return True


def _titles(claims: Claims) -> set[int]:
    """The section of the report's own title: the only one of the highest level."""
    top = min((each.level for each in claims.report.sections if each.level), default=0)
    highest = [at for at, each in enumerate(claims.report.sections) if each.level and each.level == top]
    return set(highest) if len(highest) == 1 else set()
