"""As many are named as are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line

_NUMBERS = {
    word: n for n, word in enumerate(["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"], 2)
}
_NAME = r"[^\s,;:()|/<>=][^,;:()|<>=]{0,40}"
_LIST_FIRST = re.compile(
    rf"(?:^|:\s)\s*(?P<names>{_NAME}(?:,\s*(?:and\s+)?{_NAME}){{1,15}}(?:\s+and\s+{_NAME})?)\s*\((?P<n>\d{{1,2}})"
    rf"(?:\s*/\s*\d{{1,3}})?\s+[a-z][a-z ]{{2,30}}\)",
    re.I,
)
_COUNT_FIRST = re.compile(
    rf"\b(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?P<noun>(?:[a-z-]+\s+){{0,3}}[a-z]+s)(?:\s+[a-z "
    rf"]{{0,30}})?\s*(?:\(|:\s)(?P<names>{_NAME}(?:,\s*(?:and\s+"
    rf"|or\s+)?{_NAME}){{1,15}}(?:,?\s+and\s+{_NAME})?)(?:\)|\.?$)",
    re.I,
)
_EXAMPLES = re.compile(r"\b(?:such as|e\.g|etc|including|among|for example|like|or|incl)\b|…|\.\.\.|\d", re.I)
_LIST_BELOW = re.compile(
    rf"(?:^|[\s(])(?P<n>\d{{1,2}}|{'|'.join(_NUMBERS)})\s+(?P<noun>(?:[a-z-]+\s+){{0,2}}[a-z]+s)\)?"
    r"(?:\s+(?:are|were|is|remain|follow|emerged|apply))?\s*:$",
    re.I,
)
_MOST_LINES = 100
_UP_TO = re.compile(r"(?:\bof|\bup to|≥|>|at least|~|/|-|–|\.)\s*$", re.I)
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+")


def check(claims: Claims) -> Iterator[Finding]:
    """`A, B, C (3 models)` and "three models: A, B and C"."""
    yield from _listed_below(claims)
    for line in claims.holding(","):
        if line.kind == "row" or len(line.text) > 600:
            continue
        each = _LIST_FIRST.search(line.text) or _COUNT_FIRST.search(line.text)
        if each is None or _EXAMPLES.search(each["names"]) or _UP_TO.search(line.text[: each.start("n")]):
            continue
        names = [name for name in _AND.split(each["names"]) if name.strip()]
        if not all(name[:1].isupper() for name in names):
            continue  # descriptions, not names
        n = _NUMBERS.get(each["n"].lower()) or int(each["n"])
        if n < 2 or any(len(name.split()) > 4 for name in names):
            continue
        text = f"{len(names)} are named, and {n} are counted"
        yield found(
            "consistent" if n == len(names) else "depends on reading",
            line,
            text if n == len(names) else f"{text}: only if the list gives examples",
        )


def _listed_below(claims: Claims) -> Iterator[Finding]:
    """`three reasons:` with the items of a list below it, whose depth is seen where the text is kept as it stands."""
    if claims.report.format != "markdown":
        return
    for at, line in enumerate(claims.report.lines):
        if not line.text.endswith(":") or line.kind not in ("text", "item"):
            continue
        each = _LIST_BELOW.search(line.text)
        if (
            each is None
            or _UP_TO.search(line.text[: each.start("n")])
            or _EXAMPLES.search(line.text[: each.start("n")])
        ):
            continue
        items = _items_below(claims.report.lines, at)
        n = _NUMBERS.get(each["n"].lower()) or int(each["n"])
        if n >= 2 and items >= 2:
            text = f"{items} are listed, and {each['n']} {each['noun']} are announced"
            if n == items:
                yield found("consistent", line, text)
            else:
                yield found("depends on reading", line, f"{text}: only if the list gives examples, or holds more")


def _items_below(lines: Sequence[Line], at: int) -> int:
    """Items right below a line, of the same depth as the first; 0 where none follow."""
    below = lines[at + 1 : at + 1 + _MOST_LINES]
    if not below or below[0].kind != "item":
        return 0
    depth, items = _indent(below[0]), 0
    for line in below:
        if line.group != below[0].group or line.section != below[0].section:
            break
        if line.kind == "item":
            if _indent(line) < depth:
                break
            items += _indent(line) == depth
    return items


def _indent(line: Line) -> int:
    return len(line.source) - len(line.source.lstrip())
