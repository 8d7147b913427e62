"""Asks Crossref for works.

Parameters, filters, access and limits: https://api.crossref.org/swagger-ui/index.html and
https://www.crossref.org/documentation/retrieve-metadata/rest-api/access-and-authentication/. Pages are counted from
the start of the list, up to 10,000 records: a cursor lives for minutes, always names a next page (CrossRef/rest-api-doc
#303) and leads to fewer records than there are (#294), so that a watch that was killed could not go on from it.
Crossref finds what has any of the words, the best first, and knows no phrases (#143): what lacks some of them is left
out here, and a page of nothing else is the last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from store.review import Source
from tasks.literature.sources.service import (
    AGENT,
    Answer,
    Broken,
    Page,
    Request,
    Trouble,
    Window,
    common_trouble,
    inner,
    items_of,
    object_of,
    whole,
)
from tasks.literature.sources.terms import alternatives, speaks_of

ROWS = 100
_TAG = re.compile(r"<[^<>]{0,200}>")
MOST = 10_000
"""Records that counting from the start reaches."""
_SELECT = (
    "DOI,type,title,subtitle,author,editor,issued,published,published-print,published-online,container-title,"
    "publisher,volume,issue,page,abstract,ISSN,ISBN,URL"
)


@dataclass(frozen=True, slots=True)
class Crossref:
    """The service at api.crossref.org, which wants to be told an address of mail."""

    mail: str = field(default="", repr=False)
    base: str = "https://api.crossref.org"
    pace: float = 1.0
    overlap: int = 1

    name: ClassVar[Source] = "crossref"
    counts: ClassVar[bool] = False

    def request(self, query: str, window: Window, cursor: str) -> Request:
        """A page of the works whose description speaks of the words. Crossref has neither phrases nor operators."""
        words = " ".join(term for group in alternatives(query) for term in group)
        since = [f"from-created-date:{window.since}"] if window.since else []
        return Request(
            f"{self.base}/works",
            (
                ("query.bibliographic", words),
                ("filter", ",".join([*since, f"until-created-date:{window.until}"])),
                ("rows", str(ROWS)),
                ("offset", cursor or "0"),
                ("select", _SELECT),
            ),
            (("Accept", "application/json"), *(() if self.mail else (("User-Agent", AGENT),))),
            (("User-Agent", f"{AGENT} (mailto:{self.mail})"),) if self.mail else (),
        )

    def trouble(self, answer: Answer) -> Trouble | None:
        """As everywhere."""
        return common_trouble(answer)

    def page(self, answer: Answer, query: str, cursor: str) -> Page:
        """Works as items of CSL-JSON, which is close to what Crossref has."""
        message = inner(object_of(answer), "message")
        works = items_of(message, "items")
        total, at = whole(message.get("total-results")), int(cursor or "0")
        if not works and at < total:
            raise Broken(f"it gives an empty page at {at} of {total} records")
        groups = alternatives(query)
        found = [work for work in works if not work or speaks_of(_described(work), groups)]
        following = str(at + ROWS) if found and at + ROWS < min(total, MOST) else None
        return Page(tuple((_text(work, "DOI").lower(), _item(work)) for work in found), following)


def _described(work: Mapping[str, object]) -> str:
    """What Crossref looks through, and the abstract."""
    authors = work.get("author")
    names = [_text(each, "family") for each in authors if isinstance(each, dict)] if isinstance(authors, list) else []
    return _TAG.sub(
        " ", "\n".join([*(_text(work, key) for key in ("title", "subtitle", "container-title", "abstract")), *names])
    )


def _item(work: Mapping[str, object]) -> Mapping[str, object]:
    title, subtitle = _text(work, "title"), _text(work, "subtitle")
    told = {key: value for key, value in work.items() if key not in ("id", "subtitle")}
    if title and subtitle and subtitle.casefold() not in title.casefold():
        told["title"] = f"{title}: {subtitle}"
    return {"id": _text(work, "DOI").lower()} | told


def _text(work: Mapping[str, object], key: str) -> str:
    value = work.get(key)
    if isinstance(value, list):
        value = value[0] if value else ""
    return value if isinstance(value, str) else ""
