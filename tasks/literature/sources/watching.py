"""Asks one service for what is new to one query: page by page, each kept before the next, within a budget of requests.

A watch that was killed goes on from the pages that were kept and asks for at most one of them again.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Literal
from urllib.parse import SplitResult, urljoin, urlsplit

from tasks.literature.reading.outcome import LONGEST_REASON, shown
from tasks.literature.sources.fetching import fetch
from tasks.literature.sources.service import (
    Answer,
    Broken,
    Hopeless,
    Page,
    Request,
    Service,
    Trouble,
    Unreached,
    Window,
)
from tasks.literature.sources.spooling import Asked, Spooled, begun, count_request, held, keep, pages_in, requests_in
from tasks.literature.sources.terms import alternatives

MOST_TRIES = 3
"""For one page."""
MOST_MOVES = 3
"""Redirects that are followed for one page, each of which is a request."""
_MOVED = (301, 302, 303, 307, 308)
_SHORTEST_SECRET = 8
_LONGEST_CURSOR = 4000
_PORTS = {"http": 80, "https": 443}

Get = Callable[[Request], Answer]
"""Asks once. Raises Broken, Hopeless or Unreached."""

Progress = Callable[[int, int, str], None]
"""Is told how many records came, how many there are in all as far as is known, and the service."""


def silent(done: int, total: int, what: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Watched:
    """How a watch ended."""

    pages: tuple[bytes, ...]
    """In order, ready for the reader of literature; a record that an earlier page had is in no later one."""
    requests: int
    """That were made for this window, those of a watch that was killed included."""
    spent: float
    """Of the budget of the service, in its own unit."""
    until: str
    """Day up to which everything came; empty where something did not."""
    outcome: Literal["done", "partial", "skipped"]
    reason: str
    """Why not everything came: one line, safe to print."""


class _Ended(Exception):
    """A watch ends before the last page; the message says why."""


def watch(
    service: Service,
    query: str,
    since: str,
    until: str,
    spool: Path,
    requests: int,
    *,
    get: Get = fetch,
    sleep: Callable[[float], None] = time.sleep,
    progress: Progress = silent,
) -> Watched:
    """Ask for the records from `since` (a day as `2026-01-31`; empty: from the beginning) to `until`, both included.

    The pages lie in `spool` until `clear` is called, and count from there when the same is watched again; the window is
    then the one that it began with. Another worker that is at it, or no network, skips the watch. Nothing that a
    service answers raises.
    """
    with held(spool) as mine:
        if not mine:
            return Watched((), 0, 0.0, "", "skipped", "another worker asks")
        asked = begun(spool, Asked(service.name, query, since, until))
        asking = _Asking(service, asked, spool, requests, get, sleep, progress)
        outcome: Literal["done", "partial", "skipped"] = "done"
        reason = ""
        try:
            asking.go_on()
        except Unreached as error:
            outcome, reason = "skipped", str(error)
        except _Ended as error:
            outcome, reason = "partial", str(error)
        return Watched(
            tuple(page.records for page in asking.pages if page.records),
            requests_in(spool),
            sum(page.spent for page in asking.pages),
            asked.until if outcome == "done" else "",
            outcome,
            asking.hidden(" ".join(reason.split()))[:LONGEST_REASON],
        )


class _Asking:
    """One watch while it goes on."""

    def __init__(
        self,
        service: Service,
        asked: Asked,
        spool: Path,
        requests: int,
        get: Get,
        sleep: Callable[[float], None],
        progress: Progress,
    ) -> None:
        self.service, self.asked, self.spool, self.requests = service, asked, spool, requests
        self.get, self.sleep, self.progress = get, sleep, progress
        self.pages = pages_in(spool)
        self.pace = service.pace
        self.secrets: tuple[str, ...] = ()

    def go_on(self) -> None:
        """Ask until the last page. Raises _Ended before it, and Unreached where there is no network from the start."""
        if not alternatives(self.asked.query):
            raise _Ended("the query has no word in it")
        window = Window(_earlier(self.asked.since, self.service.overlap), self.asked.until)
        cursors = {"", *(page.next for page in self.pages[:-1])}
        cursor = self.pages[-1].next if self.pages else ""
        known = {id for page in self.pages for id in page.ids}
        while cursor is not None:
            if self.pages and cursor in cursors:
                raise _Ended("the service names a page again that it gave before")
            if len(cursor) > _LONGEST_CURSOR:
                raise _Ended("the service names the next page at too great a length")
            cursors.add(cursor)
            page = self._kept(self._page(window, cursor), known)
            known.update(page.ids)
            self.pages.append(page)
            self.progress(len(known), max(page.total, len(known)), self.service.name)
            cursor = page.next
        totals = [page.total for page in self.pages]
        expected = min(totals[0], totals[-1])
        if self.service.counts and len(known) < expected:
            raise _Ended(f"{len(known)} of {expected} records came; if it stays so, make the query narrower")

    def hidden(self, text: str) -> str:
        """A text without any key that a service repeats."""
        for secret in self.secrets:
            text = text.replace(secret, "(hidden)")
        return text

    def _kept(self, page: Page, known: set[str]) -> Spooled:
        """A page on disk, with those of its records that did not come before."""
        new: dict[str, str] = {}
        alike: Counter[str] = Counter()
        for id, item in page.items:
            try:
                line = self.hidden(json.dumps(item))
            except RecursionError:
                raise _Ended("its answer is nested too deeply") from None
            name = self.hidden(id)
            if not name:
                digest = sha256(line.encode()).hexdigest()
                alike[digest] += 1
                name = f"{digest}.{alike[digest]}"
            if name not in known:
                new.setdefault(name, line)
        records = f"[{f',{chr(10)}'.join(new.values())}]\n".encode() if new else b""
        following = page.next if page.next is None else self.hidden(page.next)
        kept = Spooled(records, tuple(new), following, page.total, page.spent)
        keep(self.spool, len(self.pages), kept)
        return kept

    def _page(self, window: Window, cursor: str) -> Page:
        """The page at a cursor, asked for as often as it takes or is allowed."""
        request = self.service.request(self.asked.query, window, cursor)
        self.secrets = _secrets(request)
        tries = moves = 0
        while True:
            try:
                answer = self._answer(request)
                if answer.status in _MOVED:
                    moves += 1
                    request = _moved(request, answer, moves)
                    continue
                trouble = self.service.trouble(answer)
                if trouble is None:
                    return self.service.page(answer, self.asked.query, cursor)
            except Hopeless as error:
                raise _Ended(str(error)) from None
            except Broken as error:
                trouble = Trouble("broken", str(error))
            except Unreached as error:
                if not self.pages and not tries and not moves:
                    raise
                trouble = Trouble("broken", str(error))
            tries += 1
            if trouble.kind in ("spent", "refused"):
                raise _Ended(trouble.reason)
            if tries == MOST_TRIES:
                raise _Ended(f"{trouble.reason}, after {MOST_TRIES} tries")
            if trouble.kind == "slower":
                self.pace *= 2
            self.sleep(max(trouble.wait, 2.0**tries))

    def _answer(self, request: Request) -> Answer:
        """What comes back of a request that the budget allows, which is counted before it is made."""
        if requests_in(self.spool) >= self.requests:
            raise _Ended(f"the budget of {self.requests} requests is used up")
        self.sleep(self.pace)
        count_request(self.spool)
        return self.get(request)


def _earlier(day: str, days: int) -> str:
    """A day some days earlier; empty for no day."""
    return date.fromordinal(max(date.fromisoformat(day).toordinal() - days, 1)).isoformat() if day else ""


def _secrets(request: Request) -> tuple[str, ...]:
    """The words that must not be seen anywhere."""
    return tuple(
        word
        for _, value in request.secret
        for part in value.split()
        if len(word := part.strip("()").removeprefix("mailto:")) >= _SHORTEST_SECRET
    )


def _moved(request: Request, answer: Answer, moves: int) -> Request:
    """The request where the service moved to. Raises Hopeless for another host, as a key is for one host alone."""
    if moves > MOST_MOVES:
        raise Hopeless("the service sends from one address to the next")
    location = answer.headers.get("location", "")
    try:
        here, there = urlsplit(request.url), urlsplit(urljoin(request.shown, location))
        same = _host(here) == _host(there) or (
            (here.scheme, there.scheme) == ("http", "https")
            and (here.hostname, here.port, there.port) == (there.hostname, None, None)
        )
    except ValueError:
        same = False
    if not location or not same or there.username is not None:
        raise Hopeless(f"the service moved elsewhere (HTTP {answer.status}): {shown(_named(location))}")
    bare = there._replace(fragment="").geturl()
    return Request(bare, () if there.query else request.params, request.headers, request.secret)


def _host(address: SplitResult) -> tuple[str, str | None, int | None]:
    return address.scheme, address.hostname, address.port or _PORTS.get(address.scheme)


def _named(location: str) -> str:
    try:
        return urlsplit(location).hostname or "an address that cannot be read"
    except ValueError:
        return "an address that cannot be read"
