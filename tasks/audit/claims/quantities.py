"""Claims of quantities: durations, rates, ratios `a/b`, and shares in percent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tasks.audit.claims.claim import Claim, label_before
from tasks.audit.numbers import FREE, NUM, Printed, Span, printed
from tasks.audit.reading.report import Line
from tasks.audit.units import MEMORY, PERCENT, SECONDS, TIME, factor

_MEASURED = re.compile(rf"(?P<value>{FREE})\s?(?P<unit>{TIME}|{MEMORY})")
_WITH_UNIT = re.compile(rf"\d\s?(?:{TIME}|{MEMORY}|m\b|m\d)")
_COMPOSITE = re.compile(
    r"(?<![\w.:])(?:(?P<h>\d{1,4})\s?(?:h|hr|hrs|hours?)\s*(?:and\s*)?)?(?:(?P<m>\d{1,4})\s?(?:m|min|mins"
    r"|minutes?)\s*(?:and\s*)?)"
    r"(?:(?P<s>\d{1,2}(?:\.\d{1,3})?)\s?(?:s|sec|secs|seconds?))?(?![A-Za-z\d])|(?<![\w.:])(?P<h2>\d{1,4})\s?(?:h"
    r"|hrs?|hours?)\s*(?:and\s*)?"
    r"(?P<m2>\d{1,2})\s?(?:m|min|mins|minutes?)(?![A-Za-z\d])"
)
_RATE = re.compile(
    rf"(?P<value>{FREE})\s?(?:[A-Za-z]{{1,20}})\s?(?:/|per)\s?(?P<unit>s|sec|second|min|minute|h|hour)\b"
)
_RATE_NOUN = re.compile(r"\s?([A-Za-z]{1,20})\s?(?:/|per)")
_RATIO = re.compile(
    rf"(?<![\w./-])(?P<a>{NUM})(?P<ua>\s?(?:{MEMORY}|{TIME}))?\s?(?:/|\bof\b(?: the| all)?|\bout of\b)\s?(?P<b>{NUM})"
    rf"(?P<ub>\s?(?:{MEMORY}|{TIME}))?(?![\w/]|\.\d|\s?%|-\d)"
)
_PERCENT = re.compile(rf"(?P<value>{FREE})\s?{PERCENT}")
_FORECAST = re.compile(
    r"\b(?:expect\w*|estimat\w*|eta|timeout|time limit|limit|budget|planned|plan|deadline|remaining"
    r"|maximum allowed|allowed|up to"
    r"|target\w*|should|will|would|goal|require\w*|sla|idle|half-life|window|interval|every|ago)\b",
    re.IGNORECASE,
)

Role = Literal["total", "mean", "median", "least", "most", "own", ""]

_ROLES: tuple[tuple[Role, re.Pattern[str]], ...] = (
    ("mean", re.compile(r"\b(?:average|mean|avg|mittelwert|durchschnitt|moyenne)\b", re.I)),
    ("median", re.compile(r"\bmedian\b", re.I)),
    ("least", re.compile(r"\b(?:fastest|shortest|quickest|smallest|lowest|minimum|min|least|fewest)\b", re.I)),
    ("most", re.compile(r"\b(?:slowest|longest|largest|highest|maximum|max|most|peak)\b", re.I)),
    ("total", re.compile(r"\b(?:total|overall|altogether|sum|in all|combined|summe|gesamt|somme)\b", re.I)),
)


def role_of(label: str) -> Role:
    """What a label says a number is of others: their total, mean, least or most."""
    return next((role for role, pattern in _ROLES if pattern.search(label)), "")


@dataclass(frozen=True, slots=True)
class Measured(Claim):
    """A duration or an amount of memory; `base` in seconds or bytes."""

    number: Printed
    unit: str
    base: Span
    per: str
    """What it is for one of, such as `sample`; empty for the whole."""
    forecast: bool

    @property
    def label(self) -> str:
        """What it is said of."""
        return label_before(self.line.text, self.start)

    @property
    def time(self) -> bool:
        """Whether it is a duration."""
        return self.unit in SECONDS

    @property
    def text(self) -> str:
        """As printed."""
        return f"{self.number.text} {self.unit}" if self.number.text[-1].isdigit() else self.number.text


@dataclass(frozen=True, slots=True)
class Rate(Claim):
    """So many a second."""

    noun: str
    number: Printed
    per_second: Span


@dataclass(frozen=True, slots=True)
class Ratio(Claim):
    """`a/b` or "a of b"."""

    part: Printed
    whole: Printed
    unit: str
    """Of both, if any."""
    share: Span

    @property
    def label(self) -> str:
        """What it is said of."""
        return label_before(self.line.text, self.start)

    @property
    def text(self) -> str:
        """As printed."""
        return self.line.text[self.start : self.end].strip()


@dataclass(frozen=True, slots=True)
class Percent(Claim):
    """A number in percent."""

    number: Printed

    @property
    def label(self) -> str:
        """What it is said of."""
        return label_before(self.line.text, self.start)


_SINGLE = re.compile(r"\s?(?:/|per\b)\s*(?:[a-z]+[- ])?([A-Za-z]{2,20})")
_SINGLE_A = re.compile(
    r"\s(?:an?|each|every)\s(sample|image|step|item|request|token|epoch|batch|pair|query|call|look|task)\b"
)


def measured(line: Line) -> Iterator[Measured]:
    """Durations and amounts of memory, with what they are said of."""
    text = line.text
    if _WITH_UNIT.search(text) is None:
        return
    forecast = bool(_FORECAST.search(text))
    taken: list[tuple[int, int]] = []
    for each in _COMPOSITE.finditer(text):
        parts = [(each["h"] or each["h2"], 3600.0), (each["m"] or each["m2"], 60.0), (each["s"], 1.0)]
        given = [(printed(part), seconds) for part, seconds in parts if part]
        if len(given) < 2:
            continue
        value = sum(part.value * seconds for part, seconds in given)
        half = given[-1][0].half * given[-1][1]
        taken.append(each.span())
        number = Printed(each[0].strip(), value, half)
        yield Measured(line, each.start(), each.end(), number, "s", number.span, _per(text, each.end()), forecast)
    for each in _MEASURED.finditer(text):
        if any(start <= each.start() < end for start, end in taken):
            continue
        number, unit = printed(each["value"]), each["unit"]
        base = number.span.scaled(factor(unit))
        yield Measured(line, each.start(), each.end(), number, unit, base, _per(text, each.end()), forecast)


def _per(text: str, end: int) -> str:
    single = _SINGLE.match(text, end) or _SINGLE_A.match(text, end)
    return single[1].lower().rstrip("s") if single else ""


def rates(line: Line) -> Iterator[Rate]:
    """`107 samples/s`."""
    for each in _RATE.finditer(line.text):
        noun = _RATE_NOUN.match(line.text, each.end("value"))
        if noun is None or noun[1] in ("GB", "MB", "KB", "B", "GiB", "MiB"):
            continue
        number = printed(each["value"])
        scale = 1 / factor(each["unit"])
        yield Rate(line, each.start(), each.end(), noun[1].lower().rstrip("s"), number, number.span.scaled(scale))


def ratios(line: Line) -> Iterator[Ratio]:
    """`16.4GB/40GB`, `5/7`, "5 of 7"."""
    for each in _RATIO.finditer(line.text):
        part, whole = printed(each["a"]), printed(each["b"])
        if whole.value <= 0 or part.value < 0:
            continue
        ua, ub = (each["ua"] or "").strip(), (each["ub"] or "").strip()
        if (ua and not ub) or ((ua or ub) and (ua or ub) in SECONDS and not (ua and ub)):
            continue  # "3 s of 5 runs"
        unit = ua or ub
        scale = factor(ua or ub) / factor(ub or ua)
        span = (part.span if unit else part.exact).scaled(scale) / (
            whole.span if unit and "." in whole.text else whole.exact
        )
        yield Ratio(line, each.start(), each.end(), part, whole, unit, span)


def percents(line: Line) -> Iterator[Percent]:
    """`66 %`."""
    for each in _PERCENT.finditer(line.text):
        yield Percent(line, each.start(), each.end(), printed(each["value"]))
