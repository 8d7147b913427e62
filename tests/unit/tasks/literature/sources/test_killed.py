"""A watch that is killed anywhere loses nothing, brings nothing twice, and asks for at most one page again."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tasks.literature.sources.service import Answer, Request
from tasks.literature.sources.spooling import clear
from tasks.literature.sources.watching import Watched, watch

from .conftest import NAMES, SIZE, Library, service


class Killed(BaseException):
    """What SIGKILL is in a test."""


class Steps:
    """Counts what a watch does, and kills it at one of these steps."""

    def __init__(self, fatal: int) -> None:
        self.taken, self.fatal = 0, fatal

    def step(self) -> None:
        self.taken += 1
        if self.taken == self.fatal:
            raise Killed

    def around(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """A function that is killed before or after its work."""

        def stepped(*args: Any, **kwargs: Any) -> Any:
            self.step()
            result = function(*args, **kwargs)
            self.step()
            return result

        return stepped


def ids(watched: Watched) -> list[str]:
    return [item["id"] for page in watched.pages for item in json.loads(page)]


def watched(name: str, spool: Path, get: Any, steps: Steps, budget: int = 50) -> Watched:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "replace", steps.around(Path.replace))
        patch.setattr(os, "fsync", steps.around(os.fsync))
        return watch(
            service(name), "attention", "2026-01-02", "2026-01-31", spool, budget,
            get=steps.around(get), sleep=lambda _: steps.step(), progress=lambda *_: steps.step(),
        )  # fmt: skip


class Counting:
    """Counts requests that reach the service."""

    def __init__(self, get: Callable[[Request], Answer]) -> None:
        self.get, self.count = get, 0

    def __call__(self, request: Request) -> Answer:
        self.count += 1
        return self.get(request)


@pytest.mark.parametrize("name", NAMES)
def test_killed_once_at_each_step(name: str, tmp_path: Path) -> None:
    library = Library(count=5 * SIZE - 1, repeats=True)
    steps, asked = Steps(0), Counting(library.get(name))
    whole = watched(name, tmp_path / "whole", asked, steps)
    assert whole.outcome == "done"
    assert len(set(ids(whole))) == len(ids(whole)) == library.count
    assert steps.taken > 5 * 10
    for fatal in range(1, steps.taken + 1):
        spool, again = tmp_path / str(fatal), Counting(library.get(name))
        with pytest.raises(Killed):
            watched(name, spool, again, Steps(fatal))
        resumed = watched(name, spool, again, Steps(0))
        assert (resumed.pages, resumed.until, resumed.outcome) == (whole.pages, "2026-01-31", "done"), fatal
        assert again.count <= asked.count + 1, fatal
        assert again.count <= resumed.requests <= asked.count + 1, fatal
        clear(spool)
        assert [path.name for path in spool.iterdir()] == ["lock"]


@pytest.mark.parametrize("name", NAMES)
def test_killed_again_and_again_the_budget_holds(name: str, tmp_path: Path) -> None:
    for every in (3, 7, 11, 16, 23):
        spool, asked = tmp_path / str(every), Counting(Library().get(name))
        for fatal in [every] * 30 + [0]:
            with suppress(Killed):
                last = watched(name, spool, asked, Steps(fatal), budget=5)
            assert asked.count <= 5
        assert asked.count <= last.requests <= 5
        assert (last.outcome, last.until) == ("partial", "")
        assert last.reason == "the budget of 5 requests is used up"
        assert len(ids(last)) == len(set(ids(last))) <= 5 * SIZE
