"""The experiments: models, data, looks and controls. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Block, Blocks, Column, Paragraph, Table
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.unmeasured import why_unmeasured
from orchestrator.reports.prose import Code, Label, ModelName, Prose, Said, counted
from orchestrator.reports.sections.controls.builder import build as controls
from store.queries.models import stand_in


def build(history: History, book: FigureBook) -> Blocks:
    """The models as a table, then the data, then whether the instrument works."""
    blocks: list[Block] = [
        Paragraph(_data(history, book), refs=("tab:models",)),
        Table(
            "tab:models",
            ("The models under study. A substitute was measured in the place of a model that could not be had.",),
            (Column(("Model",)), Column(("Architecture",)), Column(("Weights",)), Column(("Measured",))),
            _models(history),
            wide=True,
        ),
    ]
    found = controls(history, book)
    if found is not None:
        blocks.append(Paragraph(tuple(piece for row in found.rows for piece in (row.model, ": ", *row.result, ". "))))
    return Blocks(tuple(blocks))


def _data(history: History, book: FigureBook) -> Prose:
    data, at = history.study.data, history.protocol_position
    images = book.pointed(at, "/study/data/n", "images")
    captions = book.pointed(at, "/study/data/captions_per_image")
    where: Prose = (
        ("scenes of coloured shapes that are generated from a seed",)
        if data.source == "shapes"
        else ("the image-caption pairs of ", Label(data.annotations))
    )
    return (
        "Each look at the data takes ", *counted(images, "image", "images"), " with ",
        *counted(captions, "caption", "captions"), " of ", *where, ". The models are listed below.",
    )  # fmt: skip


def _models(history: History) -> tuple[tuple[Prose, ...], ...]:
    rows: list[tuple[Prose, ...]] = []
    for model in history.study.models:
        tasks = [task for task in history.diagnostics if task.subject == model.id]
        done = any(task.status == "accepted" for task in tasks)
        used = stand_in(history.board, model)
        if done and used.id != model.ref.id:
            told: Prose = ("through ", model_name(history, used.id))
        elif done:
            told = ("itself",)
        else:
            told = (
                "not measured: ",
                Said(why_unmeasured(ModelName.of(model.ref), tasks, history), history.board.position),
            )
        planted: Prose = (" (control: ", Code(model.plant), ")") if model.plant else ()
        rows.append(
            ((ModelName.of(model.ref),), (Label(model.family), " ", Label(model.name)), (Code(model.weights),),
             (*told, *planted))
        )  # fmt: skip
    return tuple(rows)
