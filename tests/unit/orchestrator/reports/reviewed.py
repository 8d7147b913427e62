"""A log in which literature is tracked: files and a service, rules and people, full texts, and a work left unread."""

from __future__ import annotations

from store import commands as c
from store.literature.events import Merged, Screening, Stage, Verdict
from store.record import Recorded
from store.review import Concept, Query, ReviewProtocol
from tests.unit.orchestrator.reports.histories import Player, model, study
from tests.unit.store.literature.libraries import CRITERIA, ids, imported

LONG = "exports/2026-03-01/web-of-science_all-databases_attention-collapse_page-1.ris"
"""A file whose name fits no line, and has digits."""

REVIEW = ReviewProtocol(
    queries=(Query(text="attention collapse", sources=("openalex",)),),
    concepts=(Concept(name="collapse", terms=("collapse",)),),
    criteria=CRITERIA,
)


def reviewed() -> tuple[Recorded, ...]:
    """Nine records of seven works: one ruled out, two excluded, one waiting; of three full texts one is included."""
    player = Player(study(model("solo"), target=None, literature=REVIEW)).open("the study begins")
    player.submit(c.ImportRecords((imported("a<b>.bib", 5, quarantined=1), imported(LONG, 4))))
    first, second = ids("a<b>.bib", 5), ids(LONG, 4)
    works = tuple(Merged(records=tuple(sorted(pair))) for pair in zip(first[:2], second[:2], strict=True))
    player.submit(c.MatchRecords("a test", works, (), ()))
    player.work()

    def screen(stage: Stage, record: str, verdict: Verdict, by: str = "Ada", criterion: str = "") -> None:
        decision = Screening(record=record, verdict=verdict, criterion=criterion, title=f"Work {record}")
        player.submit(c.ScreenWorks(stage, (decision,), by))

    screen("title", first[4], "exclude", by="rule", criterion="years")
    screen("title", second[2], "exclude", criterion="off-topic")
    screen("title", second[3], "exclude", criterion="no-measure")
    for record in first[:3]:
        screen("title", record, "include")
    screen("full-text", first[0], "include")
    screen("full-text", first[1], "exclude", criterion="no-measure")
    screen("full-text", first[2], "not-had")
    return player.judge().entries
