"""The results: what the rule gives, each test, and what it costs the models. Pure."""

from __future__ import annotations

from orchestrator.paper.blocks import Block, Blocks, Column, Drawing, Paragraph, Table
from orchestrator.paper.claims import wording_of
from orchestrator.paper.parts import claims_in_words, one
from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.plots.forest import forest
from orchestrator.reports.prose import Code, Prose, Said
from orchestrator.reports.sections.collapse.builder import build as collapse
from orchestrator.reports.sections.evidence.tested import tested_rows
from store.task.state import Task


def build(history: History, book: FigureBook) -> Blocks:
    """The verdict first; without a comparison, what is missing."""
    wording, comparison = wording_of(history), history.comparison
    blocks: list[Block] = [Paragraph(_verdict(history, book))]
    if comparison is None:
        blocks.append(Paragraph(("No comparison of models has been accepted, so there are no tests to show.",)))
    else:
        blocks += _tests(history, book, comparison, wording.caption)
    return Blocks((*blocks, *_collapse(history, book)))


def _verdict(history: History, book: FigureBook) -> Prose:
    said: Prose = (wording_of(history).results,)
    for claim in claims_in_words(history, book):
        said = (*said, " ", *claim)
    assessment, at = history.cycle.assessment, history.cycle.assessment_position
    if assessment is not None and at is not None:
        said = (*said, " The reason that the rule gives: ", Said(assessment.reason.rstrip(". "), at), ".")
    return said


def _tests(history: History, book: FigureBook, comparison: Task, caption: str) -> list[Block]:
    metric = Code(getattr(comparison.spec, "metric", ""))
    drawn = forest(history) is not None
    refs = ("tab:tests", "fig:forest") if drawn else ("tab:tests",)
    numeric = ("n", "Mean", "d_z", "p, collapse", "p, no collapse")
    blocks: list[Block] = [
        Paragraph(("Each model was tested on the mean of ", metric, " over images.",), refs=refs),
        Table(
            "tab:tests",
            ("Tests of the mean of ", metric, ". Effect sizes are relative to the threshold; p-values are adjusted for "
             "looks and models, in the direction of collapse and against it. ", caption),
            (Column(("Model",)), *(Column((name,), numeric=True) for name in numeric), Column(("Reading",))),
            tuple(
                ((row.model,), one(row.n), one(row.mean), one(row.dz_threshold), one(row.p_collapse), one(row.p_clear),
                 (row.reading,))
                for row in tested_rows(comparison, history, book)
            ),
            wide=True,
        ),
    ]  # fmt: skip
    if drawn:
        blocks.append(
            Drawing(
                "fig:forest",
                "forest",
                ("The mean of ", metric, " by model, with an interval that is not adjusted for the number of models. "
                 "The dashed line is the null value, the solid line the threshold."),
            )
        )  # fmt: skip
    return blocks


def _collapse(history: History, book: FigureBook) -> list[Block]:
    """Kinds of collapse and harm, where the measurements tell of them."""
    found = collapse(history, book)
    if found is None:
        return []
    return [
        Paragraph(
            ("Which kinds of collapse the maps show, and what that does to the task of a model, are told apart. Harm "
             "that is undecided is no clean bill.",),
            refs=("tab:kinds",),
        ),
        Table(
            "tab:kinds",
            ("Kinds of collapse and harm. The loss of the task stands beside that of re-initialised copies.",),
            (Column(("Model",)), Column(("Kinds",)), Column(("Harm",)), Column(("Loss",), True),
             Column(("Of copies",), True)),
            tuple(
                ((row.model,), row.kinds.word, row.harm.word, one(row.loss), one(row.floor)) for row in found.overview
            ),
            wide=True,
        ),
    ]  # fmt: skip
