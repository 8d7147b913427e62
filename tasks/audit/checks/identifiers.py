"""Identifiers have the form that those who give them out give them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tasks.audit.claims.claims import Claims
from tasks.audit.finding import Finding, found
from tasks.audit.reading.report import Line

_RUN = re.compile(
    r"\bMLflow\s+run[\s_-]?ids?\b\s*(?:[:=]|is|was)?\s*[`'\"]?(?P<id>[A-Za-z0-9][\w-]{3,80})(?![\w…])", re.I
)
_HEX_RUN = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(
    r"\b(?P<kind>sha-?256|sha-?1|sha-?512|md5)\b\s*(?:[:=]|sum\b:?|digest\b:?|hash\b:?)\s*(?P<hex>[0-9a-fA-F]{4,140})(?![\w…])(?!\.{2})",
    re.I,
)
_LENGTHS = {"sha256": 64, "sha1": 40, "sha512": 128, "md5": 32}
_LONGEST_SHORT = 16
"""Digests are often cut to so many digits."""
_ARXIV = re.compile(r"\barXiv:\s?(?P<year>\d{2})(?P<month>\d{2})\.(?P<rest>\d{4,6})(?!\d)", re.I)


def check(claims: Claims) -> Iterator[Finding]:
    """Run ids of MLflow, which are 32 hexadecimal digits; digests, by their length; the month in ids of arXiv."""
    seen: set[str] = set()
    for line in claims.numeric("mlflow"):
        each = _RUN.search(line.text)
        if each and re.search(r"\d", each["id"]) and each["id"] not in seen:
            seen.add(each["id"])
            yield _of_run(line, each["id"])
    for line in claims.numeric("sha", "md5"):
        for each in _DIGEST.finditer(line.text):
            length = _LENGTHS[each["kind"].lower().replace("-", "")]
            digits = len(each["hex"])
            if digits > _LONGEST_SHORT:
                text = f"a {each['kind']} digest has {length} hexadecimal digits; printed {digits}"
                yield found("consistent" if digits == length else "inconsistent", line, text)
    for line in claims.numeric("arxiv"):
        for each in _ARXIV.finditer(line.text):
            if not 1 <= int(each["month"]) <= 12:
                yield found("inconsistent", line, f"{each[0]} names a month {each['month']}")


def _of_run(line: Line, name: str) -> Finding:
    text = f"MLflow gives run ids of 32 hexadecimal digits; printed {name}"
    if _HEX_RUN.fullmatch(name):
        return found("consistent", line, text)
    return found(
        "depends on reading", line, f"{text}: only if the name of a run is meant, or a store that gives others"
    )
