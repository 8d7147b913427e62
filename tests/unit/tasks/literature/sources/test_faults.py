"""Whatever a service answers over HTTP, a watch ends, tells why in one line, and keeps what came."""

from __future__ import annotations

import gzip
import json
import logging
import socket
import threading
import time
import unicodedata
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tasks.literature.reading.outcome import LONGEST_REASON
from tasks.literature.sources.fetching import fetch
from tasks.literature.sources.service import Answer, Broken, Hopeless, Request, Service, Trouble, Unreached
from tasks.literature.sources.spooling import held, pages_in
from tasks.literature.sources.watching import Watched, watch

from .conftest import KEY, MAIL, NAMES, SIZE, Library, Reply, Seen, service

Serving = Callable[..., Any]
Play = Callable[[Seen, int], Reply]


def going(service: Service, spool: Path, budget: int = 20, **more: Any) -> Watched:
    more = {"sleep": lambda _: None} | more
    return watch(service, "attention", "2026-01-02", "2026-01-31", spool, budget, **more)


def at_second(name: str, reply: Reply, until: int = 10_000) -> Play:
    """Plays a service that gives something else than its second page, up to some request."""
    return lambda seen, n: reply if 2 <= n < until else Reply(200, *Library().answer(name, seen.params))


def is_safe(reason: str) -> bool:
    return (
        0 < len(reason) <= LONGEST_REASON
        and not any(unicodedata.category(each) in ("Cc", "Cf", "Cs", "Zl", "Zp") for each in reason)
        and KEY not in reason
        and MAIL not in reason
    )


HTML = b"<!DOCTYPE html><html><body>\x1b[31mSorry</body></html>"
REPLIES: list[tuple[str, Reply, int, str]] = [
    ("403", Reply(403, {}, b"Forbidden"), 2, "refuses access (HTTP 403)"),
    ("401", Reply(401, {}, HTML), 2, "refuses access (HTTP 401)"),
    ("400", Reply(400, {}, b'{"error": "\x1b[2Jbad"}'), 2, "does not take the query (HTTP 400)"),
    ("500", Reply(500, {}, HTML), 4, "the service fails (HTTP 500), after 3 tries"),
    ("502", Reply(502, {}, HTML), 4, "the service fails (HTTP 502), after 3 tries"),
    ("418", Reply(418), 2, "the service answers with HTTP 418"),
    ("304", Reply(304), 2, "the service answers with HTTP 304"),
    ("429", Reply(429, {"retry-after": "2"}), 4, "wants to be asked less often (HTTP 429), after 3 tries"),
    ("429 for long", Reply(429, {"retry-after": "54000"}), 2, "asks to wait 54000 s (HTTP 429)"),
    ("429 until a date", Reply(429, {"retry-after": "Wed, 21 Oct 2099 07:28:00 GMT"}), 2, "asks to wait"),
    ("html", Reply(200, {"content-type": "text/html"}, HTML), 4, "a web page"),
    ("empty", Reply(200, {}, b""), 4, "cut off"),
    ("cut off", Reply(200, {"content-length": "5000"}, b'{"results": ['), 4, "its answer"),
    ("another kind", Reply(200, {}, b"[]"), 4, "after 3 tries"),
    ("no list", Reply(200, {}, b'{"meta": 3, "message": [], "results": {}}'), 4, "after 3 tries"),
    ("deep", Reply(200, {}, b"[" * 200_000), 4, "after 3 tries"),
    ("long number", Reply(200, {}, b"1" * 200_000), 4, "after 3 tries"),
    ("moved elsewhere", Reply(301, {"location": "http://localhost:1/\x7f"}), 2, "(HTTP 301): 'localhost'"),
    ("moved nowhere", Reply(301), 2, "moved elsewhere (HTTP 301)"),
    ("moved in a circle", Reply(302, {"location": "/again?x=1"}), 5, "from one address to the next"),
    ("packed otherwise", Reply(200, {"content-encoding": "br"}, b"xx"), 4, "packed in a way"),
    ("packed wrongly", Reply(200, {"content-encoding": "gzip"}, b"xx"), 4, "cannot be unpacked"),
    ("packed and cut", Reply(200, {"content-encoding": "gzip"}, gzip.compress(b"x" * 999)[:20]), 4, "cut off"),
    ("a bomb", Reply(200, {"content-encoding": "gzip"}, gzip.compress(bytes(17 << 20))), 2, "larger than 16 MiB"),
    ("no http", Reply(write=lambda file: file.write(b"\x00\x1b[31m nonsense\r\n\r\n")), 4, "after 3 tries"),
    ("hung up", Reply(write=lambda file: None), 4, "after 3 tries"),
]  # fmt: skip


@pytest.mark.parametrize("name", ["openalex", "arxiv"])
@pytest.mark.parametrize(
    ("reply", "asked", "reason"), [each[1:] for each in REPLIES], ids=[each[0] for each in REPLIES]
)
def test_a_fault_after_the_first_page_is_partial_and_what_came_is_kept(
    name: str, reply: Reply, asked: int, reason: str, serving: Serving, tmp_path: Path
) -> None:
    if name == "openalex" and reply.status == 403:
        asked, reason = 4, "refuses access, or wants to be asked less often (HTTP 403), after 3 tries"
    with serving(at_second(name, reply)) as server:
        watched = going(service(name, server.base), tmp_path)
    assert (watched.outcome, watched.until, len(watched.pages)) == ("partial", "", 1)
    assert reason in watched.reason
    assert is_safe(watched.reason)
    assert watched.requests == len(server.seen) == asked


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("status", [500, 429, 503])
def test_a_fault_that_passes_costs_nothing_but_requests(
    name: str, status: int, serving: Serving, tmp_path: Path
) -> None:
    slept = list[float]()
    reply = Reply(status, {"retry-after": "7"} if status != 500 else {}, HTML)
    with serving(at_second(name, reply, until=4)) as server:
        asked = service(name, server.base)
        watched = going(asked, tmp_path, sleep=slept.append)
    assert (watched.outcome, watched.reason) == ("done", "")
    assert len({item["id"] for page in watched.pages for item in json.loads(page)}) == 8 * SIZE
    assert watched.requests == len(server.seen) <= 8 + 3
    assert slept[2] == (2.0 if status == 500 else 7.0)
    assert slept[-1] == asked.pace * (1 if status == 500 else 4)


def test_openalex_tells_a_spent_budget_from_a_pace() -> None:
    def told(**headers: str) -> Trouble | None:
        return service("openalex").trouble(Answer(429, {k.replace("_", "-"): v for k, v in headers.items()}, b""))

    spent = Trouble("spent", "the daily budget of the service is used up (HTTP 429)")
    assert told(x_ratelimit_remaining="0", retry_after="3") == spent
    assert told(x_ratelimit_remaining="5", x_ratelimit_credits_required="10") == spent
    assert told(x_ratelimit_remaining_usd="0") == spent
    for headers in ({}, {"x_ratelimit_remaining": "990"}, {"x_ratelimit_remaining": "nan"}):
        assert told(retry_after="3", **headers) == Trouble(
            "slower", "the service wants to be asked less often (HTTP 429)", 3.0
        )


@pytest.mark.parametrize("name", NAMES)
def test_a_spent_budget_before_the_first_page_is_partial(name: str, serving: Serving, tmp_path: Path) -> None:
    reply = Reply(429, {"x-ratelimit-remaining": "0", "retry-after": "9999"})
    with serving(lambda seen, n: reply) as server:
        watched = going(service(name, server.base), tmp_path)
    assert (watched.outcome, watched.pages, watched.until, len(server.seen)) == ("partial", (), "", 1)
    assert is_safe(watched.reason)


@pytest.mark.parametrize("name", NAMES)
def test_without_a_network_the_watch_is_skipped_and_later_goes_on(name: str, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        base = f"http://127.0.0.1:{free.getsockname()[1]}"
        watched = going(service(name, base), tmp_path)
    assert (watched.outcome, watched.pages, watched.requests) == ("skipped", (), 1)
    assert watched.reason == "the service is not reached; there may be no network"
    assert going(service(name), tmp_path, get=Library().get(name)).outcome == "done"


def test_a_network_that_goes_away_after_the_first_page_is_partial(tmp_path: Path) -> None:
    left = [Library().get("crossref")]

    def get(request: Request) -> Answer:
        if not left:
            raise Unreached("the service is not reached; there may be no network")
        return left.pop()(request)

    watched = going(service("crossref"), tmp_path, get=get)
    assert (watched.outcome, len(watched.pages), watched.requests) == ("partial", 1, 4)
    again = going(service("crossref"), tmp_path, get=get)
    assert (again.outcome, len(again.pages), again.requests) == ("partial", 1, 7)


def test_a_cursor_that_comes_again_ends_the_watch(tmp_path: Path) -> None:
    def get(request: Request) -> Answer:
        page = Library().openalex(dict(request.params))
        page["meta"]["next_cursor"] = "Ils3"
        return Answer(200, {}, json.dumps(page).encode())

    for _ in range(2):
        watched = going(service("openalex"), tmp_path, get=get)
        assert (watched.outcome, len(watched.pages), watched.requests) == ("partial", 2, 2)
        assert watched.reason == "the service names a page again that it gave before"


def test_cursors_without_end_end_with_the_budget(tmp_path: Path) -> None:
    asked = list[Request]()

    def get(request: Request) -> Answer:
        asked.append(request)
        page = Library().openalex({"cursor": "*"})
        page["meta"]["next_cursor"] = f"page:{len(asked)}\ud800"
        return Answer(200, {}, json.dumps(page).encode())

    watched = going(service("openalex"), tmp_path, get=get, budget=7)
    assert (watched.outcome, len(watched.pages), watched.requests, len(asked)) == ("partial", 1, 7, 7)


@pytest.mark.parametrize("budget", [-1, 0, 1, 3])
def test_the_budget_of_requests_is_never_exceeded(budget: int, serving: Serving, tmp_path: Path) -> None:
    with serving(lambda seen, n: Reply(500)) as server:
        watched = going(service("arxiv", server.base), tmp_path, budget)
    assert watched.outcome == "partial"
    assert watched.requests == len(server.seen) == max(budget, 0)


def test_two_workers_on_one_spool_ask_once(tmp_path: Path) -> None:
    inside, go_on = threading.Event(), threading.Event()
    asked, outcomes = list[Request](), list[Watched]()

    def get(request: Request) -> Answer:
        asked.append(request)
        inside.set()
        assert go_on.wait(10)
        return Library().get("crossref")(request)

    first = threading.Thread(target=lambda: outcomes.append(going(service("crossref"), tmp_path, get=get)))
    first.start()
    assert inside.wait(10)
    second = going(service("crossref"), tmp_path, get=get)
    go_on.set()
    first.join()
    assert (second.outcome, second.reason, second.pages) == ("skipped", "another worker asks", ())
    assert outcomes[0].outcome == "done"
    assert len(asked) == 8
    with held(tmp_path) as mine:
        assert mine


def test_a_page_that_is_not_whole_on_disk_is_asked_for_again(tmp_path: Path) -> None:
    whole = going(service("crossref"), tmp_path, get=Library().get("crossref"))
    (tmp_path / "000002.page").write_bytes(b"{")
    (tmp_path / "000009.page.partial").write_bytes(b"{")
    assert len(pages_in(tmp_path)) == 2
    assert going(service("crossref"), tmp_path, get=Library().get("crossref")).pages == whole.pages


def drip(chunk: bytes, head: bytes, every: float) -> Callable[[Any], None]:
    def write(file: Any) -> None:
        file.write(head)
        for _ in range(200):
            file.write(chunk)
            file.flush()
            time.sleep(every)

    return write


SLOW = {
    "header": Reply(write=drip(b"x", b"HTTP/1.1 200 OK\r\nX: ", 0.05)),
    "body": Reply(write=drip(b" ", b"HTTP/1.1 200 OK\r\n\r\n", 0.05)),
    "silence": Reply(write=drip(b"", b"", 0.05)),
}


@pytest.mark.parametrize("where", SLOW)
def test_a_slow_answer_is_given_up(where: str, serving: Serving, tmp_path: Path) -> None:
    with serving(lambda seen, n: SLOW[where]) as server:
        begun = time.monotonic()
        with pytest.raises(Broken, match=r"longer than|too long"):
            fetch(Request(f"{server.base}/works"), slowest=0.3)
        assert time.monotonic() - begun < 1.5


def test_a_name_that_is_looked_up_for_too_long_is_no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    looked = threading.Event()

    def never(*args: Any, **kwargs: Any) -> None:
        looked.wait(5)
        raise OSError

    monkeypatch.setattr(socket, "getaddrinfo", never)
    with pytest.raises(Unreached, match="no network"):
        fetch(Request("http://a.example/works"), slowest=0.3)
    looked.set()


def test_an_answer_without_end_is_given_up(serving: Serving) -> None:
    def endless(file: Any) -> None:
        file.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            file.write(b" " * 65_536)

    def play(seen: Seen, n: int) -> Reply:
        return Reply(write=endless)

    with serving(play) as server, pytest.raises(Hopeless, match="larger than 1 MiB"):
        fetch(Request(f"{server.base}/works"), largest=1 << 20)


def test_a_packed_answer_is_unpacked_and_no_other_packing_is_asked_for(serving: Serving) -> None:
    with serving(lambda seen, n: Reply(200, {"content-encoding": "gzip"}, gzip.compress(b"{}"))) as server:
        assert fetch(Request(f"{server.base}/works", (("q", "a b&ü"),))).body == b"{}"
    assert server.seen[0].headers["accept-encoding"] == "gzip"
    assert server.seen[0].params == {"q": "a b&ü"}


@pytest.mark.parametrize("name", ["openalex", "semantic-scholar", "crossref"])
def test_keys_go_to_the_service_in_headers_and_are_seen_nowhere_else(
    name: str, serving: Serving, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = MAIL if name == "crossref" else KEY

    def play(seen: Seen, n: int) -> Reply:
        headers, body = Library(count=5).answer(name, seen.params)
        if n == 1:
            return Reply(500, {"x-echo": "none"}, secret.encode())
        return Reply(200, headers, body.replace(b"Attention", secret.encode()))

    with serving(play) as server:
        watched = going(service(name, server.base), tmp_path)
    assert watched.outcome == "done"
    assert all(any(secret in value for value in seen.headers.values()) for seen in server.seen)
    assert not any(secret in value for seen in server.seen for value in (seen.path, *seen.params.values()))
    assert secret not in caplog.text
    assert not any(secret.encode() in page for page in watched.pages)
    assert not any(secret.encode() in path.read_bytes() for path in tmp_path.iterdir())


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_redirect_is_followed_on_the_same_host_alone(status: int, serving: Serving, tmp_path: Path) -> None:
    def play(seen: Seen, n: int, elsewhere: str = "") -> Reply:
        if seen.path == "/works":
            query = "&".join(f"{name}={value}" for name, value in seen.params.items() if name == "cursor")
            return Reply(status, {"location": f"{elsewhere}/v2/works?{query}"})
        return Reply(200, *Library(count=4).answer("openalex", seen.params))

    with serving(play) as here:
        watched = going(service("openalex", here.base), tmp_path / "here")
    assert (watched.outcome, watched.requests) == ("done", 6)
    assert all(KEY in seen.headers["authorization"] for seen in here.seen)
    with serving(play) as there, serving(partial(play, elsewhere=there.base)) as here:
        watched = going(service("openalex", here.base), tmp_path / "there")
    assert (watched.outcome, watched.requests, there.seen) == ("partial", 1, [])
    assert watched.reason == f"the service moved elsewhere (HTTP {status}): '127.0.0.1'"
