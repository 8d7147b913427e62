"""Asks arXiv for preprints.

Queries, dates, paging, the Atom feed and its errors: https://info.arxiv.org/help/api/user-manual.html; one request in
three seconds: https://info.arxiv.org/help/api/tou.html. There are no keys. An empty page before the end is an error
that comes and goes (lukasschwab/arxiv.py#43).
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from store.review import Source
from tasks.literature.reading.identifiers import arxiv_of
from tasks.literature.reading.outcome import shown
from tasks.literature.sources.naming import csl_name
from tasks.literature.sources.service import (
    AGENT,
    Answer,
    Broken,
    Hopeless,
    Page,
    Request,
    Trouble,
    Window,
    common_trouble,
)
from tasks.literature.sources.terms import alternatives

RESULTS = 100
MOST = 30_000
"""Records that counting from the start reaches."""
_ATOM = "{http://www.w3.org/2005/Atom}"
_OWN = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_FIRST_DAY = "19910101"


@dataclass(frozen=True, slots=True)
class Arxiv:
    """The service at export.arxiv.org. Preprints are announced days after the date by which they are asked for."""

    base: str = "https://export.arxiv.org/api"
    pace: float = 3.0
    overlap: int = 7

    name: ClassVar[Source] = "arxiv"
    counts: ClassVar[bool] = True

    def request(self, query: str, window: Window, cursor: str) -> Request:
        """A page of the preprints of which any field has the terms, by the day they were first submitted."""
        groups = [" AND ".join(f'all:"{term}"' for term in group) for group in alternatives(query)]
        since = window.since.replace("-", "") or _FIRST_DAY
        terms = " OR ".join(f"({group})" for group in groups)
        days = f"submittedDate:[{since}0000 TO {window.until.replace('-', '')}2359]"
        return Request(
            f"{self.base}/query",
            (
                ("search_query", f"({terms}) AND {days}" if len(groups) > 1 else f"{groups[0]} AND {days}"),
                ("sortBy", "submittedDate"),
                ("sortOrder", "ascending"),
                ("start", cursor or "0"),
                ("max_results", str(RESULTS)),
            ),
            (("User-Agent", AGENT), ("Accept", "application/atom+xml")),
        )

    def trouble(self, answer: Answer) -> Trouble | None:
        """As everywhere; a query that is not understood comes with status 400, or as the one entry of a feed."""
        return common_trouble(answer)

    def page(self, answer: Answer, query: str, cursor: str) -> Page:  # noqa: ARG002
        """Entries as items of CSL-JSON."""
        feed = _feed(answer.body)
        entries = feed.findall(f"{_ATOM}entry")
        said = (feed.findtext(f"{_SEARCH}totalResults") or "").strip()
        total = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0
        at = int(cursor or "0")
        if len(entries) == 1 and "/api/errors" in _text(entries[0], f"{_ATOM}id"):
            raise Hopeless(f"the service does not take the query: {shown(_text(entries[0], f'{_ATOM}summary'), 80)}")
        if not entries and at < total:
            raise Broken(f"it gives an empty page at {at} of {total} records")
        after = at + RESULTS
        following = str(after) if after < min(total, MOST) else None
        return Page(tuple((item_id(each), _item(each)) for each in entries), following, total)


def _feed(body: bytes) -> ET.Element:
    """The feed that an answer is. What declares a document type, or entities, is not parsed at all."""
    try:
        text = body.decode()
    except UnicodeDecodeError:
        raise Broken("its answer is not UTF-8") from None
    lowered = text.lower()
    if "<!doctype html" in lowered[:1000] or "<html" in lowered[:1000]:
        raise Broken("it answers with a web page instead of a feed")
    if "<!doctype" in lowered or "<!entity" in lowered:
        raise Broken("its answer declares a document type, which no feed of arXiv does")
    try:
        feed = ET.fromstring(text)
    except (ET.ParseError, ValueError):
        raise Broken("its answer is not XML, or is cut off") from None
    if feed.tag != f"{_ATOM}feed":
        raise Broken("its answer is XML of another kind")
    return feed


def item_id(entry: ET.Element) -> str:
    """The arXiv id of an entry, without its version: versions are of one work."""
    found = arxiv_of(_text(entry, f"{_ATOM}id"))
    stem, _, version = found.rpartition("v")
    return stem if stem and version.isdigit() else found


def _item(entry: ET.Element) -> Mapping[str, object]:
    id = item_id(entry)
    authors = (_text(each, f"{_ATOM}name") for each in entry.findall(f"{_ATOM}author"))
    told = {
        "id": f"arXiv:{id}" if id else "",
        "type": "article",
        "title": _text(entry, f"{_ATOM}title"),
        "author": [name for each in authors if (name := csl_name(each))],
        "issued": {"raw": _text(entry, f"{_ATOM}published")[:10]},
        "publisher": "arXiv",
        "DOI": _text(entry, f"{_OWN}doi"),
        "archive": "arXiv" if id else "",
        "archive_location": arxiv_of(_text(entry, f"{_ATOM}id")),
        "abstract": _text(entry, f"{_ATOM}summary"),
        "URL": _text(entry, f"{_ATOM}id"),
        "keyword": [term for each in entry.findall(f"{_ATOM}category") if (term := each.get("term", ""))],
    }
    return {key: value for key, value in told.items() if value}


def _text(entry: ET.Element, tag: str) -> str:
    """The text of a child, on one line."""
    return " ".join((entry.findtext(tag) or "").split())
