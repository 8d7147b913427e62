"""Claims of time: dates, and identifiers that carry the time at which they were made."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from tasks.audit.claims.claim import Claim
from tasks.audit.reading.report import Line

_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_MONTH = (
    r"(?P<{}>Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?"
    r"|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY = re.compile(
    r"\b(Mon|Tues?|Wed(?:nes)?|Thu(?:rs)?|Fri|Sat(?:ur)?|Sun)(?:day)?\.?,?\s+(?:the\s+)?$", re.IGNORECASE
)
_DATE = re.compile(
    r"(?<![\d-])(?P<y>(?:19|20)\d{2})-(?P<m>\d{2})-(?P<d>\d{2})(?!\d)"
    rf"|\b{_MONTH.format('m1')}\s+(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\s*(?:[%–]|models"
    rf"|days))(?:,?\s+(?P<y1>(?:19|20)\d{{2}}))?"
    rf"|(?<![\d.])(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\.?\s+(?:of\s+)?{_MONTH.format('m2')}(?:,?\s+(?P<y2>(?:19"
    rf"|20)\d{{2}}))?"
)
_STAMP = re.compile(r"(?<!\d)(?P<day>(?:19|20)\d{6})[T_-]?(?P<clock>\d{6}|\d{4})(?!\d)")
_ID = re.compile(r"[A-Za-z][\w-]{2,80}?[_-](?:19|20)\d{6}[T_-]?\d{4,6}(?!\d)")
_OF_A_FILE = re.compile(r"\.[a-z]{1,5}\b", re.IGNORECASE)

WORDS_OF_DATE = ("-0", "-1", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
"""One of them, in lower case, is on each line with a date."""


@dataclass(frozen=True, slots=True)
class DateMention(Claim):
    """A day; the year is None where it is not said."""

    year: int | None
    month: int
    day: int
    weekday: int | None
    """0 for Monday, where it is said."""

    def of_year(self, year: int) -> date | None:
        """The day in a year, or in its own; None where there is no such day."""
        try:
            return date(self.year or year, self.month, self.day)
        except ValueError:
            return None


@dataclass(frozen=True, slots=True)
class StampedId(Claim):
    """An identifier with the time at which something was made or begun."""

    name: str
    at: datetime
    of_file: bool


def dates(line: Line) -> Iterator[DateMention]:
    """ISO dates, "October 20, 2025", "20 October"."""
    for each in _DATE.finditer(line.text):
        if each["y"]:
            year: int | None = int(each["y"])
            month, day = int(each["m"]), int(each["d"])
        else:
            name, number, said = (
                (each["m1"], each["d1"], each["y1"]) if each["m1"] else (each["m2"], each["d2"], each["y2"])
            )
            month = next(i for i, full in enumerate(_MONTHS, 1) if full.startswith(name.lower()[:3]))
            year, day = int(said) if said else None, int(number)
        if not (1 <= month <= 12 and 1 <= day <= 31):
            continue
        named = _WEEKDAY.search(line.text[max(0, each.start() - 15) : each.start()])
        weekday = next(i for i, full in enumerate(_DAYS) if full.startswith(named[1].lower()[:3])) if named else None
        yield DateMention(line, each.start(), each.end(), year, month, day, weekday)


def stamped_ids(line: Line) -> Iterator[StampedId]:
    """`run_20250131_142500` and the like."""
    for each in _ID.finditer(line.text):
        stamp = _STAMP.search(each[0])
        if stamp is None:
            continue
        try:
            at = datetime.strptime(stamp["day"] + stamp["clock"].ljust(6, "0"), "%Y%m%d%H%M%S")
        except ValueError:
            continue
        yield StampedId(line, each.start(), each.end(), each[0], at, bool(_OF_A_FILE.match(line.text, each.end())))
