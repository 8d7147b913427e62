"""What tells a title from its nearest neighbours: numbers, versions, parts, and words such as `reply` and `not`.

Two titles that differ in their marks are never taken for one by a rule: `BLIP` and `BLIP-2`, `Part I` and `Part II`, a
paper and its correction.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz.distance import OSA

NOTICES = frozenset({
    "addendum", "comment", "comments", "commentary", "correction", "corrections", "corrigenda", "corrigendum",
    "discussion", "errata", "erratum", "rejoinder", "replies", "reply", "response", "responses",
    "retracted", "retraction", "withdrawn", "withdrawal",
})  # fmt: skip
"""Words of what is written about a work, one spelling each after `_SAME`."""
_COMMON = frozenset({"comment", "comments", "correction", "corrections", "discussion", "response", "responses"})
"""Those that titles of other kinds hold too, as in `visual response to motion`."""
_SEQUELS = frozenset({
    "revisited", "reconsidered", "reexamined", "reloaded", "again", "continued", "sequel", "second", "third", "update",
    "updated", "revised",
})  # fmt: skip
"""Words with which the title of a later work goes on."""
_TOWARDS = [("to",), ("on",), ["to"], ["on"]]
_DENIALS = frozenset({"no", "not", "without", "never", "cannot"})
_PARTS = frozenset({"part", "parts", "pt", "volume", "vol", "book", "chapter", "episode", "phase", "series", "paper"})
"""Words that a number of a part stands behind."""
_SUPPLEMENTS = frozenset({"supplement", "supplementary", "supplemental", "supporting", "appendix"})
_SUPPLIED = frozenset({"appendix", "data", "information", "material", "materials"})
_SAME = {
    "comments": "comment", "commentary": "comment", "corrections": "correction", "corrigenda": "correction",
    "corrigendum": "correction", "errata": "correction", "erratum": "correction", "replies": "reply",
    "responses": "reply", "response": "reply", "retracted": "retraction", "withdrawn": "retraction",
    "withdrawal": "retraction", "rejoinder": "reply",
}  # fmt: skip
_COUNTED = {
    "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "first": "1", "second": "2",
    "third": "3", "a": "a", "b": "b", "c": "c",
}  # fmt: skip
"""How the number of a part is written in words."""
_ROMAN = re.compile(r"(?=[ivx]{1,7}$)x{0,3}(?:ix|iv|v?i{0,3})$")
_VALUES = {"i": 1, "v": 5, "x": 10}
_NUMBER = re.compile(r"([0-9]+(?:\.[0-9]+)*)([a-z]{0,2}(?![a-z]))")
_COMMON_ONES = tuple(sorted(_COMMON))
_NOTICES = tuple(sorted(NOTICES - _COMMON))
_FEW = 4
"""Words of a notice that may be misspelt."""
_NEXT = 3
"""Letters and digits of the longest version, as `v10`."""
_SMALL = re.compile(r"v?[0-9]{1,2}(?:\.[0-9]{1,2})?$")
_VERSIONED = re.compile(r"[a-z]{2,}v[0-9]{1,2}$")
"""A name with its version, as `mobilenetv2`."""
_ORDINALS = ("st", "nd", "rd", "th")


def marks_of(words: Sequence[str]) -> tuple[str, ...]:
    """The marks of a title's folded words, in order of text, each as often as it occurs."""
    found = []
    last = len(words) - 1
    for at, word in enumerate(words):
        if word in NOTICES:
            if word not in _COMMON or at <= 1 or at == last or _is_notice(words, at, True):
                found.append(_SAME.get(word, word))
        elif word in _SUPPLEMENTS and _is_supplement(words, at):
            found.append("supplement")
        elif word in _DENIALS:
            found.append(word)
        elif word.isalpha():
            before = words[at - 1] if at else ""
            if before in _PARTS and word in _COUNTED:
                found.append(_COUNTED[word])
            elif len(word) <= 7 and _is_roman(word, before, at == last):
                found.append(str(_value(word)))
        else:
            for number, letters in _NUMBER.findall(word):
                found.append(_plain(number) + ("" if letters in _ORDINALS else letters))
    return tuple(sorted(found))


def strong(words: Sequence[str], whole: bool = True, begins: Sequence[int] = ()) -> bool:
    """Whether words that one title has behind the end of another make it another work: a part, a reply, a version.

    `whole` says that the shorter title was not cut, so that one word of these can be a notice. `begins` are the places
    at which a subtitle may begin.
    """
    if not words:
        return False
    for at, word in enumerate(words):
        if word in NOTICES and (word not in _COMMON or ((at <= 1 or at in begins) and _is_notice(words, at, whole))):
            return True
        if word in _SUPPLEMENTS and _is_supplement(words, at):
            return True
        before = words[at - 1] if at else ""
        if before in _PARTS and (word in _COUNTED or word[:1].isdigit() or _is_roman(word, before, True)):
            return True
        if (at and _counts_alone(word)) or _VERSIONED.match(word):
            return True
    if len(words) == 1 and len(words[0]) >= _FEW and any(OSA.distance(words[0], each) == 1 for each in NOTICES):
        return True
    if words[1:2] in _TOWARDS and _nearly(words[0], _COMMON_ONES):
        return True
    if len(words) <= _FEW and any(_nearly(word, _NOTICES) for word in words):
        return True
    return _counts(words[0]) or _is_roman(words[-1], "", True) or not _SEQUELS.isdisjoint((*words[:2], words[-1]))


def _is_notice(words: Sequence[str], at: int, whole: bool) -> bool:
    """Whether a word that is common elsewhere too tells a notice: it is all there is, or says to what it is one."""
    return (whole and len(words) <= 2) or words[at + 1 : at + 2] in _TOWARDS


def _nearly(word: str, notices: Sequence[str]) -> bool:
    """Whether a word is one of the notices, misspelt."""
    return len(word) > _FEW + 1 and any(
        abs(len(word) - len(each)) <= 1 and OSA.distance(word, each, score_cutoff=2) <= 2 for each in notices
    )


def _counts(word: str) -> bool:
    """Whether a word that follows a title makes it the next one: a number, a version, a numeral."""
    return (len(word) <= _NEXT and any(c.isdigit() for c in word)) or bool(_ROMAN.match(word))


def _counts_alone(word: str) -> bool:
    """Whether a word is a small number or a numeral of two letters or more, wherever it stands."""
    return bool(_SMALL.match(word)) or (len(word) > 1 and bool(_ROMAN.match(word)))


def _is_supplement(words: Sequence[str], at: int) -> bool:
    """Whether a title is that of a supplement: it begins with the word, or ends in it, but not in `with` it."""
    before = words[at - 1] if at else ""
    return not at or (before != "with" and all(word in _SUPPLIED for word in words[at + 1 :]))


def _is_roman(word: str, before: str, last: bool) -> bool:
    """Whether a word is a Roman numeral; one letter is one only behind `part` and the like, or at the end."""
    if not _ROMAN.match(word):
        return False
    return len(word) > 1 or before in _PARTS or (last and word in "iv")


def _value(numeral: str) -> int:
    values = [_VALUES[letter] for letter in numeral]
    return sum(-each if each < after else each for each, after in zip(values, [*values[1:], 0], strict=True))


def _plain(number: str) -> str:
    """A number without zeros before it and `.0` behind it."""
    while number.endswith(".0"):
        number = number[:-2]
    return number.lstrip("0") or "0"
