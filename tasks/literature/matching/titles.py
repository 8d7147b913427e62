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
"""Letters that a title has at least if it may be the misspelt head of another."""
_CUT_AND_MISSPELT_FROM = 90
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
    short, long = (one, other) if len(one.letters) < len(other.letters) else (other, one)
    if _extended(short, long):
        return Relation.EXTENDED
    return Relation.ALIKE if like >= ALIKE_FROM else Relation.OTHER


def marks_agree(one: Features, other: Features, related: Relation) -> bool:
    """Whether the marks of two titles agree; of an extended one, those before its extension, which must not be one."""
    if related is not Relation.EXTENDED:
        return one.marks == other.marks
    short, long = (one, other) if len(one.letters) <= len(other.letters) else (other, one)
    before, behind = _split(long.words, len(short.letters))
    return marks_of(before) == short.marks and not strong(behind)


def plainly_other(one: Features, other: Features) -> bool:
    """Whether an extended title goes on with what makes it another work, right behind the end of the shorter."""
    short, long = (one, other) if len(one.letters) <= len(other.letters) else (other, one)
    _, behind = _split(long.words, len(short.letters))
    return bool(behind) and any(strong(behind[:n]) for n in (1, 2))


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
    if long.letters.startswith(short.letters):
        return at >= (_HEAD if short.cut else _CUT) or (
            long.head < len(long.words) and _letters(long.words[: long.head]) == short.letters
        )
    if at >= _HEAD and long.head < len(long.words) and misspelt(short.words, long.words[: long.head]):
        return True
    if at < (_HEAD if short.cut else _CUT) or ratio(short.letters, long.letters[:at]) < _CUT_AND_MISSPELT_FROM:
        return False
    last = len(short.words) - 1
    if last >= len(long.words) or not misspelt(short.words[:-1], long.words[:last]):
        return False
    # The last word may be cut too.
    word, whole = short.words[-1], long.words[last]
    return whole.startswith(word) or _slip(word, whole) or _slip(word, whole[: len(word)])


def _letters(words: Sequence[str]) -> str:
    return "".join(words).replace(".", "")


def _split(words: Sequence[str], letters: int) -> tuple[Sequence[str], Sequence[str]]:
    """The words that the first letters of a title hold, and those behind them; a word that is cut is behind, cut."""
    for at, word in enumerate(words):
        plain = word.replace(".", "")
        if letters < len(plain):
            # The rest of a word that was cut is a number, as in `DINOv2`, or nothing.
            behind = [plain[letters:]] if not letters or any(c.isdigit() for c in plain[letters:]) else []
            return words[:at], (*behind, *words[at + 1 :])
        letters -= len(plain)
    return words, ()


def same_head(one: Features, other: Features) -> bool:
    """Whether two titles have one long head, whatever their subtitles are."""
    return one.head == other.head and one.words[: one.head] == other.words[: other.head] and _long(one)


def _long(each: Features) -> bool:
    return len(_letters(each.words[: each.head])) >= _CUT
