"""The mean over all lies where the means of its parts allow, and so does the spread between parts."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tasks.audit.claims.claim import label_before, words
from tasks.audit.claims.claims import Claims
from tasks.audit.claims.statistics import MeanSpread
from tasks.audit.finding import Finding, found
from tasks.audit.numbers import NUM, Span, printed, said, said_span
from tasks.audit.reading.report import Line, Table

_BAND = re.compile(
    r"\b(?P<what>layers?|blocks?|heads?|epochs?|folds?|weeks?|steps?|stages?|chapters?|items?|subjects?"
    r"|levels?)?\s*\(?(?P<a>\d{1,4})\s*[-–]\s*(?P<b>\d{1,4})\)?",
    re.I,
)
_VALUE = re.compile(rf"(?P<label>[A-Za-z][\w ]{{0,30}}?)\s*(?P<sign>[=≈~<>≤≥:])\s*(?P<value>{NUM})(?![\d%]|\s?[%-])")
_OVERALL = re.compile(r"^(?:overall|all|total|mean|average|pooled|combined)\b", re.I)
_N = re.compile(r"^(?:n|N|count|samples|size|images|participants|patients|number)\b", re.I)


@dataclass(frozen=True, slots=True)
class Band:
    """Part of a range, and what its mean may be."""

    size: int
    mean: Span | None
    line: Line
    label: str


def check(claims: Claims) -> Iterator[Finding]:
    """Bands such as "layers 1-4" against a mean of the same name; rows of a table with an n against its last one."""
    groups: dict[int, list[Line]] = defaultdict(list)
    for line in claims.numeric("-", "–"):
        if line.kind != "row" and _BAND.search(line.text):
            groups[line.group].append(line)
    for lines in groups.values():
        if 2 <= len(lines) <= 50 and (bands := _bands(lines)):
            yield from _compare(claims, bands)
    for table in claims.report.tables:
        yield from _table(table)


def _bands(lines: list[Line]) -> list[Band]:
    """Bands that follow on one another without a gap; none where they do not."""
    bands, next_start = [], None
    for line in lines:
        each = _BAND.search(line.text)
        if each is None or int(each["b"]) < int(each["a"]) or (next_start is not None and int(each["a"]) != next_start):
            return []
        next_start = int(each["b"]) + 1
        value = _VALUE.search(line.text, each.end())
        label = label_before(line.text, value.start("sign")) if value else ""
        bands.append(Band(int(each["b"]) - int(each["a"]) + 1, _span(value) if value else None, line, label))
    return bands if sum(band.mean is not None for band in bands) >= 2 else []


def _span(value: re.Match[str]) -> Span:
    number = printed(value["value"])
    match value["sign"]:
        case ">" | "≥":
            return Span(number.value, math.inf)
        case "<" | "≤":
            return Span(-math.inf, number.value)
        case _:
            return number.span


def _compare(claims: Claims, bands: list[Band]) -> Iterator[Finding]:
    names = words(next(band.label for band in bands if band.mean is not None))
    whole = [
        each
        for each in claims.means.all[:500]
        if names and words(each.label) and (words(each.label) <= names or names <= words(each.label))
    ]
    if not whole or len({(each.mean.value, each.spread.value) for each in whole}) != 1:
        return
    overall = next((each for each in whole if each.line.section == bands[0].line.section), whole[0])
    share = 0 <= overall.mean.value <= 1 and all(b.mean is None or b.mean.low <= 1 for b in bands)
    low, high = (0.0, 1.0) if share else (-math.inf, math.inf)
    spans = [Span(max(low, b.mean.low), min(high, b.mean.high)) if b.mean else Span(low, high) for b in bands]
    total = sum(band.size for band in bands)
    lines = [band.line for band in bands] + [overall.line]
    mean = Span(
        *(
            sum(b.size * end for b, end in zip(bands, ends, strict=True)) / total
            for ends in ([s.low for s in spans], [s.high for s in spans])
        )
    )
    text = f"{len(bands)} parts allow a mean of {said_span(mean)}; overall it is {overall.mean.text}"
    first = bands[0].line
    if not mean.meets(overall.mean.span):
        yield found("depends on reading", first, f"{text}: only if that is not the mean over them", *lines)
        return
    spread = _least_spread(bands, spans, overall)
    if spread > overall.spread.span.high:
        more = (
            f"parts with these means and an overall mean of {overall.mean.text} differ by a standard deviation"
            f" of at least {said(spread, 3)}; printed ± {overall.spread.text}"
        )
        yield found("depends on reading", first, f"{more}: only if ± is not the spread between parts", *lines)
    else:
        yield found("consistent", first, text, *lines)


def _least_spread(bands: list[Band], spans: list[Span], overall: MeanSpread) -> float:
    """The smallest standard deviation between parts within their spans: each as near to the mean as the others allow.

    The means that do it are one level, cut to each span, at which their weighted mean is the overall one.
    """
    total = sum(band.size for band in bands)
    weights = [band.size / total for band in bands]
    finite = [end for span in spans for end in (span.low, span.high) if math.isfinite(end)] + [overall.mean.value]
    width = max(finite) - min(finite) + 1.0
    best = math.inf
    for target in (overall.mean.span.low, overall.mean.value, overall.mean.span.high):
        low, high = min(finite) - width * total, max(finite) + width * total
        for _ in range(100):
            level = (low + high) / 2
            at = sum(w * min(max(level, s.low), s.high) for w, s in zip(weights, spans, strict=True))
            low, high = (level, high) if at < target else (low, level)
        means = [min(max(low, s.low), s.high) for s in spans]
        best = min(best, math.sqrt(sum(w * (m - target) ** 2 for w, m in zip(weights, means, strict=True))))
    return best


def _table(table: Table) -> Iterator[Finding]:
    n_column = next((at for at, head in enumerate(table.header) if _N.match(head)), None)
    if (
        n_column is None
        or len(table.rows) < 3
        or not table.rows[-1].cells
        or not _OVERALL.match(table.rows[-1].cells[0])
    ):
        return
    *rows, last = table.rows
    for column in range(1, len(table.header)):
        head = table.header[column]
        if column == n_column or not re.search(r"mean|average|rate|accuracy|score|entropy|mcs", head, re.I):
            continue
        cells = [(row.cells[n_column], row.cells[column]) for row in rows if len(row.cells) > max(column, n_column)]
        numbers = [(re.fullmatch(r"\d{1,9}", n.strip()), re.fullmatch(rf"({NUM})\s?%?", x.strip())) for n, x in cells]
        whole = re.fullmatch(rf"({NUM})\s?%?", last.cells[column].strip()) if len(last.cells) > column else None
        if whole is None or len(numbers) != len(rows) or not all(n and x for n, x in numbers):
            continue
        sizes = [int(n[0]) for n, _ in numbers if n]
        spans = [printed(x[1]).span for _, x in numbers if x]
        if sum(sizes) == 0:
            continue
        weighted = [
            sum(n * end for n, end in zip(sizes, ends, strict=True)) / sum(sizes)
            for ends in ([s.low for s in spans], [s.high for s in spans])
        ]
        plain = [sum(s.low for s in spans) / len(spans), sum(s.high for s in spans) / len(spans)]
        printed_span = printed(whole[1]).span
        text = (
            f"{head}: weighted by n {said_span(Span(*weighted))}, unweighted {said_span(Span(*plain))}; "
            f"overall {whole[1]}"
        )
        lines = [row.line for row in rows]
        if Span(*weighted).meets(printed_span) or Span(*plain).meets(printed_span):
            yield found("consistent", last.line, text, *lines)
        elif Span(min(s.low for s in spans), max(s.high for s in spans)).meets(printed_span):
            yield found("depends on reading", last.line, f"{text}: only with other weights", *lines)
        else:
            yield found("inconsistent", last.line, text, *lines)
