"""Whatever comes, and wherever it is killed: a watch raises nothing, keeps its budget, and repeats no record."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.literature.reading.opening import read_literature
from tasks.literature.sources.service import Answer, Broken, Hopeless, Request, Unreached, Window
from tasks.literature.sources.terms import alternatives, speaks_of
from tasks.literature.sources.watching import watch

from .conftest import NAMES, SIZE, Library, service
from .test_faults import is_safe
from .test_killed import Killed

COUNT = 4 * SIZE
WHAT = (
    "page",
    "page",
    "page",
    "500",
    "429",
    "spent",
    "html",
    "cut",
    "301",
    "broken",
    "unreached",
    "killed",
    "kill after",
)


def answering(name: str, plan: list[str], asked: list[Request]) -> Callable[[Request], Answer]:
    """A service that does at each request what the plan says, and is well from its end on."""
    well = Library(COUNT, repeats=True).get(name)

    def get(request: Request) -> Answer:
        asked.append(request)
        match plan.pop(0) if plan else "page":
            case "500":
                return Answer(500, {}, b"")
            case "429":
                return Answer(429, {"retry-after": "1"}, b"")
            case "spent":
                return Answer(429, {"retry-after": "86400"}, b"")
            case "html":
                return Answer(200, {}, b"<html>")
            case "cut":
                answer = well(request)
                return Answer(200, {}, answer.body[: len(answer.body) // 2])
            case "301":
                return Answer(301, {"location": f"{request.url}?"}, b"")
            case "broken":
                raise Broken("it is broken")
            case "unreached":
                raise Unreached("it is not reached")
            case "killed":
                raise Killed
            case "kill after":
                plan.insert(0, "dead")
                return well(request)
            case _:
                return well(request)

    return get


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(NAMES), st.lists(st.sampled_from(WHAT), max_size=25), st.integers(0, 14), st.integers(1, 4))
def test_any_history_of_a_watch(name: str, plan: list[str], budget: int, restarts: int) -> None:
    asked: list[Request] = []
    get = answering(name, plan, asked)

    def progress(*_: Any) -> None:
        if plan and plan[0] == "dead":
            plan.pop(0)
            raise Killed

    with tempfile.TemporaryDirectory() as folder:
        for restart in range(restarts + 1):
            if restart == restarts:
                plan.clear()
            with suppress(Killed):
                watched = watch(
                    service(name), "attention", "2026-01-02", "2026-01-31", Path(folder), budget,
                    get=get, sleep=lambda _: None, progress=progress,
                )  # fmt: skip
            assert len(asked) <= budget
    assert watched.requests == len(asked)
    found = [item["id"] for page in watched.pages for item in json.loads(page)]
    assert len(set(found)) == len(found) <= COUNT
    assert (watched.outcome == "done") == (len(found) == COUNT and watched.until == "2026-01-31")
    assert watched.outcome == "done" or is_safe(watched.reason)


KEYS = (
    "meta", "results", "message", "items", "data", "count", "total", "total-results", "next_cursor", "token", "title",
    "DOI", "author", "authors", "name", "externalIds", "ArXiv", "journal", "publicationTypes", "paperId", "id", "year",
)  # fmt: skip
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=20,
)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(st.one_of(VALUES.map(lambda value: json.dumps(value).encode()), st.binary(max_size=60)), st.booleans())
def test_any_answer_is_a_page_or_an_error_of_its_own(name: str, body: bytes, keyed: bool) -> None:
    try:
        page = service(name, secret=keyed).page(Answer(200, {}, body), "attention", "")
    except (Broken, Hopeless):
        return
    assert page.total >= 0
    assert page.spent >= 0
    if page.items:
        reading = read_literature(json.dumps([item for _, item in page.items]).encode())
        assert reading.found == len(page.items)


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=30))
def test_any_query_is_groups_of_terms_that_speak_of_themselves(query: str) -> None:
    groups = alternatives(query)
    assert all(term.isprintable() and '"' not in term for group in groups for term in group)
    assert not groups or speaks_of(" ".join(groups[0]), groups)
    for name in NAMES:
        if groups:
            assert '"' not in service(name).request(query, Window("", "2026-01-31"), "").shown
