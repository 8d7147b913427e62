"""What stands beside the tests of a comparison: all models at once, other tests, balance, and layers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from orchestrator.reports.book import FigureBook
from orchestrator.reports.naming import model_name, model_refs
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Estimate, Prose, p_value
from store.board import Task


def beside(comparison: Task, past: Past, book: FigureBook) -> tuple[Prose, ...]:
    """Sentences for all that the newest comparison reports and that decides nothing."""
    models = list(model_refs(past))
    return (
        *_together(comparison, book),
        *_sequential(comparison, book),
        *(line for model_id in models for line in _checked(comparison, model_id, past, book)),
        *(line for model_id in models for line in _balanced(comparison, model_id, past, book)),
        *(line for model_id in models for line in _trend(comparison, model_id, past, book)),
    )


def _together(comparison: Task, book: FigureBook) -> Iterator[Prose]:
    """One mean over all models, for what the models are taken to be."""
    fixed, population, independent = (
        comparison.value(f"across/{scope}/mean") for scope in ("fixed", "population", "independent")
    )
    p = comparison.value("across/fixed/p_collapse")
    if fixed is not None and p is not None:
        found: Prose = ("Over all models together, these very models, the mean is ", Estimate(book.evidence(fixed)))
        yield (*found, "; against the threshold, ", *p_value(book.evidence(p)), ".")
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
    """How many models collapse, however often one looks; of the first few numbers."""
    found = [item for item in comparison.evidence if item.metric.startswith("sequential/")]
    each: list[Prose] = [
        (f"{words} or more, ", *p_value(book.evidence(item))) for words, item in zip(_COUNTS, found, strict=False)
    ]
    if each:
        listed = (piece for number, words in enumerate(each) for piece in ((", ", *words) if number else words))
        yield ("By e-values, which hold after any number of looks, models that collapse are ", *listed, ".")


_COUNTS = ("one", "two", "three", "four", "five", "six")


def _checked(comparison: Task, model_id: str, past: Past, book: FigureBook) -> Iterator[Prose]:
    """What the test of a model rests on, checked: other tests, skew, what hangs on one image, and on the null."""
    names = ("collapse/p_signed_rank", "collapse/p_sign_flip", "left_out/p_low", "left_out/p_high", "skew")
    found = [comparison.value(f"model/{model_id}/{name}") for name in names]
    ranks, flips, low, high, skew = (None if item is None else book.evidence(item) for item in found)
    if ranks is None or flips is None or low is None or high is None or skew is None:
        return
    bootstrap, null = (
        comparison.value(f"model/{model_id}/{name}") for name in ("collapse/p_bootstrap_t", "null_error")
    )
    resampled: Prose = () if bootstrap is None else ("; bootstrap-t, ", *p_value(book.evidence(bootstrap)))
    of_null: Prose = (
        () if null is None else (" The null of its losses has a standard error of ", book.evidence(null), ".")
    )
    yield (
        model_name(past, model_id), ", collapse by other tests: signed ranks, ", *p_value(ranks),
        "; flips of signs, ", *p_value(flips), *resampled, "; Student's t without any one image, ", *p_value(low),
        " to ", *p_value(high), ". Its skew is ", skew, ".", *of_null,
    )  # fmt: skip


def _balanced(comparison: Task, model_id: str, past: Past, book: FigureBook) -> Iterator[Prose]:
    """Whether a mean is shown to lie near the null value, which no failed test shows."""
    p, margin = (comparison.value(f"model/{model_id}/balanced/{name}") for name in ("p", "margin"))
    if p is not None and margin is not None:
        yield (
            model_name(past, model_id), ", equivalence: that its mean lies within ", book.evidence(margin),
            " of the null value, ", *p_value(book.evidence(p)), ", unadjusted.",
        )  # fmt: skip


def _trend(comparison: Task, model_id: str, past: Past, book: FigureBook) -> Iterator[Prose]:
    """How the metric changes over the layers of a model."""
    slope, p = (comparison.value(f"model/{model_id}/trend/{name}") for name in ("slope", "p_bh"))
    if slope is not None and p is not None:
        yield (
            model_name(past, model_id), ", from its first layer to its last: a change of ",
            Estimate(book.evidence(slope)), ", ", *p_value(book.evidence(p)),
            " by Benjamini and Hochberg; explored, and no part of a claim.",
        )  # fmt: skip
