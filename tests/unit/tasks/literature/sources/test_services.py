"""Each service is asked in its own way, over HTTP, and its answers come to the reader as records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from store.errors import BadInput
from tasks.literature.reading.opening import read_literature
from tasks.literature.record import Name
from tasks.literature.sources.service import Answer, Broken, Hopeless, Window
from tasks.literature.sources.services import service_named
from tasks.literature.sources.spooling import clear
from tasks.literature.sources.watching import watch

from .conftest import KEY, MAIL, NAMES, SIZE, Library, Reply, Seen, service

Serving = Callable[..., Any]
WINDOW = Window("2026-01-02", "2026-01-31")
PATHS = {
    "openalex": "/works", "crossref": "/works", "arxiv": "/query", "semantic-scholar": "/paper/search/bulk",
}  # fmt: skip


def nothing(seconds: float) -> None:
    pass


@pytest.mark.parametrize("name", NAMES)
def test_all_pages_come_and_are_read_and_a_repeated_record_comes_once(
    name: str, serving: Serving, tmp_path: Path
) -> None:
    library = Library(count=3 * SIZE - 1, repeats=True)
    slept, told = list[float](), list[tuple[int, int, str]]()

    def play(seen: Seen, _: int) -> Reply:
        return Reply(200, *library.answer(name, seen.params))

    with serving(play) as server:
        asked = service(name, server.base)
        watched = watch(
            asked, '"visual attention" maps OR "attention to" thing', "2026-02-01", "2026-02-28", tmp_path / "spool", 9,
            sleep=slept.append, progress=lambda *args: told.append(args),
        )  # fmt: skip
    assert (watched.outcome, watched.reason, watched.until) == ("done", "", "2026-02-28")
    assert {seen.path for seen in server.seen} == {PATHS[name]}
    assert watched.requests == len(server.seen) == len(slept) == (3 if name != "openalex" else 4)
    assert set(slept) == {asked.pace}
    assert [each[0] for each in told][:3] == [SIZE, 2 * SIZE, library.count]
    readings = [read_literature(page) for page in watched.pages]
    assert not any(reading.quarantined for reading in readings)
    kept = [each for reading in readings for each in reading.kept]
    assert len({each.key for each in kept}) == len(kept) == library.count
    record = kept[1].record
    assert record.title == "Attention to thing 1: a study & more" or name != "crossref"
    assert record.title.startswith("Attention to thing 1: a")
    assert record.doi == "10.1234/a.1"
    assert record.issued is not None and (record.issued.year, record.issued.month, record.issued.day) == (2026, 1, 5)
    assert record.authors == (Name("Byron", "Ada"),)
    assert record.abstract == ("" if name == "semantic-scholar" else "We attend.")
    if name in ("arxiv", "semantic-scholar"):
        assert record.arxiv.startswith("2601.00001")
    assert record.type == {"openalex": "article-journal", "arxiv": "article"}.get(name, "paper-conference")
    assert watched.spent == pytest.approx(0.004 if name == "openalex" else 0)


@pytest.mark.parametrize("name", NAMES)
def test_a_watch_that_ended_is_asked_for_no_more_until_it_is_cleared(name: str, tmp_path: Path) -> None:
    def go(query: str = "attention", until: str = "2026-01-31", get: Any = None) -> Any:
        get = get or Library().get(name)
        return watch(service(name), query, "2026-01-02", until, tmp_path, 20, get=get, sleep=nothing)

    def fail(request: Any) -> Answer:
        raise AssertionError(request)

    first = go()
    assert go(get=fail) == first
    assert go(until="2026-02-28", get=fail) == first
    assert go(query="thing").pages == first.pages
    clear(tmp_path)
    with pytest.raises(AssertionError):
        go(query="thing", get=fail)


def test_windows_overlap_and_are_written_as_each_service_has_them(tmp_path: Path) -> None:
    asked: dict[str, list[dict[str, str]]] = {name: [] for name in NAMES}
    for name in NAMES:
        for since in ("2026-01-31", ""):

            def get(request: Any, name: str = name) -> Answer:
                asked[name].append(dict(request.params))
                return Library(count=1).get(name)(request)

            watch(service(name), "x", since, "2026-02-28", tmp_path / f"{name}{since}", 1, get=get, sleep=nothing)
    assert [each["filter"] for each in asked["crossref"]] == [
        "from-created-date:2026-01-30,until-created-date:2026-02-28", "until-created-date:2026-02-28",
    ]  # fmt: skip
    assert [each["filter"] for each in asked["openalex"]] == [
        "from_publication_date:2026-01-01,to_publication_date:2026-02-28", "to_publication_date:2026-02-28",
    ]  # fmt: skip
    assert [each["publicationDateOrYear"] for each in asked["semantic-scholar"]] == [
        "2026-01-01:2026-02-28", ":2026-02-28",
    ]  # fmt: skip
    assert [each["search_query"] for each in asked["arxiv"]] == [
        'all:"x" AND submittedDate:[202601240000 TO 202602282359]',
        'all:"x" AND submittedDate:[199101010000 TO 202602282359]',
    ]


@pytest.mark.parametrize(
    ("query", "written"),
    [
        ("attention maps", ("attention AND maps", 'all:"attention" AND all:"maps"', "attention + maps", None)),
        (
            'attention "vision language" OR saliency',
            (
                '(attention AND "vision language") OR (saliency)',
                '((all:"attention" AND all:"vision language") OR (all:"saliency"))',
                '(attention + "vision language") | (saliency)',
                "attention vision language saliency",
            ),
        ),
        ("C++ a-b", ('"C++" AND "a-b"', 'all:"C++" AND all:"a-b"', '"C++" + "a-b"', None)),
        ("NOT x", ('"NOT" AND x', 'all:"NOT" AND all:"x"', '"NOT" + x', None)),
        ('"unclosed (x]', ("unclosed AND \"x]\"", 'all:"unclosed" AND all:"x]"', 'unclosed + "x]"', None)),
        ("a\x1b[2J\nb", ('"a [2J" AND b', None, None, None)),
    ],
)  # fmt: skip
def test_what_is_asked_for_is_words_and_phrases_and_no_operator_but_or(
    query: str, written: tuple[str | None, ...]
) -> None:
    asked = [
        dict(service(name).request(query, WINDOW, "").params)[param]
        for name, param in (
            ("openalex", "search"), ("arxiv", "search_query"), ("semantic-scholar", "query"),
            ("crossref", "query.bibliographic"),
        )
    ]  # fmt: skip
    for expected, found in zip(written, asked, strict=True):
        assert expected is None or found.removesuffix(" AND submittedDate:[202601020000 TO 202601312359]") == expected


@pytest.mark.parametrize("query", ["", '""', "+ - |", "OR AND", "\x00"])
def test_a_query_without_a_word_is_not_asked(query: str, tmp_path: Path) -> None:
    watched = watch(service("arxiv"), query, "", "2026-01-31", tmp_path, 5, sleep=nothing)
    assert (watched.outcome, watched.requests) == ("partial", 0)
    assert watched.reason == "the query has no word in it"


def test_without_a_key_openalex_numbers_its_pages(tmp_path: Path) -> None:
    asked: list[dict[str, str]] = []

    def get(request: Any) -> Answer:
        asked.append(dict(request.params))
        assert not request.secret
        return Library().get("openalex")(request)

    watched = watch(service("openalex", secret=False), "x", "", "2026-01-31", tmp_path, 20, get=get, sleep=nothing)
    assert watched.outcome == "done"
    assert [each["page"] for each in asked] == [str(n) for n in range(1, 9)]
    assert not any("cursor" in each for each in asked)


def test_a_list_that_is_cut_off_by_the_service_is_partial(tmp_path: Path) -> None:
    class Cut(Library):
        def openalex(self, params: dict[str, str]) -> dict[str, Any]:
            page = super().openalex(params)
            return page | {"meta": page["meta"] | {"next_cursor": None}}

    watched = watch(
        service("openalex"), "x", "", "2026-01-31", tmp_path, 20, get=Cut(count=8).get("openalex"), sleep=nothing
    )
    assert (watched.outcome, watched.until) == ("partial", "")
    assert watched.reason == "3 of 8 records came; if it stays so, make the query narrower"


def test_of_crossref_comes_what_has_all_the_words_until_a_page_has_nothing_of_it(tmp_path: Path) -> None:
    titles = [
        "Visual attention models", "Attention, visual", "VISUAL <i>Attention</i> model", "Attention",
        "Attention modèle", "Ein visuelles Attention-Model", "Visual", "Attention", "Model", "Visual attention model",
    ]  # fmt: skip

    def get(request: Any) -> Answer:
        at = int(dict(request.params)["offset"])
        items = [{"DOI": f"10.1/{n}", "title": [titles[n]]} for n in range(at, min(at + SIZE, len(titles)))]
        return Answer(200, {}, json.dumps({"message": {"total-results": len(titles), "items": items}}).encode())

    either = [0, 1, 2, 4, 5, 6, 8, 9]
    queries = {"attention model": [0, 2, 4, 5], '"visual attention"': [0, 2], "model OR visual": either}
    for query, expected in queries.items():
        watched = watch(service("crossref"), query, "", "2026-01-31", tmp_path, 9, get=get, sleep=nothing)
        found = [int(item["id"].removeprefix("10.1/")) for page in watched.pages for item in json.loads(page)]
        assert watched.outcome == "done"
        assert found == expected


@pytest.mark.parametrize("name", NAMES)
def test_nothing_new_is_done_without_a_page(name: str, tmp_path: Path) -> None:
    watched = watch(
        service(name), "x", "2026-01-02", "2026-01-31", tmp_path, 5, get=Library(count=0).get(name), sleep=nothing
    )
    assert (watched.outcome, watched.pages, watched.requests) == ("done", (), 1)


HOSTILE: list[object] = [
    None, 3, "x", [], {}, {"title": None}, {"title": ["\x1b[31mred\x07"], "DOI": {"a": 1}, "authors": [1, {}]},
    {"id": "x" * 10_000, "title": "a\u202eb", "author": "no list", "externalIds": [], "paperId": True},
    {"title": {"deep": [[[]]]}, "externalIds": {"DOI": 3}, "journal": "x", "publicationTypes": {"a": 1}},
]  # fmt: skip


@pytest.mark.parametrize("name", ["openalex", "crossref", "semantic-scholar"])
def test_hostile_records_are_kept_or_quarantined_by_the_reader_and_cost_no_other(name: str, tmp_path: Path) -> None:
    good = json.loads(Library(count=1).answer(name, {"cursor": "*", "offset": "0"})[1])
    listed = {"openalex": good, "crossref": good.get("message"), "semantic-scholar": good}[name]
    key = {"openalex": "results", "crossref": "items", "semantic-scholar": "data"}[name]
    listed[key] = [*HOSTILE, *listed[key], {"title": "\ud800 lone"}]
    bodies = [json.dumps(good).encode()]

    def get(_: Any) -> Answer:
        return Answer(200, {}, bodies[0])

    query = "attention OR red OR b OR lone"
    watched = watch(service(name), query, "", "2026-01-31", tmp_path, 1, get=get, sleep=nothing)
    reading = read_literature(watched.pages[0])
    assert reading.found == len(HOSTILE) + 2 - 3 * (name == "crossref")
    assert any(each.record.title.startswith("Attention to thing 0") for each in reading.kept)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'<?xml version="1.0"?><!DOCTYPE feed [<!ENTITY a "b">]><feed/>', "declares a document type"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><!doctype x></feed>", "declares a document type"),
        ('<?xml version="1.0" encoding="utf-16"?><feed/>'.encode("utf-16"), "is not UTF-8"),
        (b"<!DOCTYPE html><html>no</html>", "a web page"),
        (b"<rss/>", "XML of another kind"),
        (b"<feed xmlns='http://www.w3.org/2005/Atom'><entry>", "cut off"),
        (b"", "cut off"),
    ],
)
def test_what_is_no_feed_of_arxiv_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Broken, match=reason):
        service("arxiv").page(Answer(200, {}, body), "x", "")


def test_an_empty_page_of_arxiv_before_the_end_is_asked_for_again_and_its_errors_are_told() -> None:
    empty = Library(count=50)
    with pytest.raises(Broken, match="empty page at 60 of 90"):
        body = empty.arxiv({"start": "60"}).replace(b">50<", b">90<")
        service("arxiv").page(Answer(200, {}, body), "x", "60")
    told = (
        b"<feed xmlns='http://www.w3.org/2005/Atom'><entry><id>http://arxiv.org/api/errors#x</id><title>Error</title>"
        b"<summary>sortBy must be in:\n \xe2\x80\xae relevance</summary></entry></feed>"
    )
    with pytest.raises(Hopeless, match="does not take the query: 'sortBy must be in: relevance'"):
        service("arxiv").page(Answer(200, {}, told), "x", "")


def test_services_are_made_with_the_keys_of_the_environment_and_never_show_them() -> None:
    environment = {"GONOGO_OPENALEX_KEY": KEY, "GONOGO_SEMANTIC_SCHOLAR_KEY": f" {KEY}\n", "GONOGO_MAILTO": MAIL}
    for name in NAMES:
        made = service_named(name, environment)  # type: ignore[arg-type]
        request = made.request("x", WINDOW, "")
        assert made.name == name
        assert bool(request.secret) == (name != "arxiv")
        for shown in (repr(made), str(made), repr(request), request.shown, str(request.params)):
            assert KEY not in shown and MAIL not in shown
    assert not service_named("openalex", {}).request("x", WINDOW, "").secret


@pytest.mark.parametrize("value", ["two words", "a\r\nb", "é", "x" * 501, 'a"b'])
def test_what_is_no_key_is_told_without_being_shown(value: str) -> None:
    with pytest.raises(BadInput) as caught:
        service_named("openalex", {"GONOGO_OPENALEX_KEY": value})
    assert str(caught.value).startswith("GONOGO_OPENALEX_KEY holds")
    assert value not in str(caught.value)
