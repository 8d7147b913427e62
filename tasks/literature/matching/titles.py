"""How two titles stand to each other: equal, misspelt, cut or extended, alike, or not alike at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from enum import IntEnum

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from tasks.literature.matching.features import Features
from tasks.literature.matching.marks import marks_of, strong


class Relation(IntEnum):
    """Of two titles, the nearest last."""

    OTHER = 0
    ALIKE = 1
    """Many letters in common, but whole words differ."""
    EXTENDED = 2
    """One is the beginning of the other, up to its subtitle or where it was cut."""
    MISSPELT = 3
    """The same words but for letters, spaces and words that mean little."""
    EQUAL = 4


ALIKE_FROM = 0.8
"""Likeness from which titles are alike."""
_MISSPELT_FROM = 0.88
_MOST_MISSPELT = 3
_CUT = 25
"""Letters that a title has at least if it may have been cut anywhere."""
_HEAD = 12
"""Letters that a title has at least, in two words or more, if it may lack its subtitle."""
_STOP = frozenset({
    "a", "an", "the", "of", "for", "in", "on", "to", "and", "with", "by", "at", "from", "as", "is", "are", "via",
    "its", "their", "using", "s",
})  # fmt: skip
_OPPOSING = (
    "un",
    "non",
    "in",
    "im",
    "ir",
    "il",
    "a",
    "an",
    "anti",
    "dis",
    "de",
    "fe",
    "wo",
    "hyper",
    "hypo",
    "pre",
    "post",
    "intra",
    "inter",
    "sub",
    "super",
    "semi",
    "multi",
    "uni",
    "mono",
    "bi",
    "tri",
    "quasi",
    "pseudo",
    "co",
    "re",
)
"""Beginnings that turn a word into another one."""


def likeness(one: Features, other: Features) -> float:
    """Share of letters that two titles have in common, in order; from 0 to 1."""
    return ratio(one.letters, other.letters) / 100


def relation(one: Features, other: Features, like: float) -> Relation:
    """How two titles stand to each other; `like` is their likeness."""
    if one.letters == other.letters:
        return Relation.EQUAL
    if like >= _MISSPELT_FROM and misspelt(one.words, other.words):
        return Relation.MISSPELT
    if _extended(one, other) or _extended(other, one):
        return Relation.EXTENDED
    return Relation.ALIKE if like >= ALIKE_FROM else Relation.OTHER


def marks_agree(one: Features, other: Features, related: Relation) -> bool:
    """Whether the marks of two titles agree; of an extended one, those before its extension, which must not be one."""
    if related is not Relation.EXTENDED:
        return one.marks == other.marks
    short, long = (one, other) if len(one.letters) <= len(other.letters) else (other, one)
    at = _words_of(long.words, len(short.letters))
    return marks_of(long.words[:at]) == short.marks and not strong(long.words[at:])


def misspelt(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether titles have the same words but for a few misspelt ones, and words that mean little."""
    left, right = Counter(ours), Counter(theirs)
    mine = [word for word, n in (left - right).items() for _ in range(n)]
    yours = [word for word, n in (right - left).items() for _ in range(n)]
    if not _joined(mine, yours):
        found = 0
        for word in mine[:]:
            near = min(yours, key=lambda each: (OSA.distance(word, each), each), default="")
            if near and _slip(word, near):
                mine.remove(word)
                yours.remove(near)
                found += 1
        if found > _MOST_MISSPELT:
            return False
    return _joined(mine, yours) or all(word in _STOP for word in (*mine, *yours))


def _joined(mine: list[str], yours: list[str]) -> bool:
    """Whether words are the same but for the spaces between them."""
    return sorted("".join(mine)) == sorted("".join(yours)) and bool(mine) and bool(yours)


def _slip(word: str, other: str) -> bool:
    """Whether one word is a misspelling of another, and not another word."""
    if word.isdigit() or other.isdigit():
        return False
    short, long = sorted((word, other), key=len)
    least, most = len(short), len(long)
    if least < 2 or (word in _STOP) != (other in _STOP):
        return False
    if long.endswith(short) and long[: most - least] in _OPPOSING:
        return False
    distance = OSA.distance(word, other)
    if most < 5:
        return distance == 1 and (least < most or sorted(word) == sorted(other))
    return distance <= (1 if most < 8 else 2)


def _extended(short: Features, long: Features) -> bool:
    """Whether a title is the beginning of a longer one."""
    at = len(short.letters)
    if at >= len(long.letters) or not long.letters.startswith(short.letters):
        return False
    if at >= _CUT:
        return True
    return at >= _HEAD and len(short.words) > 1 and len("".join(long.words[: long.head]).replace(".", "")) == at


def _words_of(words: Sequence[str], letters: int) -> int:
    """How many whole words the first letters of a title hold."""
    for at, word in enumerate(words):
        letters -= len(word.replace(".", ""))
        if letters < 0:
            return at
    return len(words)
