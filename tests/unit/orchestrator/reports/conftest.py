"""Each history and its reports are made once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache

import pytest

from orchestrator.reports.render import render_cycle
from store.record import Recorded
from tests.unit.orchestrator.reports import histories, remeasured, reviewed

Entries = tuple[Recorded, ...]
Files = Mapping[str, bytes]

HISTORIES: dict[str, tuple[Callable[[], Entries], int]] = {
    "a question is open": (histories.waiting, 1),
    "two looks are done": (histories.finished, 2),
    "a report contradicts itself": (histories.faulty, 2),
    "an older cycle is asked for": (histories.finished, 1),
    "one untrained model": (histories.untrained_only, 1),
    "nothing has happened": (histories.just_opened, 1),
    "everything is blocked": (histories.all_blocked, 1),
    "what failed twice is replaced": (histories.no_better, 1),
    "a task is under way": (histories.under_way, 1),
    "twelve models": (histories.twelve_models, 1),
    "hostile texts": (histories.hostile, 1),
    "a zoo is diagnosed": (histories.zoo, 1),
    "two looks are diagnosed": (remeasured.once, 2),
    "a model is measured again": (remeasured.again, 2),
    "literature is tracked": (reviewed.reviewed, 1),
}


@cache
def played(name: str) -> tuple[Entries, int]:
    play, cycle = HISTORIES[name]
    return play(), cycle


@cache
def rendered(name: str) -> Files:
    return render_cycle(*played(name))


@pytest.fixture(params=sorted(HISTORIES))
def history(request: pytest.FixtureRequest) -> str:
    return str(request.param)
