"""Dates as they are written: `2014//`, `2019-05-01`, `May 2019`, `Spring 2010`."""

from __future__ import annotations

import re

from tasks.literature.record import Date

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ORDERED = re.compile(r"\s*([0-9]{4})(?:\s*[-/.]\s*([0-9]{1,2}))?(?:\s*[-/.]\s*([0-9]{1,2}))?(?![0-9])")
_YEAR = re.compile(r"(?<![0-9])(1[0-9]{3}|2[0-9]{3})(?![0-9])")
_NAMED = re.compile(r"(?<![A-Za-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*", re.I)
_DAY = re.compile(r"(?<![0-9])([0-9]{1,2})(?![0-9])")
_LONGEST = 100


def date_from(year: int, month: int = 0, day: int = 0) -> Date | None:
    """A date as far as its parts can be; None where the year cannot."""
    if not 1 <= year <= 9999:
        return None
    if not 1 <= month <= 12:
        return Date(year)
    return Date(year, month, day if 1 <= day <= 31 else 0)


def date_of(text: str) -> Date | None:
    """The date that a text begins with or names; None where it has no year."""
    text = text[:_LONGEST]
    if (ordered := _ORDERED.match(text)) and ordered[1].isascii():
        date = date_from(*(int(each or 0) for each in ordered.groups()))
        if date is None or date.month:
            return date
    found = _YEAR.search(text)
    if found is None:
        return date_from(int(ordered[1])) if ordered else None
    named = _NAMED.search(text)
    if named is None:
        return Date(int(found[1]))
    rest = text[: found.start()] + text[found.end() :]
    day = _DAY.search(rest)
    return date_from(int(found[1]), month_of(named[1]), int(day[1]) if day else 0)


def month_of(text: str) -> int:
    """The month that a text names or numbers, from 1 to 12; 0 where it does neither."""
    text = text.strip()[:_LONGEST].lower()
    if text[:3] in _MONTHS:
        return _MONTHS.index(text[:3]) + 1
    return int(text) if text.isascii() and text.isdigit() and len(text) < 3 and 1 <= int(text) <= 12 else 0


def month_name(month: int) -> str:
    """Three letters in lower case, as BibTeX has them; `month` from 1 to 12."""
    return _MONTHS[month - 1]
