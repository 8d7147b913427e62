"""Each model as the newest comparison tested it, and every pair of them. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.naming import model_name, model_refs, task_link
from orchestrator.reports.parts.conclusions import conclusion, look_of, undetermined
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.prose import Absent, Cell, Code, Label, Prose, Said
from orchestrator.reports.sections.evidence import PairRow, Source, TestedRow
from store.evidence import Evidence
from store.kinds import statistics_metrics as s
from store.kinds.statistics import StatisticsFacts, StatisticsSpec
from store.metrics import Metric
from store.queries.comparison import adjusted_p
from store.task.state import Task


def tested_rows(comparison: Task, history: History, book: FigureBook) -> tuple[TestedRow, ...]:
    """The models of the comparison, in its order."""
    assert isinstance(comparison.spec, StatisticsSpec)
    models = dict.fromkeys(source.model_id for source in comparison.spec.sources)
    return tuple(_tested(model_id, comparison, history, book) for model_id in models)


def _tested(model_id: str, comparison: Task, history: History, book: FigureBook) -> TestedRow:
    def value(metric: Metric, absent: Absent = NOT) -> Cell:
        return cell(comparison.value(metric, model=model_id), book, absent)

    absent = Absent("undetermined", undetermined(comparison, model_id))
    mean = comparison.value(s.MEAN, model=model_id)
    images = book.images(mean) if mean is not None else None
    return TestedRow(
        model=model_name(history, model_id),
        sources=tuple(Source(Label(task.task_id)) for task in history.sources(model_id)),
        n=images or NOT,
        mean=value(s.MEAN, absent),
        dz_threshold=value(s.DZ_THRESHOLD),
        dz_null=value(s.DZ_NULL),
        p_null=value(s.P_NULL),
        p_collapse=cell(adjusted_p(comparison, model_id, "collapse"), book),
        p_clear=cell(adjusted_p(comparison, model_id, "clear"), book),
        reading=conclusion(comparison, model_id),
        undetermined=absent if mean is None else None,
    )


_PAIR = (s.PAIR_DIFFERENCE, s.PAIR_T, s.PAIR_P, s.PAIR_P_HOLM, s.PAIR_DZ, s.PAIR_D_AV)

_NOTED = tuple(map(StatisticsFacts.template, ("missing", "undetermined", "undetermined_pairs", "interval_of", "level")))
"""Labels of the facts that are shown beside the tests."""


def pair_rows(comparison: Task, history: History, book: FigureBook) -> tuple[PairRow, ...]:
    """Every pair that was compared, in the order of the study."""
    order = {model_id: place for place, model_id in enumerate(model_refs(history))}
    pairs = dict.fromkeys((key["first"], key["second"]) for key, _ in comparison.values(*_PAIR))
    return tuple(
        _pair(first, second, comparison, history, book)
        for first, second in sorted(pairs, key=lambda pair: [order.get(i, 0) for i in pair])
    )


def _pair(first: str, second: str, comparison: Task, history: History, book: FigureBook) -> PairRow:
    def value(metric: Metric) -> Evidence | None:
        return comparison.value(metric, first=first, second=second)

    difference = value(s.PAIR_DIFFERENCE)
    images = book.images(difference) if difference is not None else None
    return PairRow(
        first=model_name(history, first),
        second=model_name(history, second),
        n=images or NOT,
        difference=cell(difference, book),
        dz=cell(value(s.PAIR_DZ), book),
        d_av=cell(value(s.PAIR_D_AV), book),
        p_holm=cell(value(s.PAIR_P_HOLM), book),
    )


def tested_note(comparison: Task, history: History, book: FigureBook, linked: bool) -> Prose:
    """What was tested, against what, at which look and level."""
    assert isinstance(comparison.spec, StatisticsSpec)
    position = comparison.position
    nominal = comparison.value(s.LOOK_LEVEL)
    task = task_link(history, comparison.task_id) if linked else Label(comparison.task_id)
    note: Prose = (
        "Tests of ", task, " on ", Code(comparison.spec.metric),
        ": null value ", book.pointed(position, "/spec/null"),
        ", threshold ", book.pointed(position, "/spec/threshold"),
        ", ", *look_of(comparison, book),
    )  # fmt: skip
    return (*note, ", level ", book.evidence(nominal), ".") if nominal is not None else (*note, ".")


def notes(comparison: Task, book: FigureBook) -> tuple[Prose, ...]:
    """The confidence of the intervals, and facts of the statistics task on missing data, tests and intervals."""
    notes: list[Prose] = []
    bounded = next((item for item in comparison.evidence if item.interval is not None), None)
    confidence = book.confidence(bounded) if bounded is not None else None
    if confidence is not None:
        notes.append(("Intervals are two-sided, each with confidence ", confidence, "."))
    position = comparison.status_position
    for label, text in sorted(comparison.facts.items()):
        if any(template.match(label) is not None for template in _NOTED):
            notes.append((Said(label, position), ": ", Said(text, position), "."))
    return tuple(notes)
