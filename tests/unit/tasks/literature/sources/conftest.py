"""Four services in small: they answer from a list of works in the shapes of the real ones, also over HTTP."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit
from xml.sax.saxutils import escape

import pytest

from tasks.literature.sources import arxiv, crossref, openalex
from tasks.literature.sources.arxiv import Arxiv
from tasks.literature.sources.crossref import Crossref
from tasks.literature.sources.openalex import OpenAlex
from tasks.literature.sources.semantic_scholar import SemanticScholar
from tasks.literature.sources.service import Answer, Request, Service

NAMES = ("openalex", "arxiv", "semantic-scholar", "crossref")
SIZE = 3
"""Works of a page in tests."""
KEY = "k3y-0123456789abcdef"
MAIL = "someone@example.org"


def title(number: int) -> str:
    return f"Attention to thing {number}: a <study> & more"


@dataclass
class Library:
    """Works 0 to `count` - 1, of which `repeated` maps the first on a page to one of an earlier page."""

    count: int = 8 * SIZE
    repeats: bool = False

    def on(self, start: int, size: int) -> list[int]:
        found = list(range(start, min(start + size, self.count)))
        return [start - 1, *found] if self.repeats and start and found else found

    def answer(self, name: str, params: dict[str, str]) -> tuple[dict[str, str], bytes]:
        kind = "application/atom+xml" if name == "arxiv" else "application/json"
        body = getattr(self, name.replace("-", "_"))(params)
        return {"content-type": kind}, body if isinstance(body, bytes) else json.dumps(body).encode()

    def openalex(self, params: dict[str, str]) -> dict[str, Any]:
        by_cursor = "cursor" in params
        said = params["cursor"] if by_cursor else params["page"]
        at = int(said.removeprefix("Ils").replace("*", "0")) if by_cursor else (int(said) - 1) * SIZE
        works = self.on(at, SIZE)
        return {
            "meta": {
                "count": self.count, "per_page": SIZE, "cost_usd": 0.001,
                "next_cursor": f"Ils{at + SIZE}" if by_cursor and works else None,
            },
            "results": [
                {
                    "id": f"https://openalex.org/W{9000 + n}", "doi": f"https://doi.org/10.1234/a.{n}",
                    "title": title(n), "publication_date": "2026-01-05", "type": "article",
                    "authorships": [{"author": {"display_name": "Ada Byron"}, "raw_author_name": "A. Byron"}],
                    "abstract_inverted_index": {"We": [0], "attend.": [1]}, "primary_location": None,
                }
                for n in works
            ],
        }  # fmt: skip

    def crossref(self, params: dict[str, str]) -> dict[str, Any]:
        items = [
            {
                "DOI": f"10.1234/A.{n}", "type": "proceedings-article", "title": [f"Attention to thing {n}"],
                "subtitle": ["a <i>study</i> &amp; more"], "container-title": ["Proc. of Things"],
                "author": [{"given": "Ada", "family": "Byron", "sequence": "first"}],
                "issued": {"date-parts": [[2026, 1, 5]]}, "abstract": "<jats:p>We attend.</jats:p>",
            }
            for n in self.on(int(params["offset"]), SIZE)
        ]  # fmt: skip
        message = {"total-results": self.count, "items": items, "items-per-page": SIZE, "query": {"start-index": 0}}
        return {"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message}

    def semantic_scholar(self, params: dict[str, str]) -> dict[str, Any]:
        at = int(params.get("token", "T0")[1:])
        papers = [
            {
                "paperId": f"{n:040x}", "title": title(n), "abstract": None, "year": 2026, "venue": "Proc. of Things",
                "publicationDate": "2026-01-05", "authors": [{"authorId": "1", "name": "Ada Byron"}],
                "externalIds": {"DOI": f"10.1234/a.{n}", "ArXiv": f"2601.{n:05d}", "CorpusId": n},
                "publicationTypes": ["JournalArticle", "Conference"], "journal": {"name": "Proc. of Things"},
                "url": f"https://www.semanticscholar.org/paper/{n:040x}",
            }
            for n in self.on(at, SIZE)
        ]  # fmt: skip
        token = f"T{at + SIZE}" if at + SIZE < self.count else None
        return {"total": self.count + 7, "token": token, "data": papers}

    def arxiv(self, params: dict[str, str]) -> bytes:
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/2601.{n:05d}v{1 + n % 2}</id><published>2026-01-05T18:00:00Z</published>"
            f"<title>{escape(title(n))}</title><summary>  We\n attend.</summary>"
            "<author><name>Ada Byron</name></author>"
            f"<arxiv:doi>10.1234/a.{n}</arxiv:doi><category term='cs.CV'/></entry>"
            for n in self.on(int(params["start"]), SIZE)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom" '
            'xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom">'
            f"<title>arXiv Query</title><opensearch:totalResults>{self.count}</opensearch:totalResults>{entries}</feed>"
        ).encode()

    def get(self, name: str) -> Callable[[Request], Answer]:
        """Answers without a network."""
        return lambda request: Answer(200, *self.answer(name, dict(request.params)))


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(openalex, "PAGE", SIZE)
    monkeypatch.setattr(arxiv, "RESULTS", SIZE)
    monkeypatch.setattr(crossref, "ROWS", SIZE)


def service(name: str, base: str = "http://127.0.0.1:9", *, secret: bool = True) -> Service:
    match name:
        case "openalex":
            return OpenAlex(key=KEY if secret else "", base=base)
        case "semantic-scholar":
            return SemanticScholar(key=KEY if secret else "", base=base)
        case "crossref":
            return Crossref(mail=MAIL if secret else "", base=base)
        case _:
            return Arxiv(base=base)


@dataclass
class Reply:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    write: Callable[[Any], None] | None = None
    """Writes to the connection by itself, instead of all the above."""


@dataclass
class Seen:
    path: str
    params: dict[str, str]
    headers: dict[str, str]


@dataclass
class Server:
    base: str
    seen: list[Seen]


@pytest.fixture
def serving() -> Callable[..., Any]:
    """A context in which a server on this machine plays a service: `serving(play)` with `play(seen, how often)`."""

    @contextmanager
    def start(play: Callable[[Seen, int], Reply]) -> Iterator[Server]:
        seen: list[Seen] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                parts = urlsplit(self.path)
                headers = {name.lower(): value for name, value in self.headers.items()}
                seen.append(Seen(parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), headers))
                reply = play(seen[-1], len(seen))
                try:
                    if reply.write:
                        reply.write(self.wfile)
                        self.close_connection = True
                        return
                    self.send_response(reply.status)
                    for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                        self.send_header(name, value)
                    self.end_headers()
                    self.wfile.write(reply.body)
                except OSError:
                    self.close_connection = True

            def log_message(self, *args: Any) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
            server.daemon_threads = True
            server.block_on_close = False
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield Server(f"http://127.0.0.1:{server.server_port}", seen)
            finally:
                server.shutdown()
                thread.join()

    return start
