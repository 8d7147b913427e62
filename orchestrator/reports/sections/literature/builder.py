"""The literature as the log has it at the report: every count is worked out from its events. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.literature import literature_waits
from orchestrator.reports.prose import Absent, Code, Label, Prose, Said, counted, listed
from orchestrator.reports.sections.literature import (
    BoxRow,
    GapRow,
    KeyRow,
    LiteratureView,
    QueryRow,
    ReasonRow,
    SourceRow,
)
from store.figures import Figure
from store.kinds.literature import COVERED, COVERED_BOTH, KIND, LiteratureFacts
from store.queries.literature import OTHER, Flow, flow, is_tracked, key_papers, review_of
from store.review import Concept
from store.task.state import Task

RULES = {
    "years": "its year lies outside those of the study",
    "venue": "its venue is none of the study's",
    "type": "its type is none of the study's",
    "language": "its language is none of the study's",
    "lacks-term": "none of the terms that must occur does",
    "has-term": "a term occurs that must not",
    OTHER: "no criterion is named; the reason stands in the log",
}
GAP_NOTE: Prose = (
    "A work covers a concept where one of its terms stands in title, abstract or keywords. No work is no proof that "
    "there is none: it says what was included of what these searches found, and nothing else.",
)


def build(history: History, book: FigureBook) -> LiteratureView | None:
    """None where the study tracks no literature, and none has come in."""
    if not is_tracked(history.board):
        return None
    found, review = flow(history.board), review_of(history.board)
    at = history.protocol_position
    task = _newest(history)
    gaps = tuple(_gaps(review.concepts, task, history, book))
    return LiteratureView(
        summary=_summary(book),
        waits=literature_waits(history.board, book),
        stopped=_stopped(history, book),
        sources=tuple(
            SourceRow(Label(name), _box(book, f"identified/{number}"))
            for number, name in enumerate(found.identified, 1)
        ),
        queries=tuple(
            QueryRow(Said(query.text, at), listed([(Label(source),) for source in query.sources]))
            for query in review.queries
        ),
        boxes=tuple(_boxes(found, book)),
        reasons=tuple(_reasons(found, history, book)),
        keys=tuple(
            KeyRow(
                Said(decided.screening.title or records[0], decided.position),
                Said(decided.by, decided.position),
                (Said(decided.screening.reason, decided.position),) if decided.screening.reason else ("not given",),
            )
            for records, decided in key_papers(history.board)
        ),
        gaps=gaps,
        gap_note=GAP_NOTE if gaps else (),
    )


def _box(book: FigureBook, name: str) -> Figure:
    return book.derived(f"literature/{name}")


def _summary(book: FigureBook) -> Prose:
    records, works, new = (_box(book, name) for name in ("records", "works", "new_records"))
    return (
        *counted(records, "record came in", "records came in"),
        ", of ",
        *counted(works, "work", "works"),
        "; ",
        *counted(new, "record is", "records are"),
        " new since the cycle before.",
    )


def _boxes(found: Flow, book: FigureBook) -> Iterator[BoxRow]:
    rows = (
        ("records", "Records identified"),
        ("quarantined", "Set aside, as they could not be read"),
        ("duplicates", "Duplicates removed"),
        ("works", "Works"),
        ("ruled_out", "Excluded by a rule of the protocol"),
        ("left_unread", "Left unread by the stopping rule"),
        ("waiting", "Waiting to be screened"),
        ("screened", "Screened by title and abstract"),
        ("excluded", "Excluded by title and abstract"),
        ("sought", "Full texts sought"),
        ("not_had", "Full texts that could not be had"),
        ("awaiting", "Full texts waiting to be read"),
        ("assessed", "Assessed by full text"),
        ("excluded_full_text", "Excluded by full text"),
        ("included", "Included"),
        ("key", "Key papers among those sought"),
    )
    for name, label in rows:
        yield BoxRow((label,), _box(book, name))


def _reasons(found: Flow, history: History, book: FigureBook) -> Iterator[ReasonRow]:
    criteria, at = review_of(history.board).criteria, history.protocol_position
    stages = (
        ("ruled_out", "by rule", found.ruled_out),
        ("excluded", "by title", found.excluded),
        ("excluded_full_text", "by full text", found.excluded_full_text),
    )
    for box, stage, reasons in stages:
        for key in reasons:
            meaning: Prose = (Said(criteria[key], at),) if key in criteria else (RULES.get(key, "as named"),)
            yield ReasonRow(stage, Code(key), meaning, _box(book, f"{box}/{key}"))


def _newest(history: History) -> Task | None:
    """The task that brought the library up to date last."""
    done = (task for task in history.board.tasks.newest_of_kind(KIND.name) if task.status in ("accepted", "succeeded"))
    return next(done, None)


def _gaps(concepts: tuple[Concept, ...], task: Task | None, history: History, book: FigureBook) -> Iterator[GapRow]:
    """Each concept, then each pair; none without a task that counted by these very concepts."""
    if task is None or getattr(task.spec, "concepts", ()) != concepts:
        return
    facts, at = LiteratureFacts.read(task.facts), history.protocol_position
    for number, concept in enumerate(concepts, 1):
        item = task.value(COVERED.at(number=number))
        if item is not None:
            text = facts.covering.get(str(number), "")
            yield GapRow((Said(concept.name, at),), book.evidence(item), _examples(text, task))
    for j, first in enumerate(concepts, 1):
        for k, second in enumerate(concepts[j:], j + 1):
            item = task.value(COVERED_BOTH.at(j=j, k=k))
            if item is not None:
                names: Prose = (Said(first.name, at), " and ", Said(second.name, at))
                text = facts.covering_both.get((str(j), str(k)), "")
                yield GapRow(names, book.evidence(item), _examples(text, task))


def _examples(text: str, task: Task) -> Prose:
    return (Said(text, task.status_position),) if text else (Absent("none included"),)


def _stopped(history: History, book: FigureBook) -> Prose:
    stops = history.board.library.stops
    if not stops:
        return ()
    last = stops[-1]
    at = last.position
    recall, confidence = book.pointed(at, "/target"), book.pointed(at, "/confidence")
    left = book.pointed(at, "/left", "works")
    reason: Prose = (
        (" The test did not say so; the reason given: ", Said(last.event.reason, at), ".") if last.event.reason else ()
    )
    return (
        "Screening was stopped by ", Said(last.event.by, at), ", with ", *counted(left, "work", "works"),
        " unread. The test asks that a share of ", recall, " of what is relevant was found, with confidence ",
        confidence, ".", *reason,
    )  # fmt: skip
