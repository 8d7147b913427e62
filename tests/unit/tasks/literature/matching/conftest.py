"""Records and matchings in few words."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tasks.literature.matching.entry import Entry
from tasks.literature.matching.matching import match
from tasks.literature.matching.outcome import Matching
from tasks.literature.record import Date, Name, Record

Make = Callable[..., Record]
Two = Callable[[Record, Record], Matching]


def made(
    title: str, *authors: str, year: int | None = 2021, doi: str = "", arxiv: str = "", place: str = "", type: str = ""
) -> Record:
    """A record; `place` is volume and pages, as `16:188-9`."""
    names = tuple(Name(family, given) for family, _, given in (each.partition(", ") for each in authors))
    volume, _, pages = place.partition(":")
    return Record(
        title,
        type or "article-journal",
        authors=names,
        issued=Date(year) if year else None,
        volume=volume,
        pages=pages,
        doi=doi,
        arxiv=arxiv,
    )


def of_two(one: Record, other: Record) -> Matching:
    return match([Entry("f.0", one), Entry("f.1", other)])


@pytest.fixture
def record() -> Make:
    return made


@pytest.fixture
def two() -> Two:
    return of_two
