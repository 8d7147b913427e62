"""A percentage is what its ratio comes to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.claims.quantities import Percent, Ratio
from tasks.audit.finding import Finding, consistent_if, found
from tasks.audit.numbers import FREE, NUM, Span, printed, said_span
from tasks.audit.reading.report import Table

_RATIO_FIRST = re.compile(
    r"\s*(?:[A-Za-z]{1,20}\s*){0,4}(?:\(|=|≈|,|:|,?\s*i\.e\.|,?\s*or|,?\s*that is,?|–|—)\s*(?:~|≈|about|i\.e\.,?"
    r"|or|=|only)?\s*"
)
_PERCENT_FIRST = re.compile(
    r"\s*(?:[A-Za-z]{1,20}\s*){0,4}(?:\(|=|,?\s*i\.e\.|,?\s*or|,?\s*that is,?|:)\s*(?:~|≈|about|or|=)?\s*"
)
_PART_FIRST = re.compile(
    rf"(?P<part>{FREE})\s?\((?P<percent>{NUM})\s?%\)\s(?:out )?of(?: the| all| these"
    rf"| those)?\s(?P<whole>{NUM})(?![\w%/]|\s?%|\.\d)"
)
_HEAD_N = re.compile(r"\b[nN]\s*=\s*(?P<n>\d{1,9})(?![\d.])")
_PART_OF_N = re.compile(rf"(?P<part>\d{{1,9}})\s?\(\s?(?P<percent>{NUM})\s?%?\s?\)")
_SPREAD = re.compile(r"\b(?:mean|median|SD|SE|IQR|range|years|age)\b", re.I)
_WORD = re.compile(r"\s*([A-Za-z]{2,20})")
_OF_THE_SAME = re.compile(
    r"(?:of|and|or|in|at|is|was|done|complete[d]?|pass(?:ed|ing)?|success(?:ful)?|accuracy|covered|coverage|finished|met|share|total"
    r"|achieved|overall|rate|positive|correct)$",
    re.I,
)
_NOT_OF_IT = re.compile(
    r"^\s*(?:CI\b|confidence|credible|interval)|^\s*(?:more|less|faster|slower|higher|lower|increase|decrease"
    r"|reduction)",
    re.I,
)


def check(claims: Claims) -> Iterator[Finding]:
    """`a/b (p %)` and `p % (a/b)`, with nothing but a few words between."""
    for ratio in claims.ratios.all:
        beside = [each for each in claims.percents.within("sentence", ratio.line)[:40] if _bound(ratio, each)]
        if len(beside) == 1:
            yield from _compare(ratio, beside[0])
    yield from _part_first(claims)
    for table in claims.report.tables:
        yield from _of_columns(table)


def _bound(ratio: Ratio, percent: Percent) -> bool:
    text = ratio.line.text
    if _NOT_OF_IT.match(text[percent.end : percent.end + 30]):
        return False
    if ratio.end <= percent.start:
        return bool(_RATIO_FIRST.fullmatch(text[ratio.end : percent.start]))
    return bool(percent.end <= ratio.start and _PERCENT_FIRST.fullmatch(text[percent.end : ratio.start]))


def _compare(ratio: Ratio, percent: Percent) -> Iterator[Finding]:
    share = ratio.share.scaled(100)
    text = f"{ratio.text} = {said_span(share)} %, printed as {percent.number.text} %"
    if share.meets(percent.number.span):
        yield found("consistent", ratio.line, text)
        return
    behind = _WORD.match(ratio.line.text, percent.end) if percent.start >= ratio.end else None
    if behind and not _OF_THE_SAME.match(behind[1]):
        rest = Span(100.0, 100.0) - share
        if rest.meets(percent.number.span):
            yield found("consistent", ratio.line, f"{text} {behind[1]}: the rest is {said_span(rest)} %")
        return  # "3/4 (80 % power)" is of something else
    if percent.number.value <= share.low and share.high < percent.number.value + 2 * percent.number.half:
        text += ", which is cut off and not rounded"
    yield found("inconsistent", ratio.line, text)


def _part_first(claims: Claims) -> Iterator[Finding]:
    """`21 (7.1 %) of 297`."""
    for line in claims.numeric("%"):
        for each in _PART_FIRST.finditer(line.text):
            part, percent, whole = (printed(each[name]) for name in ("part", "percent", "whole"))
            if whole.value <= 0:
                continue
            share = (part.exact / whole.exact).scaled(100)
            text = f"{part.text} of {whole.text} = {said_span(share)} %, printed as {percent.text} %"
            yield consistent_if(share.meets(percent.span), line, text)


def _of_columns(table: Table) -> Iterator[Finding]:
    """`41 (64.1)` in a column whose head gives `n = 64`, as tables of participants are written."""
    wholes = [(at, int(each["n"])) for at, head in enumerate(table.header) if (each := _HEAD_N.search(head))]
    for row in table.rows:
        label = row.cells[0] if row.cells else ""
        for at, n in wholes:
            each = _PART_OF_N.fullmatch(row.cells[at].strip()) if at < len(row.cells) else None
            if each is None or n == 0 or "%" not in label + each[0] + table.header[at] or _SPREAD.search(label):
                continue
            part, percent = printed(each["part"]), printed(each["percent"])
            share = (part.exact / Span(n, n)).scaled(100)
            text = f"{part.text} of {n} = {said_span(share)} %, printed as {percent.text} %"
            if share.meets(percent.span):
                yield found("consistent", row.line, text)
            elif part.value > n:
                yield found("inconsistent", row.line, text)
            else:
                yield found("depends on reading", row.line, f"{text}: only if some of the {n} are missing here")
