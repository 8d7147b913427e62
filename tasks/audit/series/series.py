"""Every series of a report that something is said of."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.series.lists import of_lists
from tasks.audit.series.parts import Series
from tasks.audit.series.sections import of_sections
from tasks.audit.series.tables import of_table


def all_series(claims: Claims) -> Iterator[Series]:
    """From sections, tables and lists, worked out once."""
    cached = claims.kept.get("series")
    if cached is None:
        cached = claims.kept["series"] = tuple(_all(claims))
    yield from cached


def _all(claims: Claims) -> Iterator[Series]:
    others = [series for table in claims.report.tables for series in of_table(claims, table)]
    others += of_lists(claims)
    taken = {id(each.line) for series in others for each in series.aggregates}
    yield from of_sections(claims, taken)
    yield from others
