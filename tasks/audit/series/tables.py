"""Tables whose last rows are totals, means, minima or maxima of those above."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Role, role_of
from tasks.audit.numbers import NUM, printed
from tasks.audit.reading.report import Table, TableRow
from tasks.audit.series.naming import OF_ANYTHING, STATISTIC, divided
from tasks.audit.series.parts import Aggregate, Part, Series
from tasks.audit.units import UNIT, dimension, factor

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
_AMOUNT = re.compile(
    r"[$€£¥%]|\b(?:million|thousand|bn|mio|mrd|k€|m€|usd|eur|revenue|cost|price|sales|income|budget|amount|montant|betrag|kosten"
    r"|umsatz)s?\b",
    re.I,
)


def of_table(claims: Claims, table: Table) -> Iterator[Series]:
    """Its columns, each a series."""
    roles: list[tuple[int, Role]] = []
    for at, row in enumerate(table.rows):
        first = row.cells[0].strip() if row.cells else ""
        role: Role = "total" if _TOTAL_CELL.match(first) else role_of(first) if _ROLE_CELL.match(first) else ""
        if role in ("total", "mean", "least", "most"):
            roles.append((at, role))
    labels = [row.cells[0] for row in table.rows[: roles[0][0]] if row.cells] if roles else []
    if not roles or any(_SUBTOTAL.search(row.cells[0]) for row in table.rows if row.cells):
        return
    if any(STATISTIC.search(each) for each in labels):
        return
    if table.header and OF_ANYTHING.match(table.header[0]) and not divided(labels):
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


def _of_row(row: TableRow, cell: re.Match[str]) -> Part:
    number, unit = printed(cell["value"]), cell["unit"] or ""
    return Part(row.cells[0], number, unit, number.exact_or_span(bool(unit)).scaled(factor(unit)), row.line)
