"""A claim, the words it is about, and which claims stand near one another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from tasks.audit.reading.report import Line

_CLAUSE = re.compile(r".*(?:[;,.|(\[:!?]\s|[—–→/]\s|\s[—–→-]\s|[(\[])", re.DOTALL)
_TRAILING = re.compile(
    r"(?:\s*[=:≈~(<>≤≥*+]\s*|\s+(?:of|is|was|at|are|were|about|approximately|to|reached|reaches|equals|about|than|value"
    r"|only|just))+\s*$",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]{1,40}[\w%]{0,40}")
_EMPTY_WORDS = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "our",
        "its",
        "for",
        "in",
        "on",
        "with",
        "and",
        "or",
        "to",
        "by",
        "at",
        "is",
        "was",
        "were",
        "are",
        "mean",
        "average",
        "value",
        "score",
        "overall",
        "final",
        "total",
        "we",
        "found",
        "observed",
        "measured",
        "that",
        "this",
        "all",
    ]
)
LONGEST_LABEL = 80


@dataclass(frozen=True, slots=True)
class Claim:
    """Something that is said on a line, from one character of its visible text to another."""

    line: Line
    start: int
    end: int


C = TypeVar("C", bound=Claim)


def label_before(text: str, at: int) -> str:
    """The words that a number at position `at` is said of: what stands before it in its clause."""
    head = _TRAILING.sub("", text[max(0, at - LONGEST_LABEL) : at])
    clause = _CLAUSE.match(head)
    return head[clause.end() :].strip() if clause else head.strip()


@lru_cache(maxsize=4096)
def words(label: str) -> frozenset[str]:
    """The words of a label that tell what it is about, in lower case."""
    return frozenset(each.lower() for each in _WORD.findall(label)) - _EMPTY_WORDS


def alike(a: str, b: str) -> bool:
    """True when two labels may speak of the same quantity: one has all the words of the other."""
    one, other = words(a), words(b)
    return bool(one) and bool(other) and (one <= other or other <= one)


_OF_STATISTICS = words(
    "statistical statistically significance significant highly p value result results test tested t z one two sided"
    " sample paired bootstrap bootstrapped permutation probability against threshold baseline null chance level zero"
    " criterion reference ci ci95 confidence interval effect size cohen s d dz hedges g power achieved large medium"
    " small bca n standard error deviation sd se odds hazard risk rate ratio mean difference median average sample "
    "samples size"
)
"""Words that say nothing of what was measured."""


def names_another(text: str, labels: Iterable[str]) -> bool:
    """True when a text names a subject of its own, which none of the labels does."""
    known = _OF_STATISTICS
    for label in labels:
        known |= words(label)
    return not words(text) <= known


SCOPES = ("sentence", "number", "item", "group", "section")
"""The narrowest first."""


def _key(scope: str, line: Line) -> int | tuple[int, int]:
    if scope == "sentence":
        return id(line)
    if scope == "number":
        return line.number, line.item  # a page of HTML may be one line
    return int(getattr(line, scope))


class Scoped(Generic[C]):
    """Claims of one kind, found by where they stand."""

    def __init__(self, claims: Iterable[C]) -> None:
        self.all: tuple[C, ...] = tuple(claims)
        self._at: dict[str, dict[int | tuple[int, int], list[C]]] = {}

    def within(self, scope: str, line: Line) -> Sequence[C]:
        """Those of the same `sentence`, line of the file (`number`), `item`, `group` or `section`."""
        at = self._at.get(scope)
        if at is None:
            at = self._at[scope] = defaultdict(list)
            for each in self.all:
                at[_key(scope, each.line)].append(each)
        return at.get(_key(scope, line), ())

    def nearest(self, line: Line) -> Sequence[C]:
        """Those of the narrowest of these scopes that has any."""
        for scope in SCOPES:
            if near := self.within(scope, line):
                return near
        return ()
