"""The limitations, each from the record. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.paper.blocks import Blocks, Items, Paragraph, Slot
from orchestrator.paper.parts import NO_LITERATURE
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.conclusions import undetermined
from orchestrator.reports.parts.header import header
from orchestrator.reports.parts.unmeasured import why_unmeasured
from orchestrator.reports.prose import Code, ModelName, Prose, Said, counted, listed
from store.queries.comparison import compared_models
from store.queries.literature import flow
from store.queries.looks import looks_done
from store.queries.models import replaced_models


def build(history: History, book: FigureBook) -> Blocks:
    """Always there, and never left out."""
    return Blocks(
        (
            Paragraph(("What the record says against these results:",)),
            Items(tuple(_limits(history, book))),
            Slot("limitations", "what else limits these results"),
        )
    )


def _limits(history: History, book: FigureBook) -> Iterator[Prose]:
    yield from header(history).verdict.notes
    yield from _models(history)
    yield from _untested(history)
    yield _data(history, book)
    yield from _looks(history, book)
    if history.cycle.assessment is None:
        yield ("The study has not been assessed; no conclusion can be drawn.",)
    for amendment in history.board.amendments:
        keys = listed([(Code(key),) for key in amendment.event.changed])
        yield ("The protocol was amended (", *keys, "): ", Said(amendment.event.reason, amendment.position), ".")
    if not flow(history.board).screened:
        yield (NO_LITERATURE,)


def _models(history: History) -> Iterator[Prose]:
    replaced = replaced_models(history.board)
    if replaced:
        names = listed([(model_name(history, model_id),) for model_id in replaced])
        yield ("Measured through a substitute, which is another model: ", *names, ".")
    for model in history.study.models:
        tasks = [task for task in history.diagnostics if task.subject == model.id]
        if not any(task.status == "accepted" for task in tasks):
            name = ModelName.of(model.ref)
            why = why_unmeasured(name, tasks, history).rstrip(". ")
            yield ("There is no measurement of ", name, ": ", Said(why, history.board.position), ".")


def _untested(history: History) -> Iterator[Prose]:
    comparison = history.comparison
    if comparison is None:
        return
    for model_id in sorted(compared_models(comparison)):
        if why := undetermined(comparison, model_id):
            name = model_name(history, model_id)
            yield (
                "The measure of ",
                name,
                " could not be tested: ",
                Said(why.rstrip(". "), comparison.status_position),
                ".",
            )


def _data(history: History, book: FigureBook) -> Prose:
    images = book.pointed(history.protocol_position, "/study/data/n", "images")
    source = "generated scenes" if history.study.data.source == "shapes" else "one collection of images"
    return (f"All results rest on one data set, {source}, with ", *counted(images, "image", "images"), " per look.")


def _looks(history: History, book: FigureBook) -> Iterator[Prose]:
    last = history.study.decision.last_look
    if last is None:
        yield ("The number of looks is open; e-values hold at any time of stopping.",)
    elif looks_done(history.board) < last:
        yield ("Planned looks that were not taken: ", book.derived("looks/left"), ".")
