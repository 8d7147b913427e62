"""Task by task: what was asked, who did it, what came of it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.naming import task_anchor, task_link, task_model
from orchestrator.reports.parts import CriterionRow, Fact, FileRow, MetricRow, Moment, State, TaskView
from orchestrator.reports.past import Attempt, Past, Review
from orchestrator.reports.prose import Code, Estimate, Link, Piece, Prose, Said
from store.acceptance import AcceptanceCriterion, IntervalReported, MetricReported, NAtLeast, SitesComplete
from store.board import Task
from store.events import TaskReturned
from store.evidence import Evidence

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
        priority=task.priority,
        model=task_model(task),
        agent=task.agent,
        duration=duration,
        rule=Code(task.rule),
        because=Said(task.because, task.position),
        standing=standing(task, past),
        summary=Said(task.summary, ended) if task.summary else None,
        facts=tuple(
            Fact(Said(label, ended), Said(text, ended)) for label, text in sorted(task.facts.items())
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
            return ("Blocked, then replaced by ", by, "; it does not count as completed. The reason: ", reason, ".")
        case "cancelled":
            return ("Cancelled: ", reason, ".")


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
            run=Code(task.run_id, task.run_id[:8]),
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
        found = Said(check.found, reviews[-1].position) if check is not None and reviews else None
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
