"""What several sections of the paper say. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.goals import progress
from orchestrator.reports.prose import Absent, Cell, ModelName, Prose, counted, listed
from orchestrator.reports.wording import VERDICTS
from store.queries.claims import claims_in_force
from store.queries.literature import flow
from store.queries.models import counted_models

NO_LITERATURE = (
    "No literature was screened for this study, so that nothing is said here of what others have found, or have not."
)


def one(cell: Cell) -> Prose:
    """A cell of a report's table as a cell of the paper's; why a number is missing is among the limitations."""
    return (Absent(cell.word),) if isinstance(cell, Absent) else (cell,)


def who_was_measured(history: History, book: FigureBook) -> Prose:
    """How many models, and which."""
    names: list[Prose] = [(ModelName.of(model.ref),) for model in counted_models(history.board)]
    models = book.derived("study/models")
    return ("The study is of ", *counted(models, "model", "models"), ": ", *listed(names), ".")


def claims_in_words(history: History, book: FigureBook) -> tuple[Prose, ...]:
    """The claims in force, each with its verdict; none before the assessment."""
    if history.cycle.assessment is None:
        return ()
    in_force = claims_in_force(history.board)
    return tuple(
        (*row.claim, ": ", VERDICTS[row.verdict], ".")
        for row, claim in zip(progress(history, book).claims, history.cycle.assessment.claims, strict=True)
        if claim.at_least in in_force
    )


def gap(history: History, book: FigureBook) -> Prose:
    """What the literature that was screened covers; never that there is nothing else."""
    if not flow(history.board).screened:
        return (NO_LITERATURE,)
    included = book.derived("literature/included")
    return (
        "The search that the protocol describes led to ", *counted(included, "work", "works"), " that people included; "
        "what these cover, and what none of them does, is told under related work. That none of them covers something "
        "is no proof that nothing does.",
    )  # fmt: skip
