"""What tasks were to deliver and what they did: files with digests, criteria with what the review found. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History, Review
from orchestrator.reports.naming import task_anchor
from orchestrator.reports.prose import Code, Link, Prose, Said
from store.figures import Figure
from store.kinds.diagnostics_metrics import SITES_EXPECTED, SITES_SEEN
from store.task.acceptance import AcceptanceCriterion, Check, IntervalReported, MetricReported, NAtLeast, SitesComplete
from store.task.state import Task

State = Literal["met", "unmet", "unknown"]


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that a task left behind."""

    name: Said
    task: Link
    size: Figure
    digest: Code
    run: Code


@dataclass(frozen=True, slots=True)
class CriterionRow:
    """One acceptance criterion: what was asked, whether it was met, and what was found."""

    task: Link
    criterion: Prose
    state: State
    found: Prose | None


def file_rows(task: Task, book: FigureBook) -> tuple[FileRow, ...]:
    """The files a task left, with their digests."""
    position = task.evidence_position
    if position is None or task.run_id is None:
        return ()
    return tuple(
        FileRow(
            name=Said(artifact.name, position),
            task=Link(task.task_id, task_anchor(task.task_id)),
            size=book.pointed(position, f"/artifacts/{index}/size", "bytes"),
            digest=Code(artifact.digest, artifact.digest[:12]),
            run=Code(task.run_id),
        )
        for index, artifact in enumerate(task.artifacts)
    )


def criterion_rows(task: Task, history: History, book: FigureBook) -> tuple[CriterionRow, ...]:
    """What the task was planned to deliver, and what the newest review found."""
    reviews = history.reviews.get(task.task_id, ())
    rows = []
    for index, criterion in enumerate(task.acceptance):
        check = next((check for check in task.checks if check.criterion == criterion), None)
        state: State = "unknown" if check is None else "met" if check.passed else "unmet"
        found = _found(check, task, reviews[-1], history, book) if check is not None and reviews else None
        link = Link(task.task_id, task_anchor(task.task_id))
        rows.append(CriterionRow(link, _criterion(criterion, task, index, book), state, found))
    return tuple(rows)


def _criterion(criterion: AcceptanceCriterion, task: Task, index: int, book: FigureBook) -> Prose:
    match criterion:
        case MetricReported(metric=metric):
            return (Code(metric), " is reported")
        case IntervalReported(metric=metric):
            return (Code(metric), " is reported with an interval")
        case NAtLeast(metric=metric):
            fewest = book.pointed(task.position, f"/acceptance/{index}/n", "images")
            return (Code(metric), " rests on at least ", fewest, " images")
        case SitesComplete():
            return ("every attention site was seen",)


def _found(check: Check, task: Task, review: Review, history: History, book: FigureBook) -> Prose:
    """What the review found: as figures of the evidence that it saw, where they are there, else in its words."""
    position, evidence = history.delivered_before(task.task_id, review.position) or (0, ())
    places = {item.metric: (index, item) for index, item in enumerate(evidence)}
    match check.criterion:
        case NAtLeast(metric=metric) if metric in places and places[metric][1].n is not None:
            return ("it rests on ", book.pointed(position, f"/evidence/{places[metric][0]}/n", "images"))
        case SitesComplete() if SITES_SEEN.key() in places and SITES_EXPECTED.key() in places:
            seen, expected = (places[metric.key()][1] for metric in (SITES_SEEN, SITES_EXPECTED))
            return (book.evidence(seen), " of ", book.evidence(expected), " were seen")
        case _:
            return (Said(check.found, review.position),)
