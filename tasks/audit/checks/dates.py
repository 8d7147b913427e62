"""Days between dates, days of the week, and years of venues agree with the calendar."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.times import DateMention
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.reading.report import Line
from tasks.audit.registry import VENUES

_DAYS = re.compile(r"(?<![\w.,/-])(?P<n>\d{1,4})\s+days?\b(?P<rest>[^.;|]{0,30})", re.I)
_BETWEEN_DATES = re.compile(
    r"\s*(?:between|from|after|before|until|apart|later|remain\w*|left|to go|away|in all|in total)\b", re.I
)
_BEHIND = re.compile(r"\s*[(,:=–—-]?\s*(?:i\.e\.,?|that is,?|which is|in total|a total of|about|=|~)?\s*")
_RANGE = re.compile(r"\s*(?:[-–—]|to|until|through|till|bis|au|and)\s*(?:\w{2,9},?\s*)?", re.I)
_COUNTED_FROM = re.compile(r"\b(?:from|since|after|as of)\s*$", re.I)
_LEFT = re.compile(r"\b(?:remain\w*|left|until|to go|away)\b", re.I)
_REPORT_DATE = re.compile(
    r"^(?:date|report date|as of|status as of|generated|written|prepared|published|issued|(?:last )?updated)\s*:", re.I
)
_VENUE = re.compile(rf"\b(?P<venue>{'|'.join(VENUES)})\s?(?:'|\s)?(?P<year>20\d{{2}})\b(?!\s*[-–]\s*\d)")
_SUBMISSION = re.compile(r"template|format|submi|deadline|target|camera|style|compliance|aim", re.I)
_HELD = re.compile(r"\b(?:published|presented|appeared|accepted|proceedings|won|best paper|as in|from|like)\b", re.I)
_DEADLINE = re.compile(r"deadline|due\b|submission|submit", re.I)
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def check(claims: Claims) -> Iterator[Finding]:
    """Texts such as "6 days from A to B", "Monday, 2 March 2026", and a venue that was held before its deadline."""
    today = _today(claims)
    for each in claims.dates.all:
        if each.weekday is not None and each.year is not None and (day := each.of_year(each.year)):
            text = f"{day} is a {_WEEKDAYS[day.weekday()]}, printed as {_WEEKDAYS[each.weekday]}"
            yield consistent_if(day.weekday() == each.weekday, each.line, text)
    seen: set[int] = set()
    for each in claims.dates.all:
        if id(each.line) not in seen:
            seen.add(id(each.line))
            yield from _between(claims, each.line, today)
    yield from _venues(claims, today)


def _today(claims: Claims) -> tuple[Line, date] | None:
    """The date of the report."""
    for each in claims.dates.all:
        if _REPORT_DATE.match(each.line.text) and each.year and (day := each.of_year(each.year)):
            return each.line, day
    return None


def _between(claims: Claims, line: Line, today: tuple[Line, date] | None) -> Iterator[Finding]:
    counts = list(_DAYS.finditer(line.text))
    dates = claims.dates.within("sentence", line)
    if len(counts) != 1 or not 1 <= len(dates) <= 2:
        return
    behind = line.text[dates[-1].end : counts[0].start()] if counts[0].start() > dates[-1].end else None
    if not _BETWEEN_DATES.match(counts[0]["rest"]) and (behind is None or not _BEHIND.fullmatch(behind)):
        return
    year = next((each.year for each in dates if each.year), today[1].year if today else None)
    if year is None:
        return
    days = [each.of_year(year) for each in dates]
    also: tuple[Line, ...] = ()
    if len(days) == 1:
        if today is None or not _LEFT.search(line.text) or _COUNTED_FROM.search(line.text[: dates[0].start]):
            return
        days, also = [today[1], *days], (today[0],)
    a, b = days
    if a is None or b is None:
        return
    n, apart = int(counts[0]["n"]), abs((b - a).days)
    text = f"from {min(a, b)} to {max(a, b)} are {apart} days, printed as {n}"
    if n == apart + 1 and len(dates) == 2 and _RANGE.fullmatch(line.text[dates[0].end : dates[1].start]):
        yield found("consistent", line, f"{text}, both ends included", *also)
    elif n == apart + 1:
        yield found("depends on reading", line, f"{text}: only if both ends are counted", *also)
    else:
        yield consistent_if(n == apart, line, text, *also)


def _venues(claims: Claims, today: tuple[Line, date] | None) -> Iterator[Finding]:
    deadlines = [each for each in claims.dates.all if _DEADLINE.search(each.line.text)]
    said: set[str] = set()
    for line in claims.numeric(*map(str.lower, VENUES)):
        for each in _VENUE.finditer(line.text):
            venue, year = VENUES[each["venue"]], int(each["year"])
            if venue.years != "all" and year % 2 != (venue.years == "odd"):
                yield found("inconsistent", line, f"{venue.name} is held in {venue.years} years, and {year} is none")
                continue
            if each[0] in said or not _SUBMISSION.search(line.text) or _HELD.search(line.text):
                continue
            near = [d for d in deadlines if d.line.section == line.section] or (
                [] if len(deadlines) != 1 else deadlines
            )
            near = [d for d in near if {one[0] for one in _VENUE.finditer(d.line.text)} <= {each[0]}]
            days = [(d, day) for d in near if (day := _deadline(d, today))]
            for d, day in days[:1]:
                said.add(each[0])
                ended = date(year + (venue.month == 12), venue.month % 12 + 1, 1)
                text = f"the deadline is {day}, and {venue.name} {year} is held by {ended} at the latest"
                yield consistent_if(day < ended, line, text, d.line, *((today[0],) if today else ()))


def _deadline(each: DateMention, today: tuple[Line, date] | None) -> date | None:
    """A day without a year is the next one after the report."""
    if each.year or today is None:
        return each.of_year(each.year) if each.year else None
    day = each.of_year(today[1].year)
    return day if day is None or day >= today[1] else each.of_year(today[1].year + 1)
