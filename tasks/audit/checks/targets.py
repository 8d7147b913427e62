"""What is marked as met meets its target."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.mentions import state_of
from tasks.audit.finding import Finding, consistent_if
from tasks.audit.numbers import NUM, Printed, printed
from tasks.audit.reading.report import Line, Table, TableRow
from tasks.audit.units import UNIT, dimension, factor

_TARGET = re.compile(
    r"^(?:target:?\s*)?(?P<sign>≥|>|≤|<|at least|at most|no more than|no fewer than|under|below|above|over"
    r"|minimum of|maximum of|up to)?\s*"
    rf"(?P<value>{NUM})(?P<plus>\s?\+)?\s?(?P<unit>{UNIT})?",
    re.I,
)
_ACTUAL = re.compile(
    rf"(?<![\w./-])(?P<value>{NUM})\s?(?P<unit>{UNIT})?(?:\s?/\s?(?P<whole>{NUM})\s?(?:{UNIT})?)?(?![\w/-]|\.\d)"
)
_AT_MOST = ("≤", "<", "at most", "no more than", "under", "below", "maximum of", "up to")
_UNDER_WAY = re.compile(r"on track|in progress|ongoing|under way|underway|started|expected|will|so far|partial", re.I)
_TARGET_HEAD = re.compile(r"\b(?:target|required|requirement|threshold|criterion|goal value|needed)\b", re.I)
_ACTUAL_HEADS = tuple(
    re.compile(rf"\b(?:{names})\b", re.I)
    for names in ("actual|achieved|current|measured|observed|reached|got", "value|result")
)
"""The surest first: a column of key results may hold goals."""
_STATUS_HEAD = re.compile(r"\b(?:status|met|state|verdict|pass)\b", re.I)
_TARGET_LINE = re.compile(r"^target\s*:\s*(?P<rest>.+)", re.I)
_WORDS = ("target", "achieved", "actual", "result", "measured", "reached", "status", "current")
_ACTUAL_LINE = re.compile(r"^(?:achieved|actual|result|measured|reached|status|current)\s*:\s*(?P<rest>.+)", re.I)


@dataclass(frozen=True, slots=True)
class Target:
    """A bound on a number."""

    value: Printed
    sign: str
    unit: str
    text: str

    def met_by(self, other: Printed, unit: str) -> bool:
        """Whether a number that is printed so can meet it."""
        mine, yours = self.value.value * factor(self.unit), other.exact.scaled(factor(unit))
        if self.sign in _AT_MOST:
            return yours.low <= mine if self.sign not in ("<", "under", "below") else yours.low < mine
        return yours.high >= mine if self.sign not in (">", "above", "over") else yours.high > mine


def check(claims: Claims) -> Iterator[Finding]:
    """Rows with a target and a status, and pairs of lines "Target: ..." and "Achieved: ..."."""
    for table in claims.report.tables:
        yield from _table(table)
    previous: Line | None = None
    for line in claims.holding(*_WORDS):
        if previous is not None and previous.group == line.group and (actual := _ACTUAL_LINE.match(line.text)):
            told = _TARGET_LINE.match(previous.text)
            if told and (target := _target(told["rest"])):
                yield from _judge(target, actual["rest"], actual["rest"], line, previous)
            previous = None
        elif _TARGET_LINE.match(line.text):
            previous = line


def _table(table: Table) -> Iterator[Finding]:
    heads = table.header
    target = next((at for at, head in enumerate(heads) if _TARGET_HEAD.search(head)), None)
    status = next((at for at, head in enumerate(heads) if at != target and _STATUS_HEAD.search(head)), None)
    if target is None or status is None:
        return
    free = [at for at in range(len(heads)) if at not in (target, status)]
    actual = next((at for head in _ACTUAL_HEADS for at in free if head.search(heads[at])), status)
    for row in table.rows:
        if len(row.cells) > max(target, status, actual) and (bound := _target(row.cells[target])):
            yield from _judge(bound, row.cells[actual], row.cells[status], _line(row))


def _line(row: TableRow) -> Line:
    return row.line


def _target(cell: str) -> Target | None:
    told = _TARGET.match(cell.strip())
    if told is None:
        return None
    sign = (told["sign"] or ("≥" if told["plus"] else "")).lower()
    return Target(printed(told["value"]), sign, told["unit"] or "", cell.strip())


def _judge(target: Target, actual: str, status: str, line: Line, *also: Line) -> Iterator[Finding]:
    state = state_of(status)
    told = _ACTUAL.search(actual)
    if not state or told is None or "→" in status or _UNDER_WAY.search(status):
        return
    value, unit = printed(told["value"]), told["unit"] or ""
    if told["whole"] and dimension(target.unit) == "percent":
        share = 100 * value.value / (float(told["whole"]) or 1.0)
        value, unit = Printed(told[0], share, 0.05), target.unit
    if dimension(unit) != dimension(target.unit) and ((unit and target.unit) or dimension(target.unit)):
        return
    met = target.met_by(value, unit)
    if not target.sign and not (told["whole"] and float(told["whole"]) == target.value.value and state == "done"):
        return  # which side counts is not said
    mark = "met" if state == "done" else "not met"
    yield consistent_if(
        met == (state == "done"),
        line,
        f"{told[0].strip()} against a target of {target.text} is marked as {mark}",
        *also,
    )
