"""Sensitivity analyses, shown next to the main tests: all models at once, other tests, leaving one image out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name, model_refs
from orchestrator.reports.prose import Absent, Cell, Estimate, Prose, p_value
from orchestrator.reports.sections.evidence import CheckedRow, ShapeRow
from store.queries.protocol import amended_late
from store.task.state import Task


def together(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, ...]:
    """Sentences on all models at once, of what the newest comparison reports and what decides nothing."""
    return (*_shown(comparison, history, book), *_together(comparison, book), *_sequential(comparison, book))


def checked(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, tuple[CheckedRow, ...]]:
    """What the tests rest on, model by model, after a sentence that explains it; nothing where none was reported."""
    rows = tuple(filter(None, (_checked(comparison, model_id, history, book) for model_id in model_refs(history))))
    margin = next((item for item in comparison.evidence if item.metric.endswith("/balanced/margin")), None)
    if not rows:
        return (), ()
    balanced: Prose = (
        ()
        if margin is None
        else (
            " Balance: that the mean lies within ", book.evidence(margin),
            " of the null value, by two one-sided tests, which a failed test would not show.",
        )
    )  # fmt: skip
    return (
        (
            "What the tests rest on: p of collapse by other tests, and the range of Student's t without any one image; "
            "none of it switches the test, or is corrected for looks, and only max-T, by the bootstrap, is corrected "
            "for the number of models.", *_null_known(comparison), *balanced,
        ),
        rows,
    )  # fmt: skip


def _null_known(comparison: Task) -> Prose:
    """What a loss against an estimated null makes of the other tests, where the values are such."""
    if not any(item.metric.endswith("/null_error") for item in comparison.evidence):
        return ()
    return (
        " They, and effect sizes, are of the images alone, and take the null as known: beside an error of the null "
        "they say more than is known, and the test that decides, which has that error in it, may well find nothing.",
    )


def shapes(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, tuple[ShapeRow, ...]]:
    """What the values of each model are like, after what the columns mean; nothing where none was reported."""
    rows = tuple(filter(None, (_shape(comparison, model_id, history, book) for model_id in model_refs(history))))
    return (_SHAPES if rows else ()), rows


_SHAPES: Prose = (
    "Mean at any look: an interval of one model that covers at all looks together, where images are many. Trend: "
    "change from a model's first layer to its last, explored, with p by Benjamini and Hochberg. Error of the null: "
    "that of random initialisations, where values are losses against them.",
)


def _shown(comparison: Task, history: History, book: FigureBook) -> Iterator[Prose]:
    """How many models are shown to collapse, and what that number is."""
    count, alpha = comparison.value("count/collapsed"), comparison.value("alpha")
    if count is not None and alpha is not None:
        late = ", which no longer holds as the protocol was amended after data" if amended_late(history.board) else ""
        yield (
            "Collapse is shown in ", book.evidence(count), " of them (û, by partial conjunction): that is more than "
            "truly collapse with a probability of ", book.evidence(alpha), f" at most, over all looks{late}; and it "
            "speaks of these models only.",
        )  # fmt: skip


def _together(comparison: Task, book: FigureBook) -> Iterator[Prose]:
    """One mean over all models, for what the models are taken to be."""
    fixed, population, independent = (
        comparison.value(f"across/{scope}/mean") for scope in ("fixed", "population", "independent")
    )
    p = comparison.value("across/fixed/p_collapse")
    if fixed is not None and p is not None:
        found: Prose = ("Over all models together, these very models, the mean is ", Estimate(book.evidence(fixed)))
        beyond = "; one-sided, that it lies beyond the threshold, at this look alone, "
        yield (*found, beyond, *p_value(book.evidence(p)), ".")
    if population is not None:
        mean = Estimate(book.evidence(population))
        yield ("Were they a random sample of a population of models, its mean would be ", mean, ".")
    if independent is not None:
        pooled = Estimate(book.evidence(independent))
        yield (
            "An ordinary meta-analysis gives ", pooled, "; it assumes independent samples, and these models share "
            "their images.",
        )  # fmt: skip


def _sequential(comparison: Task, book: FigureBook) -> Iterator[Prose]:
    """How many models collapse, at whichever look one stops; of the first few numbers."""
    found = [item for item in comparison.evidence if item.metric.startswith("sequential/")]
    each: list[Prose] = [
        (f"{words} or more, ", *p_value(book.evidence(item))) for words, item in zip(_COUNTS, found, strict=False)
    ]
    if each:
        listed = (piece for number, words in enumerate(each) for piece in ((", ", *words) if number else words))
        yield (
            "By e-values, whatever the plan of the looks is, by partial conjunction of their inverses and at whichever "
            "look one stops, models that collapse are ", *listed, ".",
        )  # fmt: skip


_COUNTS = ("one", "two", "three", "four", "five", "six")


def _checked(comparison: Task, model_id: str, history: History, book: FigureBook) -> CheckedRow | None:
    """One model; None where it was not tested, or by a version that reported less."""
    if not _reported(comparison, model_id):
        return None
    value = _values(comparison, model_id, book)
    return CheckedRow(
        model=model_name(history, model_id),
        signed_rank=value("collapse/p_signed_rank"),
        sign_flip=value("collapse/p_sign_flip"),
        bootstrap_t=value("collapse/p_bootstrap_t"),
        max_t=value("collapse/p_max_t"),
        left_out=(value("left_out/p_low"), value("left_out/p_high")),
        balanced=value("balanced/p"),
    )


def _shape(comparison: Task, model_id: str, history: History, book: FigureBook) -> ShapeRow | None:
    if not _reported(comparison, model_id):
        return None
    value = _values(comparison, model_id, book)
    return ShapeRow(
        model=model_name(history, model_id),
        any_look=value("mean_any_look"),
        trend=value("trend/slope"),
        trend_p=value("trend/p_bh"),
        skew=value("skew"),
        null_error=value("null_error"),
    )


def _reported(comparison: Task, model_id: str) -> bool:
    return comparison.value(f"model/{model_id}/collapse/p_signed_rank") is not None


def _values(comparison: Task, model_id: str, book: FigureBook) -> Callable[[str], Cell]:
    """What the comparison reports of a model, by the end of its key."""

    def value(name: str) -> Cell:
        item = comparison.value(f"model/{model_id}/{name}")
        return Absent("–") if item is None else Estimate(book.evidence(item))

    return value
