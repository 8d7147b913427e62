"""What every service of records is: how it is asked, how its answers are understood, its pace and its errors."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Literal, Protocol
from urllib.parse import quote

from store.review import Source

LONGEST_WAIT = 120.0
"""Seconds that a service may ask to be left alone for; when it asks for more, the rest is left to the next watch."""
AGENT = "gonogo"


@dataclass(frozen=True, slots=True)
class Window:
    """Days that are asked for, both included, as `2026-01-31`; `since` may be empty: from the beginning."""

    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Request:
    """What a service is asked. What it must be told in secret stands apart from what can be shown."""

    url: str
    params: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    secret: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    """Headers that hold keys or an address of mail."""

    @property
    def shown(self) -> str:
        """The whole address, in which no key stands."""
        query = "&".join(f"{quote(name, safe='')}={quote(value, safe='')}" for name, value in self.params)
        return f"{self.url}?{query}" if query else self.url


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: names of headers in lower case, and the body as it was before it was packed for the way."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Page:
    """Records of an answer, as items of JSON that the reader of literature knows, and where the next page begins."""

    items: tuple[tuple[str, Mapping[str, object]], ...]
    """Each with the service's own id of it, which may be empty."""
    next: str | None
    """Cursor of the next page; None after the last."""
    total: int = 0
    """How many records there are in all, as the service says; 0 where it does not."""
    spent: float = 0.0
    """Of the budget of the service, in its own unit."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why an answer holds no records.

    `slower`: the same may be asked again after `wait` seconds; `broken`: it may be asked again; `spent`: the budget of
    the service is used up; `refused`: it is of no use to ask again.
    """

    kind: Literal["slower", "broken", "spent", "refused"]
    reason: str
    wait: float = 0.0


class Broken(Exception):
    """An answer cannot be understood. Asking again may help. The message is safe to print."""


class Hopeless(Exception):
    """It is of no use to ask again. The message is safe to print."""


class Unreached(Exception):
    """The service is not reached. The message is safe to print."""


class Service(Protocol):
    """A service of records."""

    @property
    def name(self) -> Source:
        """As it is called in a study."""

    @property
    def pace(self) -> float:
        """Seconds between two requests."""

    @property
    def overlap(self) -> int:
        """Days by which a window overlaps the one before: what comes to be known later than its date is not lost."""

    @property
    def counts(self) -> bool:
        """Whether its totals are exact, so that what ends before is cut off."""

    def request(self, query: str, window: Window, cursor: str) -> Request:
        """What to ask for a page; `cursor` is empty for the first."""

    def trouble(self, answer: Answer) -> Trouble | None:
        """Why an answer holds no records, by its status and its headers."""

    def page(self, answer: Answer, query: str, cursor: str) -> Page:
        """The records of an answer to a query at a cursor. Raises Broken, or Hopeless for an error told."""


def common_trouble(answer: Answer) -> Trouble | None:
    """What statuses mean at every service (RFC 9110, RFC 6585)."""
    status = answer.status
    if status == 200:
        return None
    if status == 429 or (status == 503 and "retry-after" in answer.headers):
        return slower(answer)
    if status in (408, 425) or status >= 500:
        return Trouble("broken", f"the service fails (HTTP {status})")
    if status in (401, 403):
        return Trouble("refused", f"the service refuses access (HTTP {status})")
    if status in (400, 404, 422):
        return Trouble("refused", f"the service does not take the query (HTTP {status})")
    return Trouble("refused", f"the service answers with HTTP {status}")


def slower(answer: Answer, what: str = "wants to be asked less often") -> Trouble:
    """The service wants to be asked less often, or not for so long that it comes to the same as a spent budget."""
    wait = retry_after(answer)
    if wait > LONGEST_WAIT:
        return Trouble("spent", f"the service asks to wait {wait:.0f} s (HTTP {answer.status})")
    return Trouble("slower", f"the service {what} (HTTP {answer.status})", wait)


def retry_after(answer: Answer) -> float:
    """Seconds that the header Retry-After names, as a number or as a date (RFC 9110, section 10.2.3); 0 without."""
    said = answer.headers.get("retry-after", "")
    if (seconds := number(said)) is not None:
        return max(seconds, 0.0)
    try:
        until, now = parsedate_to_datetime(said), parsedate_to_datetime(answer.headers.get("date", ""))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return 0.0


def number(text: str) -> float | None:
    """A finite number of a header; None for what is none."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def object_of(answer: Answer) -> dict[str, object]:
    """The JSON object that an answer is; Broken for anything else."""
    start = answer.body[:1000].lstrip()
    if start.startswith(b"<"):
        raise Broken("it answers with a web page instead of JSON")
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        raise Broken("its answer is not JSON, or is cut off") from None
    if not isinstance(found, dict):
        raise Broken("its answer is JSON of another kind")
    return found


def items_of(found: Mapping[str, object], key: str) -> list[Mapping[str, object]]:
    """The records in a list that must be there, empty where they are no objects; Broken where there is no list."""
    listed = found.get(key)
    if not isinstance(listed, list):
        raise Broken("its answer has no list of records")
    return [each if isinstance(each, dict) else {} for each in listed]


def inner(found: Mapping[str, object], key: str) -> Mapping[str, object]:
    """An object in an object; an empty one where there is none."""
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def whole(value: object) -> int:
    """A number of records; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53 else 0
