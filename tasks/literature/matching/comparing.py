"""Holds two records against each other: what they have in common and what not."""

from __future__ import annotations

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
_SEVERAL = 2
_HEADINGS = frozenset({
    "abstract", "abstracts", "announcement", "announcements", "author", "board", "book", "comment", "comments",
    "contents", "correspondence", "discussion", "editor", "editorial", "editorials", "errata", "erratum", "foreword",
    "guidelines", "index", "introduction", "issue", "letter", "letters", "masthead", "news", "note", "notes", "notices",
    "obituary", "overview", "poster", "posters", "preface", "program", "programme", "reply", "report", "response",
    "review", "reviews", "summary", "title", "untitled",
})  # fmt: skip
"""Words of short titles that many works have."""


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
    if like >= _BEGINS_FROM or (like and _retitled(one, other)):
        return True
    short, long = (
        (one.letters, other.letters) if len(one.letters) < len(other.letters) else (other.letters, one.letters)
    )
    # Titles of nearly one length of which one begins as the other are alike as wholes, too.
    if (like or 3 * len(long) > 5 * len(short)) and ratio(short, long[: len(short)], score_cutoff=_BEGINS_FROM):
        return True
    named = one.people and other.people
    if one.page and named and _same_page(one, other) and _same_first(one.people[0], other.people[0]):
        return True
    return bool(one.ids and other.ids) and not set(one.ids).isdisjoint(other.ids)


def _retitled(one: Features, other: Features) -> bool:
    """Whether people and years are so near that of unlike titles one may have become the other."""
    if len(one.people) < _SEVERAL or len(other.people) < _SEVERAL or abs(one.year - other.year) > 1:
        return False
    return _same_first(one.people[0], other.people[0])


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
