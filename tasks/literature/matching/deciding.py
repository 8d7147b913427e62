"""Decides on two records: one work, a question, or neither, and why; identifiers are evidence and no proof."""

from __future__ import annotations

from enum import IntEnum
from typing import NamedTuple

from rapidfuzz.distance import OSA
from rapidfuzz.fuzz import ratio

from tasks.literature.matching.containers import elsewhere
from tasks.literature.matching.features import Features
from tasks.literature.matching.people import UNKNOWN, Agreement, Person, agreement, same_person
from tasks.literature.matching.titles import (
    Relation,
    cut_before_marks,
    likeness,
    marks_agree,
    plainly_other,
    relation,
    same_head,
)

COMPARED_FROM = 60
"""Likeness in percent below which titles tell nothing, unless one begins as the other or both have an identifier."""
_BEGINS_FROM = 80
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


_HEADINGS = frozenset({
    "abstract", "abstracts", "announcement", "announcements", "author", "board", "book", "comment", "comments",
    "contents", "correspondence", "discussion", "editor", "editorial", "editorials", "errata", "erratum", "foreword",
    "guidelines", "index", "introduction", "issue", "letter", "letters", "masthead", "news", "note", "notes", "notices",
    "obituary", "overview", "poster", "posters", "preface", "program", "programme", "reply", "report", "response",
    "review", "reviews", "summary", "title", "untitled",
})  # fmt: skip
"""Words of short titles that many works have."""
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


class Pair(NamedTuple):
    """What two records have in common and what not."""

    like: float
    related: Relation
    marks: bool
    untold: bool
    """Whether all other marks stand behind where one title was plainly cut."""
    plainly: bool
    """Whether other marks stand right where one title ends."""
    people: Agreement
    years: int
    """Between them; -1 where one has none."""
    same_doi: bool
    same_arxiv: bool
    same_id: bool
    """Any identifier that both have."""
    other_doi: bool
    other_arxiv: bool
    same_head: bool
    """Whether two titles differ in their subtitles alone."""
    first: bool
    """Whether the first authors are the same, and both first."""
    elsewhere: bool
    """Whether they were published in different places."""
    same_page: bool
    """Whether volume and first page are the same."""
    other_page: bool
    """Whether both are known and differ."""
    translated: bool
    """Whether one title alone is a translation."""
    other_kind: bool
    """Whether one is a thesis, and the other a paper that also others wrote."""
    length: int
    """Letters of the shorter title."""
    named: bool
    """Whether one record alone names people, and its title is no heading that a journal has in every issue."""


def comparable(one: Features, other: Features) -> bool:
    """Whether two records have so much in common that `decide` may say anything of them; quick."""
    if one.doi == other.doi != "" or one.arxiv == other.arxiv != "" or one.letters == other.letters:
        return True
    like = ratio(one.letters, other.letters, score_cutoff=COMPARED_FROM)
    if like >= _BEGINS_FROM or (like and one.people and other.people and _same_first(one.people[0], other.people[0])):
        return True
    short, long = (
        (one.letters, other.letters) if len(one.letters) < len(other.letters) else (other.letters, one.letters)
    )
    if ratio(short, long[: len(short)], score_cutoff=_BEGINS_FROM):
        return True
    named = one.people and other.people
    if one.page and named and _same_page(one, other) and _same_first(one.people[0], other.people[0]):
        return True
    return bool(one.ids and other.ids) and not set(one.ids).isdisjoint(other.ids)


def _same_page(one: Features, other: Features) -> bool:
    return one.page == other.page != "" and one.volume == other.volume != ""


def _other_page(one: Features, other: Features) -> bool:
    known = one.page and other.page and one.volume and other.volume
    return bool(known) and one.page != other.page and one.volume != other.volume


def _other_kind(one: Features, other: Features) -> bool:
    return one.thesis != other.thesis and len((other if one.thesis else one).people) > 1


def _same_first(one: Person, other: Person) -> bool:
    return not set(one.family + one.given).isdisjoint(other.family + other.given)


def compared(one: Features, other: Features) -> Pair:
    """What two records have in common and what not; symmetric."""
    like = likeness(one, other)
    related = relation(one, other, like)
    same_doi, same_arxiv = one.doi == other.doi != "", one.arxiv == other.arxiv != ""
    same_id = same_doi or same_arxiv or not set(one.ids).isdisjoint(other.ids)
    marks = marks_agree(one, other, related)
    untold = not marks and related is Relation.EXTENDED and cut_before_marks(one, other)
    if untold and (same_arxiv or (same_doi and not one.disputed)):
        marks, untold = True, False
    first = bool(one.people and other.people) and same_person(one.people[0], other.people[0])
    # Of unlike titles only the same people in the same order matter.
    unlike = related is Relation.OTHER and not same_id
    people = UNKNOWN if unlike and not first else agreement(one.people, other.people, slips=not unlike)
    return Pair(
        like=like,
        related=related,
        marks=marks,
        untold=untold,
        plainly=not marks and related in (Relation.EXTENDED, Relation.LONGER) and plainly_other(one, other),
        people=people,
        years=abs(one.year - other.year) if one.year and other.year else -1,
        same_doi=same_doi,
        same_arxiv=same_arxiv,
        same_id=same_id,
        other_doi=_other_dois(one, other),
        other_arxiv=bool(one.arxiv and other.arxiv) and one.arxiv != other.arxiv,
        same_head=related < Relation.LONGER and same_head(one, other, people.shared),
        first=first,
        elsewhere=related < Relation.EQUAL and elsewhere(one.container, other.container),
        same_page=_same_page(one, other),
        other_page=_other_page(one, other),
        translated=one.translated != other.translated,
        other_kind=_other_kind(one, other),
        length=min(len(one.letters), len(other.letters)),
        named=bool(one.people) != bool(other.people) and _HEADINGS.isdisjoint(one.words),
    )


def _other_dois(one: Features, other: Features) -> bool:
    """Whether DOIs speak against one work: not where one is a slip of the other, or is on other works too."""
    if not one.doi or not other.doi or one.doi == other.doi or one.disputed or other.disputed:
        return False
    return len(one.doi) != len(other.doi) or bool(OSA.distance(one.doi, other.doi, score_cutoff=1) > 1)


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


def unlike(pair: Pair) -> bool:
    """Whether two titles that go on behind the end of a third go on to two works, neither of which is the other's."""
    return pair.related < Relation.LONGER and not pair.same_head


class Odds(IntEnum):
    """How two records of two groups stand against one work."""

    NONE = 0
    DOUBT = 1
    """Other titles or people, as one bad copy of many may have."""
    CONTRADICTION = 2
    """Other marks or identifiers."""


def odds(pair: Pair) -> Odds:
    """What of two records speaks against joining, by a chain of rules, the groups that they are in."""
    if not pair.marks and not pair.untold:
        return Odds.CONTRADICTION
    # Two authors of one work may be all that each of two records names, as a third can tell.
    if pair.people.none and not (pair.related >= Relation.MISSPELT and pair.length >= _LONG and pair.years <= 1):
        return Odds.DOUBT
    if pair.same_id or (pair.same_page and pair.people.some and pair.years <= 1):
        return Odds.NONE
    if pair.other_doi or pair.other_arxiv:
        return Odds.CONTRADICTION
    kept = pair.related >= Relation.LONGER or (pair.same_head and pair.people.first and pair.years <= 1)
    return Odds.NONE if kept else Odds.DOUBT


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
        several = pair.people.shared > 2 or (pair.people.shared > 1 and pair.years == 0)
        if pair.length < _HEAD and not (pair.people.all and several and pair.years <= 1):
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
        return NOTHING if pair.other_doi or pair.other_arxiv else _ask(pair, "title cut or extended, people not told", 30)
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
