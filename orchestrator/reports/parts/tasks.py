"""Tasks in full: plan, attempts, evidence, files, criteria. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import Attempt, History, Review
from orchestrator.reports.naming import task_anchor, task_model
from orchestrator.reports.parts.deliveries import CriterionRow, FileRow, criterion_rows, file_rows
from orchestrator.reports.parts.estimates import MetricRow, metric_row
from orchestrator.reports.parts.standing import standing
from orchestrator.reports.prose import Anchor, Code, ModelName, Prose, Said
from orchestrator.reports.wording import status_words
from store.events import TaskReturned
from store.figures import Figure
from store.kinds.diagnostics import DiagnosticFacts
from store.task.state import Status, Task

_SITES = DiagnosticFacts.template("sites")
"""The label of a fact that tells where a site is."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A labelled text of a task."""

    label: Said
    text: Said


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened to a task."""

    at: datetime
    text: Prose


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task with its status, results and history."""

    task_id: Code
    anchor: Anchor
    title: Said
    kind: str
    status: Status
    status_words: str
    priority: str
    model: ModelName | None
    agent: str | None
    duration: Figure | None
    rule: Code
    because: Said
    standing: Prose
    """The status in a sentence."""
    summary: Said | None
    facts: tuple[Fact, ...]
    metrics: tuple[MetricRow, ...]
    more_metrics: Prose | None
    files: tuple[FileRow, ...]
    criteria: tuple[CriterionRow, ...]
    moments: tuple[Moment, ...]
    """How it went, where that is more than one attempt."""


def task_views(history: History, book: FigureBook) -> tuple[TaskView, ...]:
    """The cycle's tasks in the order of planning."""
    return tuple(_view(task, history, book) for task in history.tasks)


def _view(task: Task, history: History, book: FigureBook) -> TaskView:
    duration = book.derived(f"task/{task.task_id}/duration_s") if task.duration_s is not None else None
    ended = task.status_position
    metrics = [item for metric in task.traits.shown if (item := task.value(metric)) is not None]
    return TaskView(
        task_id=Code(task.task_id),
        anchor=task_anchor(task.task_id),
        title=Said(task.title, task.position),
        kind=task.kind,
        status=task.status,
        status_words=status_words(task, history),
        priority=task.priority,
        model=task_model(task),
        agent=task.agent,
        duration=duration,
        rule=Code(task.rule),
        because=Said(task.because, task.position),
        standing=standing(task, history),
        summary=Said(task.summary, ended) if task.summary else None,
        facts=tuple(
            Fact(Said(label, ended), Said(text, ended))
            for label, text in sorted(task.facts.items())
            if _SITES.match(label) is None  # tables by site show those
        ),
        metrics=tuple(metric_row(item, book) for item in metrics),
        more_metrics=_more(task, len(metrics), book),
        files=file_rows(task, book),
        criteria=criterion_rows(task, history, book),
        moments=_moments(task, history, book),
    )  # fmt: skip


def _more(task: Task, shown: int, book: FigureBook) -> Prose | None:
    if len(task.evidence) <= shown or task.run_id is None:
        return None
    return (
        "All ", book.derived(f"task/{task.task_id}/metrics"), " metrics are in the event and in MLflow run ",
        Code(task.run_id), ".",
    )  # fmt: skip


def _moments(task: Task, history: History, book: FigureBook) -> tuple[Moment, ...]:
    """Attempts and reviews, only where there was more than one attempt or a return."""
    attempts, reviews = history.attempts.get(task.task_id, ()), history.reviews.get(task.task_id, ())
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
