"""Decides on two records: one work, a question, or neither, and why; identifiers are evidence and no proof."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from tasks.literature.matching.comparing import Pair
from tasks.literature.matching.titles import Relation

SAME_DOI_FROM = 0.6
"""Likeness of titles from which records with one DOI are one work."""
_LONG = 25
"""Letters of a title that two people hardly choose alike."""
_VERY_LONG = 35
"""Letters of a title that tells a work without its people, even if it is misspelt or cut."""
_HEAD = 12
"""Letters of a title that may lack its subtitle without being asked."""
_SHORT = 16
"""Letters up to which a title is anybody's: `Editorial`, `Introduction`."""
IDENTIFIED = 90
"""Strength from which a merge rests on an identifier."""
CUT = 50
"""Strength up to which a merge rests on a title that was cut or extended."""
BY_A_NUMBER = "title cut or extended by a number or notice"


class Kind(IntEnum):
    """What was decided."""

    NOTHING = 0
    ASK = 1
    MERGE = 2


class Verdict(NamedTuple):
    """What is to be done about two records, and how sure that is."""

    kind: Kind
    because: str
    strength: int
    """From 0 to 99: of merges the order in which they are made, of questions how likely a yes is."""
    likeness: float


NOTHING = Verdict(Kind.NOTHING, "", 0, 0.0)


def decide(pair: Pair) -> Verdict:
    """What is to be done about two records."""
    if not pair.marks:
        return _other_marks(pair)
    if pair.same_id:
        verdict = _same_identifier(pair)
        if verdict.kind is not Kind.NOTHING:
            return verdict
    if pair.same_page and pair.years <= 1 and not pair.elsewhere:
        verdict = _same_page_of(pair)
        if verdict.kind is not Kind.NOTHING:
            return verdict
    match pair.related:
        case Relation.EQUAL:
            return _equal(pair)
        case Relation.MISSPELT:
            return _near(pair, "nearly the same title, same author", 60)
        case Relation.EXTENDED:
            return _near(pair, "title cut or extended, same first author", CUT)
        case Relation.LONGER:
            return _longer(pair)
        case _:
            return _alike(pair)


def _merge(pair: Pair, because: str, strength: int) -> Verdict:
    return Verdict(Kind.MERGE, because, strength, pair.like)


def _ask(pair: Pair, because: str, strength: int) -> Verdict:
    return Verdict(Kind.ASK, because, strength, pair.like)


def _other_marks(pair: Pair) -> Verdict:
    if pair.same_arxiv or pair.same_doi:
        return _ask(pair, "same identifier, other number or notice in the title", 30)
    others = pair.plainly or pair.other_doi or pair.other_arxiv
    if pair.related in (Relation.EXTENDED, Relation.LONGER) and pair.people.first and not others:
        return _ask(pair, BY_A_NUMBER, 20)
    if pair.related is Relation.MISSPELT and pair.people.all and pair.years <= 1 and not others:
        return _ask(pair, "nearly the same title, other number or notice in it", 20)
    return NOTHING


def _same_identifier(pair: Pair) -> Verdict:
    name = "same arXiv id" if pair.same_arxiv else "same DOI" if pair.same_doi else "same identifier"
    if pair.people.none and not (pair.related >= Relation.MISSPELT and pair.length >= _LONG):
        return _ask(pair, f"{name}, other people", 25 if pair.like >= SAME_DOI_FROM else 5)
    if pair.related >= Relation.EXTENDED or pair.like >= SAME_DOI_FROM:
        return _merge(pair, name, 95 if pair.same_arxiv else IDENTIFIED)
    if pair.people.most and pair.same_arxiv:
        return _merge(pair, name, 80)
    return _ask(pair, f"{name}, other title", 60 if pair.people.most else 10)


def _same_page_of(pair: Pair) -> Verdict:
    """Of records with one volume, first page and year: titles may be translated, and names misread."""
    told = pair.people.some or pair.length >= _LONG or (pair.related is Relation.EQUAL and pair.length > _SHORT)
    if pair.related >= Relation.EXTENDED and told:
        return _merge(pair, "same title, volume and page", 88)
    if pair.related >= Relation.ALIKE and pair.people.first and not (pair.other_doi or pair.other_arxiv):
        return _merge(pair, "similar title, same volume, page and author", 65)
    if pair.people.all and pair.years == 0 and pair.translated:
        return _merge(pair, "translated title, same volume, page and authors", 55)
    if pair.people.all:
        return _ask(pair, "same volume, page and authors, other title", 75)
    return NOTHING


def _equal(pair: Pair) -> Verdict:
    others = pair.other_doi or pair.other_arxiv
    if pair.people.some:
        if pair.other_kind:
            return _ask(pair, "thesis and paper of the same title", 30)
        if pair.other_page and pair.years > 0:
            return _ask(pair, "same title and authors, other volume and page", 45)
        if others:
            return _ask(pair, "same title and authors, other identifiers", 70 if pair.people.first else 40)
        if pair.length <= _SHORT and not (pair.people.all and pair.years <= 1):
            return _ask(pair, "same short title", 40)
        if not pair.people.first and not pair.people.most:
            return _ask(pair, "same title, some of the authors", 60)
        if pair.years > 5:
            return _ask(pair, "same title and authors, years apart", 60)
        return _merge(pair, "same title and authors", 85 if pair.people.all else 80)
    if pair.people.known:
        if pair.length >= _LONG and pair.years <= 1 and not others:
            return _ask(pair, "same title, other people", 20)
        return NOTHING
    if pair.length <= _SHORT and not others and pair.named and 0 <= pair.years <= 1:
        return _ask(pair, "same short title, people not told", 20)
    if pair.length <= _SHORT or others:
        return _ask(pair, "same title, people not told", 20) if pair.length > _SHORT else NOTHING
    if pair.length >= _LONG and pair.years <= 1:
        return _merge(pair, "same title, people not told", 70)
    return _ask(pair, "same title, people not told", 65)


def _near(pair: Pair, because: str, strength: int) -> Verdict:
    if pair.people.first:
        every = pair.years == 0 and 1 < pair.people.of == pair.people.shared
        if pair.other_doi or pair.other_arxiv:
            return _ask(pair, f"{because}, other identifiers", 40)
        if pair.other_kind or (pair.other_page and pair.years > 0):
            return _ask(pair, because, 30)
        if pair.related is Relation.EXTENDED and (pair.elsewhere or pair.years > 1 or not (pair.first or every)):
            return _ask(pair, because, 35)
        if pair.length < _HEAD and not (pair.people.all and pair.people.shared > 1 and pair.years == 0):
            return _ask(pair, because, 50)
        if pair.years <= 3 and (pair.people.most or pair.people.of <= 2):
            return _merge(pair, because, strength)
        return _ask(pair, because, 50)
    if pair.people.some:
        others = pair.other_doi or pair.other_arxiv or pair.other_page or pair.elsewhere
        most = pair.people.most and pair.people.shared > 1
        if pair.related is Relation.MISSPELT and most and pair.length >= _LONG and pair.years <= 1 and not others:
            return _merge(pair, because.partition(",")[0] + ", most of the authors", 55)
        return _ask(pair, because.partition(",")[0] + ", some of the authors", 40)
    if not pair.people.known and pair.years <= 1 and not (pair.other_doi or pair.other_arxiv):
        if pair.length >= _VERY_LONG and pair.years >= 0:
            return _merge(pair, because.partition(",")[0] + ", people not told", 40)
        return _ask(pair, because.partition(",")[0] + ", people not told", 45)
    return NOTHING


def _longer(pair: Pair) -> Verdict:
    if not pair.people.known and pair.length >= _VERY_LONG and 0 <= pair.years <= 1 and not pair.elsewhere:
        others = pair.other_doi or pair.other_arxiv
        return NOTHING if others else _ask(pair, "title cut or extended, people not told", 30)
    if not pair.people.first or pair.other_doi or pair.other_arxiv or pair.elsewhere or pair.years > 2:
        return NOTHING
    if pair.people.all and pair.years <= 1:
        return _merge(pair, "title cut or extended, same authors", 45)
    return _ask(pair, "one title goes on behind the other, same first author", 30)


def _alike(pair: Pair) -> Verdict:
    if not pair.people.first or pair.other_doi or pair.other_arxiv or pair.years > 3:
        return NOTHING
    if pair.other_page and pair.years > 0:
        return NOTHING
    if pair.related is Relation.ALIKE:
        return _ask(pair, "similar title, same first author", 30)
    if pair.people.all and not pair.other_page and pair.people.of >= 2 and 0 <= pair.years <= 1 and pair.like >= 0.6:
        return _ask(pair, "same authors, other title", 10)
    return NOTHING
