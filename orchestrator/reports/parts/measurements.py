"""Which measurement numbers come from: its look, and the images that it has. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Prose
from store.figures import Figure
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.diagnostics_metrics import MCS_NORM
from store.task.state import Task


def look_number(task: Task, book: FigureBook) -> Figure:
    """Number of the look whose images a diagnostic measured."""
    return book.derived(f"task/{task.task_id}/look")


def images_of(task: Task, book: FigureBook) -> Figure | None:
    """Images behind the metric that the study decides on, or else behind the normalised score."""
    assert isinstance(task.spec, DiagnosticSpec)
    decisive = task.evidence.of(task.spec.metric) or task.value(MCS_NORM)
    return book.images(decisive) if decisive is not None else None


def where(task: Task, book: FigureBook) -> Prose:
    """`the 60 images of look 2`."""
    images = images_of(task, book)
    of: Prose = ("the images of look ",) if images is None else ("the ", images, " images of look ")
    return (*of, look_number(task, book))


def part_of(task: Task) -> str:
    """`look 2, images 61 to 120`, for drawings, which print no figures."""
    assert isinstance(task.spec, DiagnosticSpec)
    data = task.spec.data
    return f"look {data.first // data.n + 1}, images {data.first + 1} to {data.first + data.n}"
