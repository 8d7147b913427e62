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
    LONGER = 2
    """One goes on where the other ends, with no sign that the other was cut."""
    EXTENDED = 3
    """One is the beginning of the other, up to its subtitle or where it was cut."""
    MISSPELT = 4
    """The same words but for letters, spaces and words that mean little."""
    EQUAL = 5


ALIKE_FROM = 0.8
"""Likeness from which titles are alike."""
_MISSPELT_FROM = 0.88
_MOST_MISSPELT = 3
_CUT = 25
"""Letters that a title has at least if it may have been cut anywhere."""
_HEAD = 12
"""Letters that a title has at least if it may be the misspelt head of another."""
_CUT_AND_MISSPELT_FROM = 90
_TELLING = 16
"""Letters of a head that tells a work together with several people."""
_SEVERAL = 3
_A_WORD_CHANGED = 60
"""Likeness in percent of two subtitles from which one is the other with a word changed."""
_SAYING = 4
"""Letters from which a word that means little may be misspelt."""
_STOP = frozenset({
    "a", "an", "the", "of", "for", "in", "on", "to", "and", "with", "by", "at", "from", "as", "is", "are", "via",
    "its", "their", "using", "s",
})  # fmt: skip
_OPPOSING = frozenset({
    "un", "non", "in", "im", "ir", "il", "a", "an", "anti", "dis", "de", "fe", "wo", "hyper", "hypo", "pre", "post",
    "intra", "inter", "sub", "super", "semi", "multi", "uni", "mono", "bi", "tri", "quasi", "pseudo", "co", "re",
})  # fmt: skip
"""Beginnings that turn a word into another one."""


def likeness(one: Features, other: Features) -> float:
    """Share of letters that two titles have in common, in order; from 0 to 1."""
    return ratio(one.letters, other.letters) / 100


def relation(one: Features, other: Features, like: float) -> Relation:
    """How two titles stand to each other; `like` is their likeness."""
    if one.letters == other.letters:
        # Of a title that ends in dots nobody knows how it goes on.
        return Relation.EQUAL if one.cut == other.cut else Relation.EXTENDED
    if like >= _MISSPELT_FROM and misspelt(one.words, other.words):
        return Relation.MISSPELT
    short, long = shorter_first(one, other)
    if (begins := _begins(short, long)) is not Relation.OTHER:
        return begins
    return Relation.ALIKE if like >= ALIKE_FROM else Relation.OTHER


def marks_agree(one: Features, other: Features, related: Relation) -> bool:
    """Whether the marks of two titles agree; of a longer one, those before the end of the shorter."""
    if related not in (Relation.EXTENDED, Relation.LONGER):
        return one.marks == other.marks
    short, long = shorter_first(one, other)
    before, behind, whole = _split(short, long)
    return marks_of(before) == _marks(short, long, len(before), whole) and not strong(
        behind, whole, _begun(long, behind)
    )


def cut_before_marks(one: Features, other: Features) -> bool:
    """Whether the marks in which a longer title differs all stand behind where the shorter one was plainly cut."""
    short, long = shorter_first(one, other)
    before, _, whole = _split(short, long)
    return not whole and marks_of(before) == _marks(short, long, len(before), whole)


def plainly_other(one: Features, other: Features) -> bool:
    """Whether a longer title goes on with what makes it another work, right behind the whole of the shorter."""
    short, long = shorter_first(one, other)
    _, behind, whole = _split(short, long)
    return whole and any(strong(behind[:count]) for count in (1, 2))


def shorter_first(one: Features, other: Features) -> tuple[Features, Features]:
    """Two records by the length of their titles; of equal ones first that which was cut."""
    return (one, other) if (len(one.letters), not one.cut) <= (len(other.letters), not other.cut) else (other, one)


def _begun(long: Features, behind: Sequence[str]) -> tuple[int, ...]:
    """Where subtitles begin among the last words of a title."""
    return tuple(each - len(long.words) + len(behind) for each in long.ends)


def _marks(short: Features, long: Features, whole_words: int, whole: bool) -> tuple[str, ...]:
    """The marks of a shorter title, without its last word if that is only what is left of a longer title's word."""
    if whole or len(short.words) != whole_words + 1 or len(long.words) <= whole_words:
        return short.marks
    if marks_of(long.words[: whole_words + 1]) != marks_of(long.words[:whole_words]):
        return short.marks
    return marks_of(short.words[:whole_words])


def misspelt(ours: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether titles have the same words but for a few misspelt ones, and words that mean little."""
    left, right = Counter(ours), Counter(theirs)
    mine, yours = list((left - right).elements()), list((right - left).elements())
    both = {word for word, count in left.items() if right[word] == count} - _STOP
    if [word for word in ours if word in both] != [word for word in theirs if word in both]:
        return False
    if not mine and not yours:
        return "".join(ours) == "".join(theirs)
    if "".join(mine) != "".join(yours):
        found = 0
        for word in mine[:]:
            near = min(yours, key=lambda each: (OSA.distance(word, each), each), default="")
            if near and _slip(word, near):
                mine.remove(word)
                yours.remove(near)
                found += 1
        if found > _MOST_MISSPELT:
            return False
    return "".join(mine) == "".join(yours) or all(word in _STOP for word in (*mine, *yours))


def _slip(word: str, other: str) -> bool:
    """Whether one word is a misspelling of another, and not another word."""
    if word.isdigit() or other.isdigit():
        return False
    short, long = sorted((word, other), key=len)
    least, most = len(short), len(long)
    if least < 2:
        return False
    if (word in _STOP) != (other in _STOP):
        return least >= _SAYING and OSA.distance(word, other) == 1
    if long.endswith(short) and long[: most - least] in _OPPOSING:
        return False
    distance = OSA.distance(word, other)
    if most < 5:
        return distance == 1 and (least < most or sorted(word) == sorted(other))
    return distance <= (1 if most < 8 else 2)


def _begins(short: Features, long: Features) -> Relation:
    """Whether a title is the beginning of a longer one, misspelt or not, and whether it was cut there."""
    at = len(short.letters)
    if _head(short, long):
        return Relation.EXTENDED
    last = len(short.words) - 1
    if at < (_HEAD if short.cut else _CUT) or last >= len(long.words):
        return Relation.OTHER
    word, whole = short.words[-1], long.words[last]
    if not long.letters.startswith(short.letters):
        if ratio(short.letters, long.letters[:at]) < _CUT_AND_MISSPELT_FROM:
            return Relation.OTHER
        if not misspelt(short.words[:-1], long.words[:last]):
            return Relation.OTHER
        if not (whole.startswith(word) or _slip(word, whole) or _slip(word, whole[: len(word)])):
            return Relation.OTHER
    cut = short.cut or word in _STOP or (whole.startswith(word) and whole != word)
    return Relation.EXTENDED if cut else Relation.LONGER


def _head(short: Features, long: Features) -> int:
    """How many words of a title another one is, which ends where a subtitle begins; 0 if it is not so."""
    for count in long.ends:
        head = long.words[:count]
        if _letters(head) == short.letters or (len(short.letters) >= _HEAD and misspelt(short.words, head)):
            return count
    return 0


def _letters(words: Sequence[str]) -> str:
    return "".join(words).replace(".", "")


def _split(short: Features, long: Features) -> tuple[Sequence[str], Sequence[str], bool]:
    """The words of a title that a shorter one holds, those behind, and whether the shorter ends as it was meant to."""
    words = long.words
    if head := _head(short, long):
        return words[:head], words[head:], not short.cut
    if not long.letters.startswith(short.letters):
        count = len(short.words)
        return words[:count], words[count:], False
    letters = len(short.letters)
    for at, word in enumerate(words):
        plain = word.replace(".", "")
        if letters < len(plain):
            # The rest of a word that was cut is a number, as in `DINOv2`, or nothing.
            number = any(c.isdigit() for c in plain[letters:])
            behind = [plain[letters:]] if not letters or number else []
            if short.words[-1] in _STOP:
                # Behind `at` or `of` a number is no version, and nobody ends a title so.
                return words[:at], words[at + number :], False
            return words[:at], (*behind, *words[at + 1 :]), not short.cut and bool(behind)
        letters -= len(plain)
    return words, (), False


def same_head(one: Features, other: Features, shared: int) -> bool:
    """Whether two titles have one head, and subtitles of which neither is the other with a word changed.

    The head is long, or of a length that tells a work together with several people that both records name.
    """
    ours, theirs = (each.ends[0] if each.ends else len(each.words) for each in (one, other))
    head = one.words[:ours]
    if head != other.words[:theirs] or len(_letters(head)) < (_CUT if shared < _SEVERAL else _TELLING):
        return False
    return ratio(_letters(one.words[ours:]), _letters(other.words[theirs:])) < _A_WORD_CHANGED
