"""In a table to which numbers link, what is printed rounded is the value that stands beside it in full."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.values import Value, is_a_custom, value
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line, Table

_MOST_COLUMNS, _ENOUGH_ROWS = 16, 1_000
"""Columns that are compared, and rows by which they are; the others are only held to what these show."""
_LONG = 6
"""Digits of a number in full, of which two can be a rounding that is no chance."""

Pair = tuple[Line, Value, Value]


def check(claims: Claims) -> Iterator[Finding]:
    """Tables whose rows have ids, by pairs of columns: one of numbers, one of the same numbers in full."""
    for table in claims.report.tables:
        if any(row.line.marks.anchors for row in table.rows):
            for pairs in _columns(table):
                yield from _compare(pairs)


def _columns(table: Table) -> Iterator[list[Pair]]:
    """Two columns of which one rounds the other where that can be no chance: to two digits or more of a long number."""
    read = [(row.line, [value(cell) for cell in row.cells[:_MOST_COLUMNS]]) for row in table.rows]
    columns = range(max((len(cells) for _, cells in read), default=0))
    in_full = {at for _, cells in read for at, cell in enumerate(cells) if cell is not None and cell.digits >= _LONG}
    for a, b in product(columns, sorted(in_full)):
        some = _pairs(read[:_ENOUGH_ROWS], a, b) if a != b else []
        telling = sum(one.digits > 1 and full.is_finer_than(one) for _, one, full in some)
        if is_a_custom(telling, sum(not one.stands_for(full) for _, one, full in some) if telling else 0):
            yield _pairs(read, a, b)


def _pairs(rows: Sequence[tuple[Line, list[Value | None]]], a: int, b: int) -> list[Pair]:
    """What two columns hold, where both are numbers."""
    return [
        (line, one, other.exact)
        for line, cells in rows
        if max(a, b) < len(cells) and (one := cells[a]) is not None and (other := cells[b]) is not None
    ]


def _compare(pairs: list[Pair]) -> Iterator[Finding]:
    right = [one for _, one, full in pairs if one.stands_for(full)]
    words = {one.word for one in right}
    for line, one, full in pairs:
        if one.word in words and not one.stands_for(full):
            yield found("inconsistent", line, f"{one.text} is printed beside {full.text}, which it would have to round")
    yield found("consistent", pairs[0][0], f"{len(right)} numbers of this table round those beside them")
