"""Sentences that interpret the numbers on entropy and influence. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from orchestrator.reports.book import FigureBook
from orchestrator.reports.prose import Absent, Cell, Estimate, Prose, listed
from orchestrator.reports.sections.influence import SiteRow
from store.evidence import Evidence
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics_sites import ROLES
from store.task.state import Task


def notes(rows: Sequence[SiteRow], task: Task, book: FigureBook) -> tuple[Prose, ...]:
    """On how many images sites were changed, where nothing depends on attention, and the correlations in words."""
    if not intervened(task):
        return (("No intervention was made, so influence is unknown.",),)
    return (*_images(task, book), *_idle(rows), *_meaning(task, "sites", book), *_meaning(task, "heads", book))


def intervened(task: Task) -> bool:
    """Whether the log holds the effect of any intervention of a measurement."""
    return any(True for _ in task.values(d.CHANGE, d.SITE_CHANGE, d.HEAD_CHANGE, d.SPEARMAN))


def _images(task: Task, book: FigureBook) -> tuple[Prose, ...]:
    change = next((item for _, item in task.values(d.SITE_CHANGE)), None)
    images = book.images(change) if change is not None else None
    return (
        ()
        if images is None
        else (
            (
                "Attention was replaced by uniform attention on the first ",
                images,
                " images.",
            ),
        )
    )


def _idle(rows: Sequence[SiteRow]) -> tuple[Prose, ...]:
    """Sites without influence: gates that are closed, and sites whose attention changes nothing."""
    gated = [row for row in rows if not isinstance(row.gated, Absent)]
    closed = [row for row in gated if _is_zero(row.gated)]
    idle = [row for row in rows if _is_zero(row.change) and row not in closed]
    said: list[Prose] = []
    if gated:
        said.append(("Through the gate: the site's contribution to its stream, as a share of the stream.",))
    if closed:
        said.append(
            ("The gate is closed at ", *_named(closed), ": whatever its entropy, attention there does not reach the "
             "output."),
        )  # fmt: skip
    if idle:
        said.append(
            ("On these images the output does not change when attention is made uniform at ", *_named(idle), ".")
        )
    return tuple(said)


def _named(rows: Sequence[SiteRow]) -> Prose:
    return listed([(row.role, " layer ", row.layer) if row.role in ROLES else (row.site or row.role,) for row in rows])


def _is_zero(value: Cell) -> bool:
    """Zero on every image, and not by rounding."""
    if not isinstance(value, Estimate):
        return False
    interval = value.figure.interval
    return value.figure.value == 0 and (interval is None or interval.low == interval.high == 0)


def _meaning(task: Task, level: str, book: FigureBook) -> tuple[Prose, ...]:
    """A rank correlation in words, or why there is none."""
    item, count = (task.value(metric, level=level) for metric in (d.SPEARMAN, d.COMPARED))
    if item is None or count is None:
        why = "they were not compared, or are too few or too similar"
        return ((f"There is no rank correlation over {level}: {why}.",),)
    over: Prose = ("Over its ", book.evidence(count), f" {level}, the rank correlation of entropy and influence is ")
    return ((*over, Estimate(book.evidence(item)), f": {_in_words(item, level)}."),)


def _in_words(item: Evidence, level: str) -> str:
    """What it says of these sites or heads, which are all that the model has; it says nothing of others."""
    if abs(item.value) < MEDIUM:
        return "in this model the two hardly go together"
    way = "more widely spread" if item.value > 0 else "sharper"
    return f"in this model the output depends more on {level} with {way} attention"


MEDIUM = 0.3
"""A correlation from which an effect is called medium (Cohen 1988, p. 80)."""
