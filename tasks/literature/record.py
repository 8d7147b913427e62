"""One bibliographic record, in the terms of CSL-JSON: what was read of a work, whatever format it came in.

All text is in the form that `tasks.literature.reading.cleaning` gives it: one line, NFC, no control characters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

TYPES = frozenset({
    "article", "article-journal", "article-magazine", "article-newspaper", "bill", "book", "broadcast", "chapter",
    "classic", "collection", "dataset", "document", "entry", "entry-dictionary", "entry-encyclopedia", "event",
    "figure", "graphic", "hearing", "interview", "legal_case", "legislation", "manuscript", "map", "motion_picture",
    "musical_score", "pamphlet", "paper-conference", "patent", "performance", "periodical", "personal_communication",
    "post", "post-weblog", "regulation", "report", "review", "review-book", "software", "song", "speech", "standard",
    "thesis", "treaty", "webpage",
})  # fmt: skip
"""Types of items in CSL 1.0.2; `article` is a preprint or working paper, `document` what has no type of its own."""


@dataclass(frozen=True, slots=True)
class Name:
    """A person, with `family` and `given` or `suffix`; or any other name, with `literal` alone."""

    family: str = ""
    """With particles, as in `van der Berg`."""
    given: str = ""
    suffix: str = ""
    """Such as `Jr.` or `III`."""
    literal: str = ""


@dataclass(frozen=True, slots=True)
class Date:
    """When a work was issued, as far as it is known."""

    year: int
    """From 1 to 9999."""
    month: int = 0
    """From 1 to 12; 0 where it is unknown."""
    day: int = 0
    """From 1 to 31, and only with a month; 0 where it is unknown."""


class Identifier(NamedTuple):
    """An identifier that is neither a DOI nor of arXiv."""

    scheme: str
    """`isbn`, `issn`, `mag`, `openalex`, `pmcid`, `pmid`, or another word of lower-case letters and digits."""
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """A work as one source describes it. Text that is not known is empty, and a date None."""

    title: str
    """Never empty."""
    type: str = "document"
    """One of `TYPES`."""
    authors: tuple[Name, ...] = ()
    editors: tuple[Name, ...] = ()
    issued: Date | None = None
    container: str = ""
    """Journal, proceedings, book or series that it is part of."""
    publisher: str = ""
    volume: str = ""
    issue: str = ""
    pages: str = ""
    """As in `12-34`."""
    doi: str = ""
    """Lower case, without the address of a resolver."""
    arxiv: str = ""
    """With its version, if the source has one, as in `2103.00020v2`."""
    identifiers: tuple[Identifier, ...] = ()
    """In order, none twice."""
    url: str = ""
    abstract: str = ""
    language: str = ""
    keywords: tuple[str, ...] = ()
    """In the source's order, none twice."""
