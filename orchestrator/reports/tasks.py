"""Task by task: what was asked, who did it, what came of it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.naming import task_anchor, task_link, task_model
from orchestrator.reports.parts import CriterionRow, Fact, FileRow, MetricRow, Moment, State, TaskView
from orchestrator.reports.past import Attempt, Past, Review
from orchestrator.reports.places import is_place
from orchestrator.reports.prose import Code, Estimate, Link, Piece, Prose, Said
from orchestrator.reports.wording import status_words
from store.events import TaskReturned, TaskSuperseded
from store.evidence import Evidence
from store.task.acceptance import AcceptanceCriterion, Check, IntervalReported, MetricReported, NAtLeast, SitesComplete
from store.task.state import Task

_KEY_METRICS = {
    "environment": ("throughput/best", "batch_size/best", "peak_bytes", "memory/total_bytes", "gpu/count", "cpu/count"),
    "diagnostic": (
        "mcs_norm", "mcs_raw", "mcs_raw_uniform", "vision_entropy_norm", "text_entropy_norm", "vision_entropy",
        "text_entropy", "sites_seen", "sites_expected", "latency_s", "latency_tapped_s", "peak_bytes", "parameters",
    ),
    "statistics": (
        "count/models", "count/collapsed", "count/cleared", "count/undetermined", "alpha/look",
        "power/n_for_medium_effect", "power/mde",
    ),
    "audit": ("count/inconsistent", "count/depends_on_reading", "count/not_checkable", "count/consistent"),
}  # fmt: skip


def task_views(past: Past, book: FigureBook) -> tuple[TaskView, ...]:
    """The cycle's tasks in the order of planning."""
    return tuple(_view(task, past, book) for task in past.tasks)


def _view(task: Task, past: Past, book: FigureBook) -> TaskView:
    duration = book.derived(f"task/{task.task_id}/duration_s") if task.duration_s is not None else None
    ended = task.status_position
    metrics = [item for key in _KEY_METRICS[task.kind] if (item := task.value(key)) is not None]
    return TaskView(
        task_id=Code(task.task_id),
        anchor=task_anchor(task.task_id),
        title=Said(task.title, task.position),
        kind=task.kind,
        status=task.status,
        status_words=status_words(task, past),
        priority=task.priority,
        model=task_model(task),
        agent=task.agent,
        duration=duration,
        rule=Code(task.rule),
        because=Said(task.because, task.position),
        standing=standing(task, past),
        summary=Said(task.summary, ended) if task.summary else None,
        facts=tuple(
            Fact(Said(label, ended), Said(text, ended))
            for label, text in sorted(task.facts.items())
            if not is_place(label)
        ),
        metrics=tuple(MetricRow(Code(item.metric), estimate(item, book)) for item in metrics),
        more_metrics=_more(task, len(metrics), book),
        files=file_rows(task, book),
        criteria=criterion_rows(task, past, book),
        moments=_moments(task, past, book),
    )  # fmt: skip


def estimate(item: Evidence, book: FigureBook, quoted_at: int = 0) -> Estimate:
    """A logged metric with its interval, if it has one."""
    return Estimate(book.evidence(item, quoted_at))


def _more(task: Task, shown: int, book: FigureBook) -> Prose | None:
    if len(task.evidence) <= shown or task.run_id is None:
        return None
    return (
        "The event holds ", book.derived(f"task/{task.task_id}/metrics"), " metrics in all; they are in MLflow run ",
        Code(task.run_id), ".",
    )  # fmt: skip


def standing(task: Task, past: Past) -> Prose:
    """The status in a sentence. Only accepted counts as completed."""
    reason: Piece = Said(task.reason.rstrip(". "), task.status_position)
    match task.status:
        case "planned":
            return ("Planned, and not started.",)
        case "claimed":
            return ("Under way.",)
        case "succeeded" if task.returns:
            return ("Done again, and again not accepted; a human has to look at it.",)
        case "succeeded":
            return ("Done, and not yet reviewed; it does not count as completed.",)
        case "accepted":
            return ("Completed: the reviewer found every acceptance criterion met.",)
        case "returned":
            return ("Returned by the reviewer, to be done once more: ", reason, ".")
        case "failed":
            return ("Failed: ", reason, ".")
        case "blocked":
            return ("Blocked: ", reason, ".")
        case "superseded":
            by = task_link(past, task.superseded_by or "")
            words = status_words(task, past)
            ended: Prose = (f"{words[0].upper()}{words[1:]} by ", by, "; it does not count as completed.")
            return (*ended, " The reason: ", why(task, past), ".")
        case "cancelled":
            return ("Cancelled: ", reason, ".")


def why(task: Task, past: Past) -> Said:
    """Why a superseded task could not be done: its own reason, else the one for which it was replaced."""
    event = past.event(task.status_position)
    text = task.reason or (event.because if isinstance(event, TaskSuperseded) else "")
    return Said(text.rstrip(". "), task.status_position)


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


def criterion_rows(task: Task, past: Past, book: FigureBook) -> tuple[CriterionRow, ...]:
    """What the task was planned to deliver, and what the newest review found."""
    reviews = past.reviews.get(task.task_id, ())
    rows = []
    for index, criterion in enumerate(task.acceptance):
        check = next((check for check in task.checks if check.criterion == criterion), None)
        state: State = "unknown" if check is None else "met" if check.passed else "unmet"
        found = _found(check, task, reviews[-1], past, book) if check is not None and reviews else None
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


def _found(check: Check, task: Task, review: Review, past: Past, book: FigureBook) -> Prose:
    """What the review found: as figures of the evidence that it saw, where they are there, else in its words."""
    position, evidence = past.delivered_before(task.task_id, review.position) or (0, ())
    places = {item.metric: (index, item) for index, item in enumerate(evidence)}
    match check.criterion:
        case NAtLeast(metric=metric) if metric in places and places[metric][1].n is not None:
            return ("it rests on ", book.pointed(position, f"/evidence/{places[metric][0]}/n", "images"))
        case SitesComplete() if "sites_seen" in places and "sites_expected" in places:
            seen, expected = places["sites_seen"][1], places["sites_expected"][1]
            return (book.evidence(seen), " of ", book.evidence(expected), " were seen")
        case _:
            return (Said(check.found, review.position),)


def _moments(task: Task, past: Past, book: FigureBook) -> tuple[Moment, ...]:
    """How the task went, told only when it took more than one attempt or was not simply accepted."""
    attempts, reviews = past.attempts.get(task.task_id, ()), past.reviews.get(task.task_id, ())
    if len(attempts) < 2 and not any(isinstance(review.event, TaskReturned) for review in reviews):
        return ()
    happened: list[Attempt | Review] = sorted([*attempts, *reviews], key=lambda item: item.position)
    return tuple(_attempted(item, task, book) if isinstance(item, Attempt) else _reviewed(item) for item in happened)


def _attempted(attempt: Attempt, task: Task, book: FigureBook) -> Moment:
    text: Prose = ("Claimed by ", Said(attempt.agent, attempt.position), "; ", attempt.outcome)
    if attempt.ended is not None and attempt.end_position is not None:
        text = (*text, " after ", book.derived(f"task/{task.task_id}/attempt/{attempt.number}/duration_s"))
        if attempt.reason:
            text = (*text, ": ", Said(attempt.reason, attempt.end_position))
    return Moment(attempt.began, text)


def _reviewed(review: Review) -> Moment:
    if isinstance(review.event, TaskReturned):
        return Moment(review.at, ("Returned by the reviewer: ", Said(review.event.reason, review.position)))
    return Moment(review.at, ("Accepted by the reviewer.",))
