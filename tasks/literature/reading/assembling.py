"""Puts a record together from what a format says of it, each part in its normal form."""

from __future__ import annotations

import re
from collections.abc import Iterable

from tasks.literature.reading.cleaning import clean, clean_code
from tasks.literature.reading.identifiers import arxiv_of, doi_of, identifiers_of
from tasks.literature.reading.outcome import Unreadable
from tasks.literature.record import TYPES, Date, Name, Record

_DASH = re.compile(r"(?:\s*+[-–—‐‑−]\s*+)+")
_ADDRESS = re.compile(r"(?:(?:https?|ftp)://|www\.)\S+", re.I)
_ARXIV_DOI = "10.48550/arxiv."


def assembled(
    *,
    title: str,
    type: str = "document",
    authors: Iterable[Name] = (),
    editors: Iterable[Name] = (),
    issued: Date | None = None,
    container: str = "",
    publisher: str = "",
    volume: str = "",
    issue: str = "",
    pages: str = "",
    doi: str = "",
    arxiv: str = "",
    identifiers: Iterable[tuple[str, str]] = (),
    url: str = "",
    abstract: str = "",
    language: str = "",
    keywords: Iterable[str] = (),
) -> Record:
    """A record of text as a file holds it.

    An arXiv id that only the DOI, the address or the container names is taken from there. Raises Unreadable where
    there is no title.
    """
    title, container, url = clean(title), clean(container), _address(url)
    if not title:
        raise Unreadable("it has no title")
    doi = doi_of(doi) or (doi_of(url) if "doi.org/" in url.lower() else "")
    return Record(
        title=title,
        type=type if type in TYPES else "document",
        authors=_names(authors),
        editors=_names(editors),
        issued=issued,
        container=container,
        publisher=clean(publisher),
        volume=clean(volume),
        issue=clean(issue),
        pages=_DASH.sub("-", clean(pages)),
        doi=doi,
        arxiv=arxiv_of(arxiv) or _arxiv_from(doi, url, container),
        identifiers=identifiers_of(identifiers),
        url=url,
        abstract=clean(abstract),
        language=clean(language),
        keywords=tuple(dict.fromkeys(word for each in keywords if (word := clean(each)))),
    )


def _names(names: Iterable[Name]) -> tuple[Name, ...]:
    """Names with a family name and more, or as a whole."""
    found = []
    for name in names:
        family, given, suffix = clean(name.family), clean(name.given), clean(name.suffix)
        if family and (given or suffix):
            found.append(Name(family, given, suffix))
        elif whole := clean(name.literal) or family or " ".join(each for each in (given, suffix) if each):
            found.append(Name(literal=whole))
    return tuple(found)


def _address(text: str) -> str:
    found = _ADDRESS.search(clean_code(text))
    return found[0] if found else ""


def _arxiv_from(doi: str, url: str, container: str) -> str:
    if doi.startswith(_ARXIV_DOI):
        return arxiv_of(doi.removeprefix(_ARXIV_DOI))
    return arxiv_of(url) if "arxiv.org/" in url.lower() else arxiv_of(container) if "arxiv" in container.lower() else ""
