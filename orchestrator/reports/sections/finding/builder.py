"""The critical finding: the most extreme test of the newest comparison, and all that is needed to weigh it. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name
from orchestrator.reports.parts.conclusions import conclusion, look_of
from orchestrator.reports.prose import Absent, Code, Estimate, ModelName, Prose, Strong, p_value
from orchestrator.reports.sections.finding import FindingView
from orchestrator.reports.sections.finding.measured import measured
from store.cycle.verdicts import DIRECTIONS
from store.evidence import Evidence
from store.kinds import statistics_metrics as s
from store.kinds.statistics import StatisticsSpec
from store.queries.comparison import adjusted_p
from store.task.state import Task
from tasks.statistics.words import TESTS


def build(history: History, book: FigureBook) -> FindingView:
    """The smallest adjusted p-value, among the tests that show collapse if any does."""
    return FindingView(_finding(history, book))


def _finding(history: History, book: FigureBook) -> tuple[Prose, ...]:
    """The sentences: test, effect sizes, and the measurements behind them."""
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
        *(line for task in history.sources(model_id) for line in measured(task, book)),
        _chosen(comparison, model_id),
    )


def _is_planted(history: History, model_id: str) -> list[Prose]:
    """That a collapse which is found was put there."""
    planted = any(model.ref.id == model_id and model.plant for model in history.study.models)
    said: Prose = (Strong("The collapse in this model was planted"), " as a positive control.")
    return [said] if planted else []


def _chosen(comparison: Task, model_id: str) -> Prose:
    shown = conclusion(comparison, model_id) == "collapse shown"
    among = " among the models in which collapse is shown" if shown else ""
    return (f"This is the smallest adjusted p-value{among}; the section on evidence has every other test.",)


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
    mean = comparison.value(s.MEAN, model=name.id)
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
    nominal = comparison.value(s.LOOK_LEVEL)
    at: Prose = (", at level ", book.evidence(nominal)) if nominal is not None else ()
    for_looks = "the looks and " if comparison.value(s.ALPHA) is not None else ""
    return (
        "A one-sided test of whether the mean lies ", "above" if above else "below", " the threshold gives ",
        *p_value(book.evidence(test)), f", adjusted for {for_looks}the models (", TESTS[spec.test], "). It was "
        "made at ", *look_of(comparison, book), *at, ".",
    )  # fmt: skip


def _effect(comparison: Task, model_id: str, book: FigureBook) -> list[Prose]:
    """Effect sizes: relative to the threshold, which the conclusion uses, before the null value."""
    metrics = (s.DZ_THRESHOLD, s.DZ_NULL, s.P_NULL)
    threshold, null, p_null = (comparison.value(metric, model=model_id) for metric in metrics)
    lines: list[Prose] = []
    if threshold is not None:
        lines.append(
            ("Its effect size relative to the threshold (used for the conclusion) is d_z\u00a0=\u00a0",
             Estimate(book.evidence(threshold)),
             ": the mean minus the threshold, in standard deviations between images."),
        )  # fmt: skip
    if null is not None:
        test: Prose = ("; two-sided and unadjusted, ", *p_value(book.evidence(p_null))) if p_null is not None else ()
        lines.append(
            ("Its effect size relative to the null value (not used for the conclusion) is d_z\u00a0=\u00a0",
             Estimate(book.evidence(null)), *test, "."),
        )  # fmt: skip
    return lines
