"""Whether the people of two records are the same: initials, missing, swapped and misspelt names taken into account."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from sys import intern
from typing import NamedTuple

from rapidfuzz.distance import OSA

from tasks.literature.matching.folding import folded, name_key, shown
from tasks.literature.record import Name

_REMEMBERED = 1 << 15
"""Names whose words are kept, as the same come again and again."""
MOST = 24
"""People of one record that are compared."""
_WORD = re.compile(r"[^\W\d_]+")
_PARTICLES = frozenset({
    "al", "da", "das", "de", "del", "della", "den", "der", "des", "di", "do", "dos", "du", "el", "et", "la", "le",
    "ibn", "bin", "van", "vom", "von", "zu", "zum", "zur", "ter", "ten", "te", "y", "jr", "sr",
})  # fmt: skip
_SHORT = 2
_LEAST_MISSPELT = 4
_TWICE_MISSPELT = 8
_INITIALS = re.compile(r"[^\W\d_](?:[.\s-]?[^\W\d_]){0,3}\.?")


class Person(NamedTuple):
    """Folded words of a name."""

    family: tuple[str, ...]
    given: tuple[str, ...]


class Agreement(NamedTuple):
    """How far the people of two records agree."""

    known: bool
    """Whether both records name anybody."""
    first: bool
    """Whether a first author is among the other's people."""
    shared: int
    of: int
    """People of the record that names fewer."""
    all: bool
    """Whether one record's people are all among the other's, and the first is the same."""

    @property
    def some(self) -> bool:
        """Whether anybody is in both."""
        return self.shared > 0

    @property
    def most(self) -> bool:
        """The first, or at least half, and of many not one alone."""
        return self.shared * 2 >= self.of and self.shared > 0

    @property
    def none(self) -> bool:
        """Whether both name people, and nobody is in both."""
        return self.known and not self.shared


UNKNOWN = Agreement(False, False, 0, 0, False)


def people_of(names: Sequence[Name]) -> tuple[Person, ...]:
    """The first people of a record; `others` and empty names are left out."""
    found = []
    for name in names[:MOST]:
        person = _person(name)
        if person.family and person.family not in (("others",), ("al",), ("anonymous",)):
            found.append(person)
    return tuple(found)


def agreement(ours: Sequence[Person], theirs: Sequence[Person], slips: bool = True) -> Agreement:
    """How far two lists of people agree, in either order; with `slips`, family names may be misspelt."""
    if not ours or not theirs:
        return UNKNOWN
    if ours == theirs:
        return Agreement(True, True, len(ours), len(ours), True)
    if len(ours) > len(theirs):
        ours, theirs = theirs, ours
    shared = 0
    for person in ours:
        for other in theirs:
            if same_person(person, other, slips):
                shared += 1
                break
    first = shared > 0 and same_person(ours[0], theirs[0], slips)
    every = first and shared == len(ours)
    if not first and shared:
        first = any(same_person(ours[0], each, slips) for each in theirs)
        first = first and any(same_person(theirs[0], each, slips) for each in ours)
    return Agreement(True, first, shared, len(ours), every)


def same_person(one: Person, other: Person, slips: bool = True) -> bool:
    """Whether two names may be of one person."""
    if _meet(one.family, other.family, slips):
        return _may_agree(one.given, other.given)
    return _swapped(one, other) or _swapped(other, one)


def _swapped(one: Person, other: Person) -> bool:
    """Whether one's given name is the other's family name, and the rest does not contradict."""
    return bool(one.given and other.given) and _share(one.given, other.family) and _may_agree(one.family, other.given)


def _share(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    for word in ours:  # noqa: SIM110, as `any` takes twice as long here
        if word in theirs:
            return True
    return False


def _meet(ours: tuple[str, ...], theirs: tuple[str, ...], slips: bool) -> bool:
    if _share(ours, theirs):
        return True
    if slips:
        for word in ours:
            for other in theirs:
                if _misspelt(word, other):
                    return True
    return False


def _misspelt(word: str, other: str) -> bool:
    """Whether two words of names differ by one slip, or by two if they are long."""
    least, most = len(word), len(other)
    if least > most:
        least, most = most, least
    slips = 1 if least < _TWICE_MISSPELT else 2
    if least < _LEAST_MISSPELT or most - least > slips:
        return False
    if most == _LEAST_MISSPELT and sorted(word) != sorted(other):
        return False
    return bool(OSA.distance(word, other, score_cutoff=slips) <= slips)


def _may_agree(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether given names do not contradict: one's first letter is that of some given name of the other."""
    if not ours or not theirs:
        return True
    return any(ours[0][0] == each[0] for each in theirs) or any(theirs[0][0] == each[0] for each in ours)


def _person(name: Name) -> Person:
    if not name.literal:
        family, given = _words(name.family), _words(name.given)
        if given and family and all(len(word) == 1 for word in family) and any(len(word) > 1 for word in given):
            family, given = given, family
        return Person(family, given) if family else Person(given, ())
    rest, _, last = name.literal.strip().rpartition(" ")
    if rest and last.isupper() and _INITIALS.fullmatch(last):
        return Person(_words(rest), tuple(c for c in last.casefold() if c.isalpha()))
    words = _words(name.literal)
    if len(words) < _SHORT:
        return Person(words, ())
    if "," in name.literal:
        return Person(words[:1], words[1:])
    return Person(words[-1:], words[:-1])


@lru_cache(_REMEMBERED)
def _words(text: str) -> tuple[str, ...]:
    if not text:
        return ()
    words = [intern(name_key(word)) for word in _WORD.findall(folded(shown(text)))]
    kept = [word for word in words if word not in _PARTICLES]
    return tuple(kept or words)
