"""As many are named as are counted."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found

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
_UP_TO = re.compile(r"(?:\bof|\bup to|≥|>|at least|~|/|-|–|\.)\s*$", re.I)
_AND = re.compile(r",\s*(?:and\s+)?|\s+and\s+")


def check(claims: Claims) -> Iterator[Finding]:
    """`A, B, C (3 models)` and "three models: A, B and C"."""
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
