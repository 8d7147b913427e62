"""Histories of the reports' tests, in studies that want a paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache

from orchestrator.paper.render import render_paper
from store.events import StudyAmended, StudyRegistered
from store.manuscript import PaperPlan
from store.record import Recorded
from store.study.protocol import Study
from tests.unit.orchestrator.reports.conftest import played

VERDICTS = {
    "GO": "two looks are done",
    "NO_GO": "twelve models",
    "INCONCLUSIVE": "a question is open",
    "none": "nothing has happened",
}
"""By verdict: a history that ends in it."""

PLAN = PaperPlan(page_limit=8, venue="a workshop")


def with_paper(entries: tuple[Recorded, ...], plan: PaperPlan = PLAN) -> tuple[Recorded, ...]:
    """The entries, in whose protocols a paper is wanted."""
    return tuple(
        replace(entry, event=event.model_copy(update={"study": wanting(event.study, plan)}))
        if isinstance(event := entry.event, StudyRegistered | StudyAmended)
        else entry
        for entry in entries
    )


def wanting(study: Study, plan: PaperPlan) -> Study:
    return study.model_copy(update={"paper": plan})


@cache
def sources(history: str, plan: PaperPlan = PLAN) -> Mapping[str, bytes]:
    entries, cycle = played(history)
    return render_paper(with_paper(entries, plan), cycle)
