"""What one of the measurements behind the critical finding found: scores, lost entropy, influence. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.parts.measurements import look_number, where
from orchestrator.reports.prose import Code, Estimate, Prose, listed
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics_sites import ROLES
from store.task.state import Task


def measured(task: Task, book: FigureBook) -> tuple[Prose, ...]:
    """Sentences on one measurement, each with the images that it speaks of."""
    return (*_scores(task, book), *_lost(task, book), *_influence(task, book))


def _scores(task: Task, book: FigureBook) -> list[Prose]:
    """The raw score is never shown without what uniform attention gives."""
    raw, uniform, norm = (task.value(metric) for metric in (d.MCS_RAW, d.MCS_RAW_UNIFORM, d.MCS_NORM))
    if raw is None or uniform is None or norm is None:
        return []
    return [
        ("On ", *where(task, book), ", its raw score ", Code(raw.metric), " is ", Estimate(book.evidence(raw)),
         ", where uniform attention gives ", Estimate(book.evidence(uniform)), "; the normalised score ",
         Code(norm.metric), " is ", Estimate(book.evidence(norm)), "."),
    ]  # fmt: skip


def _lost(task: Task, book: FigureBook) -> list[Prose]:
    """How much entropy each role has lost, and against which null."""
    draws, images = task.value(d.NULL_DRAWS), task.value(d.NULL_IMAGES)
    losses: list[Prose] = [
        (role, " ", Estimate(book.evidence(loss)))
        for role in ROLES
        if (loss := task.value(d.NULL_LOSS, role=role)) is not None
    ]
    if draws is None or images is None or not losses:
        return []
    return [
        ("At look ", look_number(task, book), ", the share of normalised entropy that is lost against the mean of ",
         book.evidence(draws), " random initialisations of the same architecture on the first ",
         book.evidence(images), " images is: ", *listed(losses), "."),
    ]  # fmt: skip


def _influence(task: Task, book: FigureBook) -> list[Prose]:
    """What another image does to the output, and how entropy and influence go together."""
    swap = task.value(d.CHANGE, intervention=d.ANOTHER_IMAGE)
    if swap is None:
        return []
    look = look_number(task, book)
    said: list[Prose] = [
        ("Low entropy does not mean low influence: at look ", look, ", given another image, ",
         Estimate(book.evidence(swap)), " of the probability of its output moves."),
    ]  # fmt: skip
    for level in ("sites", "heads"):
        together, count = (task.value(metric, level=level) for metric in (d.SPEARMAN, d.COMPARED))
        if together is not None and count is not None:
            said.append(
                ("At look ", look, ", over its ", book.evidence(count), f" {level}, the rank correlation of normalised "
                 "entropy and influence is ", Estimate(book.evidence(together)), "."),
            )  # fmt: skip
    return said
