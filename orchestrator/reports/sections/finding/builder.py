"""The critical finding: the most extreme test of the newest comparison, and all that is needed to weigh it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.conclusions import conclusion, look_of
from orchestrator.reports.prose import Absent, Code, Estimate, ModelName, Prose, Strong, p_value
from orchestrator.reports.sections.finding import Finding
from orchestrator.reports.site_places import ROLES
from store.cycle.verdicts import DIRECTIONS
from store.evidence import Evidence
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.queries.comparison import adjusted_p
from store.task.state import Task
from tasks.statistics.words import TESTS


def build(history: History, book: FigureBook) -> Finding:
    """The most extreme test, of those that show collapse if any does."""
    return Finding(_finding(history, book))


def _finding(history: History, book: FigureBook) -> tuple[Prose, ...]:
    """The most extreme test of the newest comparison, of those that show collapse if any does, and all to weigh it."""
    comparison = history.comparison
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return (("There is no critical finding: no comparison has been accepted.",),)
    smallest = _smallest(comparison)
    if smallest is None:
        return (("There is no critical finding: no model in the comparison could be tested.",),)
    model_id, direction, test = smallest
    name = model_name(history, model_id)
    return (
        *_estimate(comparison, name, book),
        *_is_planted(history, model_id),
        _test(comparison, comparison.spec, direction, test, book),
        *_effect(comparison, model_id, book),
        *_raw(history, model_id, book),
        *_null(history, model_id, book),
        *_influence(history, model_id, book),
        _chosen(comparison, model_id),
    )


def _is_planted(history: History, model_id: str) -> list[Prose]:
    """That a collapse which is found was put there."""
    planted = any(model.ref.id == model_id and model.plant for model in history.study.models)
    said: Prose = (Strong("The collapse in this model was planted"), ", to see that it is found.")
    return [said] if planted else []


def _chosen(comparison: Task, model_id: str) -> Prose:
    among = " of those that show collapse" if conclusion(comparison, model_id) == "collapse shown" else ""
    return (f"It is the smallest adjusted p-value{among}; every other test is in the section on evidence.",)


def _smallest(comparison: Task) -> tuple[str, str, Evidence] | None:
    assert isinstance(comparison.spec, StatisticsSpec)
    tests = [
        (source.model_id, direction, test)
        for source in comparison.spec.sources
        for direction in DIRECTIONS
        if (test := adjusted_p(comparison, source.model_id, direction)) is not None
    ]
    shown = [test for test in tests if test[1] == "collapse" and conclusion(comparison, test[0]) == "collapse shown"]
    return min(shown or tests, key=lambda found: found[2].value, default=None)


def _estimate(comparison: Task, name: ModelName, book: FigureBook) -> list[Prose]:
    assert isinstance(comparison.spec, StatisticsSpec)
    mean = comparison.value(f"model/{name.id}/mean")
    if mean is None:
        return []
    images = book.images(mean) or Absent("an unrecorded number of")
    position = comparison.position
    shown = conclusion(comparison, name.id)
    return [
        (Strong(f"{shown[0].upper()}{shown[1:]}"), " in ", name, ". Its mean ", Code(comparison.spec.metric), " over ",
         images, " images is ", Estimate(book.evidence(mean)), ", against a null value of ",
         book.pointed(position, "/spec/null"), " and a threshold of ", book.pointed(position, "/spec/threshold"), "."),
    ]  # fmt: skip


def _test(comparison: Task, spec: StatisticsSpec, direction: str, test: Evidence, book: FigureBook) -> Prose:
    above = (spec.threshold > spec.null) == (direction == "collapse")
    nominal = comparison.value("alpha/look")
    at: Prose = (", at level ", book.evidence(nominal)) if nominal is not None else ()
    for_looks = "the looks and " if comparison.value("alpha") is not None else ""
    return (
        "The test is ", TESTS[spec.test], ", one-sided, that the mean lies ", "above" if above else "below",
        f" the threshold; adjusted for {for_looks}the models, ", *p_value(book.evidence(test)), ". It was made at ",
        *look_of(comparison, book), *at, ".",
    )  # fmt: skip


def _effect(comparison: Task, model_id: str, book: FigureBook) -> list[Prose]:
    """The effect against the threshold, on which the reading rests, before that against the null value."""
    names = ("dz_threshold", "dz_null", "p_null")
    threshold, null, p_null = (comparison.value(f"model/{model_id}/{name}") for name in names)
    lines: list[Prose] = []
    if threshold is not None:
        lines.append(
            ("Its effect against the threshold, on which the reading rests, is dz\u00a0=\u00a0",
             Estimate(book.evidence(threshold)),
             ": the mean less the threshold, in standard deviations between images."),
        )  # fmt: skip
    if null is not None:
        test: Prose = ("; two-sided and unadjusted, ", *p_value(book.evidence(p_null))) if p_null is not None else ()
        lines.append(
            ("Its effect against the null value, on which no reading rests, is dz\u00a0=\u00a0",
             Estimate(book.evidence(null)), *test, "."),
        )  # fmt: skip
    return lines


def _measurement(history: History, model_id: str) -> Task | None:
    """The newest accepted measurement of a model."""
    found = (
        task
        for task in history.measurements
        if isinstance(task.spec, DiagnosticSpec) and task.spec.model.id == model_id
    )
    return next(found, None)


def _raw(history: History, model_id: str, book: FigureBook) -> list[Prose]:
    """The raw score is never shown without what uniform attention gives."""
    task = _measurement(history, model_id)
    if task is None:
        return []
    raw, uniform, norm = (task.value(key) for key in ("mcs_raw", "mcs_raw_uniform", "mcs_norm"))
    if raw is None or uniform is None or norm is None:
        return []
    return [
        ("Its raw score ", Code("mcs_raw"), " is ", Estimate(book.evidence(raw)),
         ", where uniform attention gives ", Estimate(book.evidence(uniform)),
         " on the same images; normalised, ", Code("mcs_norm"), " is ", Estimate(book.evidence(norm)), "."),
    ]  # fmt: skip


def _null(history: History, model_id: str, book: FigureBook) -> list[Prose]:
    """How much entropy each role has lost, and against which null."""
    task = _measurement(history, model_id)
    draws, images = (task.value(f"null/{key}") if task else None for key in ("draws", "images"))
    if task is None or draws is None or images is None:
        return []
    losses: list[Prose] = [
        (role, " ", Estimate(book.evidence(loss)))
        for role in ROLES
        if (loss := task.value(f"null/{role}/loss")) is not None
    ]
    listed = [piece for number, loss in enumerate(losses) for piece in ((*((", ",) if number else ()), *loss))]
    return [
        ("Against ", book.evidence(draws), " random initialisations of the same architecture, on the first ",
         book.evidence(images), " images, the share of normalised entropy that is lost is: ", *listed, "."),
    ]  # fmt: skip


def _influence(history: History, model_id: str, book: FigureBook) -> list[Prose]:
    """What another image does to the output, and how entropy and influence go together."""
    task = _measurement(history, model_id)
    swap = task.value("influence/swap-image/change") if task else None
    if task is None or swap is None:
        return []
    said: list[Prose] = [
        ("Entropy is not influence: given another image, ", Estimate(book.evidence(swap)),
         " of the probability of its output moves."),
    ]  # fmt: skip
    for level in ("sites", "heads"):
        together, count = (task.value(f"influence/{level}/{key}") for key in ("spearman_entropy_norm", "compared"))
        if together is not None and count is not None:
            said.append(
                ("Over its ", book.evidence(count), f" {level}, the rank correlation of",
                 " normalised entropy and influence is ",
                 Estimate(book.evidence(together)), "."),
            )  # fmt: skip
    return said
