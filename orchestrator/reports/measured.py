"""The evidence so far: each model as it was measured, as it was tested, and beside every other. Pure."""

from __future__ import annotations

from orchestrator.reports.beside import checked, shapes, together
from orchestrator.reports.book import FigureBook
from orchestrator.reports.naming import model_name, model_refs, task_link
from orchestrator.reports.parts import EvidenceView, MeasuredRow, PairRow, TestedRow
from orchestrator.reports.past import Past
from orchestrator.reports.prose import Absent, Cell, Code, Estimate, Label, ModelName, Prose, Said
from orchestrator.reports.wording import status_words
from store.cycle.verdicts import DIRECTIONS
from store.evidence import Evidence
from store.kinds.diagnostic import DiagnosticSpec
from store.kinds.statistics import StatisticsSpec
from store.queries.answers import answer
from store.queries.comparison import adjusted_p, significance_level
from store.task.state import Task

_NOT = Absent("–")


def evidence_view(past: Past, book: FigureBook, linked: bool = True) -> EvidenceView:
    """Everything accepted in this cycle and the earlier ones. `linked`: tasks have places of their own on the page."""
    measured = _measured(past, book)
    comparison = past.comparison
    if comparison is None or not isinstance(comparison.spec, StatisticsSpec):
        return EvidenceView(
            measured, ("No comparison was accepted, so no model has been tested yet.",), (), (), (), (), (), (), ()
        )
    tested_note = _tested_note(comparison, past, book, linked)
    notes = (*_notes(comparison, book), *together(comparison, past, book))
    tested = tuple(_tested(model_id, comparison, past, book) for model_id in _compared(comparison.spec))
    checked_note, checked_rows = checked(comparison, past, book)
    shape_note, shape_rows = shapes(comparison, past, book)
    return EvidenceView(
        measured=measured,
        tested_note=tested_note,
        notes=notes,
        tested=tested,
        checked_note=checked_note,
        checked=checked_rows,
        shape_note=shape_note,
        shapes=shape_rows,
        pairs=_pairs(comparison, past, book),
    )


def cell(item: Evidence | None, book: FigureBook, absent: Absent = _NOT) -> Cell:
    """A logged metric with its interval, or why there is none."""
    return absent if item is None else Estimate(book.evidence(item))


def reading(comparison: Task, model_id: str) -> str:
    """What the adjusted p-values of a model say at the level of the look."""
    alpha = significance_level(comparison)
    collapse, clear = (adjusted_p(comparison, model_id, direction) for direction in DIRECTIONS)
    if collapse is None or clear is None:
        return "undetermined"
    if alpha is None:
        return "undecided"
    if collapse.value <= alpha.value:
        return "collapse shown"
    return "shown not to collapse" if clear.value <= alpha.value else "undecided"


def undetermined(comparison: Task, model_id: str) -> str:
    """Why a model could not be tested, in the words of the statistics task."""
    return comparison.facts.get(f"Undetermined {model_id}", "")


def _measured(past: Past, book: FigureBook) -> tuple[MeasuredRow, ...]:
    rows = []
    for model in past.study.models:
        tasks = [task for task in past.diagnostics if task.subject == model.id]
        accepted = [task for task in tasks if task.status == "accepted"]
        rows += [_measurement(task, ModelName.of(model.ref), book) for task in accepted]
        if not accepted:
            rows.append(_unmeasured(ModelName.of(model.ref), tasks, past))
    return tuple(rows)


def _measurement(task: Task, asked: ModelName, book: FigureBook) -> MeasuredRow:
    assert isinstance(task.spec, DiagnosticSpec)
    model = ModelName.of(task.spec.model)
    decisive = task.value(task.spec.metric) or task.value("mcs_norm")
    images = book.images(decisive) if decisive is not None else None
    undefined = Absent("undefined")
    return MeasuredRow(
        model=model,
        stands_in_for=asked if asked.locator != model.locator else None,
        task=Label(task.task_id),
        look=book.derived(f"task/{task.task_id}/look"),
        n=images or _NOT,
        mcs_norm=cell(task.value("mcs_norm"), book, undefined),
        mcs_raw=cell(task.value("mcs_raw"), book, undefined),
        mcs_raw_uniform=cell(task.value("mcs_raw_uniform"), book),
        vision=cell(task.value("vision_entropy_norm"), book, undefined),
        text=cell(task.value("text_entropy_norm"), book, undefined),
        latency=cell(task.value("latency_s"), book),
        unmeasured=None,
    )


def _unmeasured(model: ModelName, tasks: list[Task], past: Past) -> MeasuredRow:
    """A row without numbers; the reason stands where the first of them would."""
    absent = Absent("not measured", why_unmeasured(model, tasks, past))
    return MeasuredRow(
        model, None, Label(tasks[-1].task_id) if tasks else None,
        look=_NOT, n=_NOT, mcs_norm=absent, mcs_raw=_NOT, mcs_raw_uniform=_NOT,
        vision=_NOT, text=_NOT, latency=_NOT, unmeasured=absent,
    )  # fmt: skip


def why_unmeasured(model: ModelName, tasks: list[Task], past: Past) -> str:
    """Why a model of the study has no accepted measurement, by the diagnostics of it that were planned."""
    if answer(past.board, "unavailable_model", model.id) == "drop":
        return "a human decided to go on without it"
    if not tasks:
        return "no measurement was planned"
    last = tasks[-1]
    words = status_words(last, past)
    return f"{words}: {last.reason}" if last.reason else f"its measurement is {words}"


def _compared(spec: StatisticsSpec) -> list[str]:
    return list(dict.fromkeys(source.model_id for source in spec.sources))


def _tested(model_id: str, comparison: Task, past: Past, book: FigureBook) -> TestedRow:
    def value(name: str, absent: Absent = _NOT) -> Cell:
        return cell(comparison.value(f"model/{model_id}/{name}"), book, absent)

    absent = Absent("undetermined", undetermined(comparison, model_id))
    mean = comparison.value(f"model/{model_id}/mean")
    images = book.images(mean) if mean is not None else None
    return TestedRow(
        model=model_name(past, model_id),
        n=images or _NOT,
        mean=value("mean", absent),
        dz_threshold=value("dz_threshold"),
        dz_null=value("dz_null"),
        p_null=value("p_null"),
        p_collapse=cell(adjusted_p(comparison, model_id, "collapse"), book),
        p_clear=cell(adjusted_p(comparison, model_id, "clear"), book),
        reading=reading(comparison, model_id),
        undetermined=absent if mean is None else None,
    )


def _pairs(comparison: Task, past: Past, book: FigureBook) -> tuple[PairRow, ...]:
    order = {model_id: place for place, model_id in enumerate(model_refs(past))}
    keys = [item.metric.split("/") for item in comparison.evidence if item.metric.startswith("pair/")]
    pairs = dict.fromkeys((key[1], key[2]) for key in keys if len(key) == 4)
    return tuple(
        _pair(first, second, comparison, past, book)
        for first, second in sorted(pairs, key=lambda pair: [order.get(i, 0) for i in pair])
    )


def _pair(first: str, second: str, comparison: Task, past: Past, book: FigureBook) -> PairRow:
    def value(name: str) -> Evidence | None:
        return comparison.value(f"pair/{first}/{second}/{name}")

    difference = value("difference")
    images = book.images(difference) if difference is not None else None
    return PairRow(
        first=model_name(past, first),
        second=model_name(past, second),
        n=images or _NOT,
        difference=cell(difference, book),
        dz=cell(value("dz"), book),
        d_av=cell(value("d_av"), book),
        p_holm=cell(value("p_holm"), book),
    )


def _tested_note(comparison: Task, past: Past, book: FigureBook, linked: bool) -> Prose:
    assert isinstance(comparison.spec, StatisticsSpec)
    position = comparison.position
    nominal = comparison.value("alpha/look")
    task = task_link(past, comparison.task_id) if linked else Label(comparison.task_id)
    note: Prose = (
        "Tests of ", task, " on ", Code(comparison.spec.metric),
        ": null value ", book.pointed(position, "/spec/null"),
        ", threshold ", book.pointed(position, "/spec/threshold"),
        ", ", *look_of(comparison, book),
    )  # fmt: skip
    return (*note, ", level ", book.evidence(nominal), ".") if nominal is not None else (*note, ".")


def look_of(comparison: Task, book: FigureBook) -> Prose:
    """`look 1 of 2`, or that the number of looks is open."""
    assert isinstance(comparison.spec, StatisticsSpec)
    number: Prose = ("look ", book.pointed(comparison.position, "/spec/look"))
    if comparison.spec.looks == "open":
        return (*number, " of an open number")
    return (*number, " of ", book.pointed(comparison.position, "/spec/looks"))


def _notes(comparison: Task, book: FigureBook) -> tuple[Prose, ...]:
    """The confidence of the intervals, and what the statistics task says of its own doing."""
    notes: list[Prose] = []
    bounded = next((item for item in comparison.evidence if item.interval is not None), None)
    confidence = book.confidence(bounded) if bounded is not None else None
    if confidence is not None:
        notes.append(("Intervals are two-sided, with confidence ", confidence, " each."))
    position = comparison.status_position
    for label, text in sorted(comparison.facts.items()):
        if label.startswith(("Missing ", "Undetermined ", "Interval ", "Level of this look")):
            notes.append((Said(label, position), ": ", Said(text, position), "."))
    return tuple(notes)
