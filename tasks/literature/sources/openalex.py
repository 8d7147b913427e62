"""Asks OpenAlex for works.

Addresses, paging, keys and costs: https://developers.openalex.org/guides/page-through-results,
https://developers.openalex.org/api-reference/authentication and https://developers.openalex.org/api-reference/errors.
A key is taken in the header `Authorization` too (J535D165/pyalex#30, from OpenAlex's support), and so it never stands
in an address. Cursors are for who has a key; without one pages are numbered, up to 10,000 records.
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
    Page,
    Request,
    Trouble,
    Window,
    common_trouble,
    inner,
    items_of,
    number,
    object_of,
    slower,
    whole,
)
from tasks.literature.sources.terms import alternatives, quoted

PAGE = 100
"""Records of a page, at most as many as are allowed."""
MOST = 10_000
"""Records that numbered pages reach."""
_SELECT = (
    "id,doi,title,display_name,publication_year,publication_date,ids,language,primary_location,type,authorships,"
    "biblio,keywords,abstract_inverted_index"
)
_NUMBERED = re.compile(r"page:([0-9]{1,4})")


@dataclass(frozen=True, slots=True)
class OpenAlex:
    """The service at api.openalex.org.

    It is asked by date of publication, as the date on which a work was added may be asked for by paid plans alone;
    works are added weeks after that, which is why windows overlap by so much.
    """

    key: str = field(default="", repr=False)
    base: str = "https://api.openalex.org"
    pace: float = 0.2
    overlap: int = 30

    name: ClassVar[Source] = "openalex"
    counts: ClassVar[bool] = True

    def request(self, query: str, window: Window, cursor: str) -> Request:
        """A page of the works of which title, abstract or text speaks of the terms."""
        groups = [" AND ".join(quoted(term) for term in group) for group in alternatives(query)]
        search = groups[0] if len(groups) == 1 else " OR ".join(f"({group})" for group in groups)
        since = [f"from_publication_date:{window.since}"] if window.since else []
        return Request(
            f"{self.base}/works",
            (
                ("search", search),
                ("filter", ",".join([*since, f"to_publication_date:{window.until}"])),
                ("sort", "publication_date"),
                ("per_page", str(PAGE)),
                ("select", _SELECT),
                ("page", str(at)) if (at := self._number(cursor)) else ("cursor", cursor or "*"),
            ),
            (("User-Agent", AGENT), ("Accept", "application/json")),
            (("Authorization", f"Bearer {self.key}"),) if self.key else (),
        )

    def trouble(self, answer: Answer) -> Trouble | None:
        """A refusal for the daily budget is told from one for the pace by what the headers say is left."""
        if answer.status == 429 and _is_spent(answer):
            return Trouble("spent", "the daily budget of the service is used up (HTTP 429)")
        if answer.status == 403:
            return slower(answer, "refuses access, or wants to be asked less often")
        return common_trouble(answer)

    def page(self, answer: Answer, query: str, cursor: str) -> Page:  # noqa: ARG002
        """Works as they came."""
        found = object_of(answer)
        meta = inner(found, "meta")
        works = items_of(found, "results")
        total = whole(meta.get("count"))
        following, after = meta.get("next_cursor"), None
        if at := self._number(cursor):
            after = f"page:{at + 1}" if works and at * PAGE < min(total, MOST) else None
        elif isinstance(following, str) and following and works:
            after = following
        cost = number(answer.headers.get("x-ratelimit-cost-usd", ""))
        told = number(str(meta.get("cost_usd", "")))
        spent = cost if cost is not None else told or 0.0
        return Page(tuple((_id(work), work) for work in works), after, total, max(spent, 0.0))

    def _number(self, cursor: str) -> int:
        """Of the page that a cursor means; 0 where pages are not numbered."""
        if not cursor:
            return 0 if self.key else 1
        found = _NUMBERED.fullmatch(cursor)
        return int(found[1]) if found else 0


def _is_spent(answer: Answer) -> bool:
    left = number(answer.headers.get("x-ratelimit-remaining", ""))
    needed = number(answer.headers.get("x-ratelimit-credits-required", ""))
    money = number(answer.headers.get("x-ratelimit-remaining-usd", ""))
    return (left is not None and left < max(needed or 0.0, 1e-9)) or (money is not None and money <= 0)


def _id(work: Mapping[str, object]) -> str:
    value = work.get("id")
    return value if isinstance(value, str) else ""
