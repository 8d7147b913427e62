"""Puts a question about two records, with what speaks for one work and what against it."""

from __future__ import annotations

from collections.abc import Iterator

from tasks.literature.matching.comparing import Pair, compared
from tasks.literature.matching.containers import elsewhere
from tasks.literature.matching.deciding import Kind, Verdict
from tasks.literature.matching.features import Features
from tasks.literature.matching.outcome import Question
from tasks.literature.matching.titles import Relation


def question(a: str, b: str, one: Features, other: Features, verdict: Verdict) -> Question:
    """The question that a verdict leaves; a merge that was refused for the sake of other records is one too."""
    pair = compared(one, other)
    because = f"{verdict.because}, but not with other records" if verdict.kind is Kind.MERGE else verdict.because
    return Question(a, b, because, round(pair.like, 4), tuple(_for(pair)), tuple(_against(pair, one, other)))


def _for(pair: Pair) -> Iterator[str]:
    if pair.same_arxiv:
        yield "same arXiv id"
    if pair.same_doi:
        yield "same DOI"
    if pair.same_id and not (pair.same_arxiv or pair.same_doi):
        yield "same identifier"
    match pair.related:
        case Relation.EQUAL:
            yield "same title"
        case Relation.MISSPELT:
            yield "nearly the same title"
        case Relation.EXTENDED | Relation.LONGER:
            yield "one title begins with the other"
        case Relation.ALIKE:
            yield "similar titles"
        case _:
            pass
    if pair.people.all:
        yield "same authors"
    elif pair.people.first:
        yield "same first author"
    elif pair.people.some:
        yield "an author in common"
    if pair.years == 0:
        yield "same year"


def _against(pair: Pair, one: Features, other: Features) -> Iterator[str]:
    if not pair.marks:
        yield "other numbers or notices in the title"
    if pair.related is Relation.OTHER:
        yield "other titles"
    if pair.other_doi:
        yield "other DOIs"
    if pair.other_arxiv:
        yield "other arXiv ids"
    if pair.people.none:
        yield "no author in common"
    elif not pair.people.known:
        yield "authors not told"
    elif not pair.people.first:
        yield "other first authors"
    if pair.years > 0:
        yield "years apart" if pair.years > 1 else "a year apart"
    elif pair.years < 0:
        yield "year not told"
    if elsewhere(one.container, other.container):
        yield "published elsewhere"
