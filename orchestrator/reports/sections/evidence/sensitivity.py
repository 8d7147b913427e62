"""Sensitivity analyses, shown next to the main tests: all models at once, other tests, leaving one image out. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name, model_refs
from orchestrator.reports.prose import Absent, Cell, Estimate, Prose, p_value
from orchestrator.reports.sections.evidence import CheckedRow, ShapeRow
from store.kinds import statistics_metrics as s
from store.metrics import Metric
from store.queries.protocol import amended_late
from store.task.state import Task


def together(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, ...]:
    """Sentences on all models at once, which no decision uses."""
    return (*_shown(comparison, history, book), *_together(comparison, book), *_sequential(comparison, book))


def checked(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, tuple[CheckedRow, ...]]:
    """A sentence that explains the sensitivity analyses, and a row per model; both empty where none was reported."""
    rows = tuple(filter(None, (_checked(comparison, model_id, history, book) for model_id in model_refs(history))))
    margin = next((item for _, item in comparison.values(s.BALANCED_MARGIN)), None)
    if not rows:
        return (), ()
    balanced: Prose = (
        ()
        if margin is None
        else (
            " Balance: two one-sided tests (equivalence) that the mean lies within ", book.evidence(margin),
            " of the null value; a test that does not reject would not show that.",
        )
    )  # fmt: skip
    return (
        (
            "Sensitivity analyses: p-values for collapse by other tests, and the range of those of Student's t with "
            "any one image left out. They do not change which test is used and are not adjusted for interim looks; "
            "only max-T (by the bootstrap) is adjusted for the number of models.", *_null_known(comparison), *balanced,
        ),
        rows,
    )  # fmt: skip


def _null_known(comparison: Task) -> Prose:
    """That other tests ignore the error of the null, where the values are losses against an estimated one."""
    if not any(True for _ in comparison.values(s.NULL_ERROR)):
        return ()
    return (
        " These p-values and the effect sizes ignore the estimation error of the null and are therefore "
        "anti-conservative; the deciding test includes it.",
    )


def shapes(comparison: Task, history: History, book: FigureBook) -> tuple[Prose, tuple[ShapeRow, ...]]:
    """A sentence that explains the columns, and a row per model; both empty where none was reported."""
    rows = tuple(filter(None, (_shape(comparison, model_id, history, book) for model_id in model_refs(history))))
    return (_SHAPES if rows else ()), rows


_SHAPES: Prose = (
    "Mean at any look: an interval for one model that holds at all looks simultaneously, for large numbers of images. "
    "Trend: change from a model's first layer to its last, exploratory, with p adjusted by Benjamini and Hochberg. "
    "Error of the null: the standard error from random initialisations, where values are losses relative to them.",
)


def _shown(comparison: Task, history: History, book: FigureBook) -> Iterator[Prose]:
    """How many models are shown to collapse, and the error rate of that number."""
    count, alpha = comparison.value(s.COLLAPSED), comparison.value(s.ALPHA)
    if count is not None and alpha is not None:
        late = ", which no longer holds as the protocol was amended after data" if amended_late(history.board) else ""
        yield (
            "Collapse is shown in ", book.evidence(count), " of them (û, by partial conjunction). The probability that "
            "this is more than truly collapse is at most ", book.evidence(alpha), f" over all looks{late}. It applies "
            "to these models only.",
        )  # fmt: skip


def _together(comparison: Task, book: FigureBook) -> Iterator[Prose]:
    """The mean over all models: as fixed, as a sample of a population, and by meta-analysis."""
    fixed, population, independent = (
        comparison.value(s.ACROSS_MEAN, scope=scope) for scope in ("fixed", "population", s.INDEPENDENT)
    )
    p = comparison.value(s.ACROSS_P_COLLAPSE, scope="fixed")
    if fixed is not None and p is not None:
        found: Prose = ("The mean over these models, as such and not as a sample, is ", Estimate(book.evidence(fixed)))
        beyond = "; one-sided, that it lies beyond the threshold, at this look alone, "
        yield (*found, beyond, *p_value(book.evidence(p)), ".")
    if population is not None:
        mean = Estimate(book.evidence(population))
        yield ("If the models are a random sample of a population, the estimate of its mean is ", mean, ".")
    if independent is not None:
        pooled = Estimate(book.evidence(independent))
        yield (
            "An ordinary meta-analysis gives ", pooled, ", but it assumes independent samples, and these models share "
            "their images.",
        )  # fmt: skip


def _sequential(comparison: Task, book: FigureBook) -> Iterator[Prose]:
    """How many models collapse, valid at any stopping time; for the first few numbers."""
    found = [item for _, item in comparison.values(s.SEQUENTIAL_P)]
    each: list[Prose] = [
        (f"{words} or more, ", *p_value(book.evidence(item))) for words, item in zip(_COUNTS, found, strict=False)
    ]
    if each:
        listed = (piece for number, words in enumerate(each) for piece in (("; ", *words) if number else words))
        yield (
            "With e-values, which hold at any stopping time whatever looks were planned (partial conjunction of their "
            "inverses), the number of models that collapse is: ", *listed, ".",
        )  # fmt: skip


_COUNTS = ("one", "two", "three", "four", "five", "six")


def _checked(comparison: Task, model_id: str, history: History, book: FigureBook) -> CheckedRow | None:
    """One model; None where it was not tested, or by a version that reported less."""
    if not _reported(comparison, model_id):
        return None
    value = _values(comparison, model_id, book)
    return CheckedRow(
        model=model_name(history, model_id),
        signed_rank=value(s.P_SIGNED_RANK, direction="collapse"),
        sign_flip=value(s.P_SIGN_FLIP, direction="collapse"),
        bootstrap_t=value(s.P_BOOTSTRAP_T, direction="collapse"),
        max_t=value(s.P_MAX_T, direction="collapse"),
        left_out=(value(s.LEFT_OUT_P_LOW), value(s.LEFT_OUT_P_HIGH)),
        balanced=value(s.BALANCED_P),
    )


def _shape(comparison: Task, model_id: str, history: History, book: FigureBook) -> ShapeRow | None:
    if not _reported(comparison, model_id):
        return None
    value = _values(comparison, model_id, book)
    return ShapeRow(
        model=model_name(history, model_id),
        any_look=value(s.MEAN_ANY_LOOK),
        trend=value(s.TREND_SLOPE),
        trend_p=value(s.TREND_P_ADJUSTED),
        skew=value(s.SKEW),
        null_error=value(s.NULL_ERROR),
    )


def _reported(comparison: Task, model_id: str) -> bool:
    return comparison.value(s.P_SIGNED_RANK, model=model_id, direction="collapse") is not None


def _values(comparison: Task, model_id: str, book: FigureBook) -> Callable[..., Cell]:
    """What the comparison reports of a model, by metric."""

    def value(metric: Metric, **fields: str) -> Cell:
        item = comparison.value(metric, model=model_id, **fields)
        return Absent("–") if item is None else Estimate(book.evidence(item))

    return value
