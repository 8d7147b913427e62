"""Each model as diagnostics measured it, or why none did. Pure."""

from __future__ import annotations

from orchestrator.reports.book import FigureBook
from orchestrator.reports.history import History
from orchestrator.reports.parts.estimates import NOT, cell
from orchestrator.reports.parts.measurements import images_of, look_number
from orchestrator.reports.parts.unmeasured import why_unmeasured
from orchestrator.reports.prose import Absent, Label, ModelName
from orchestrator.reports.sections.evidence import MeasuredRow
from store.kinds import diagnostics_metrics as d
from store.kinds.diagnostics import DiagnosticSpec
from store.task.state import Task


def measured_rows(history: History, book: FigureBook) -> tuple[MeasuredRow, ...]:
    """Every accepted measurement, by model in the order of the study."""
    rows = []
    for model in history.study.models:
        tasks = [task for task in history.diagnostics if task.subject == model.id]
        accepted = [task for task in tasks if task.status == "accepted"]
        rows += [_measurement(task, ModelName.of(model.ref), history, book) for task in accepted]
        if not accepted:
            rows.append(_unmeasured(ModelName.of(model.ref), tasks, history))
    return tuple(rows)


def _measurement(task: Task, asked: ModelName, history: History, book: FigureBook) -> MeasuredRow:
    assert isinstance(task.spec, DiagnosticSpec)
    model = ModelName.of(task.spec.model)
    compared = history.sources(task.spec.model.id)
    undefined = Absent("undefined")
    return MeasuredRow(
        model=model,
        stands_in_for=asked if asked.locator != model.locator else None,
        task=Label(task.task_id),
        compared=task in compared if history.comparison is not None else None,
        look=look_number(task, book),
        n=images_of(task, book) or NOT,
        mcs_norm=cell(task.value(d.MCS_NORM), book, undefined),
        mcs_raw=cell(task.value(d.MCS_RAW), book, undefined),
        mcs_raw_uniform=cell(task.value(d.MCS_RAW_UNIFORM), book),
        vision=cell(task.value(d.ROLE_ENTROPY_NORM, role="vision"), book, undefined),
        text=cell(task.value(d.ROLE_ENTROPY_NORM, role="text"), book, undefined),
        latency=cell(task.value(d.LATENCY), book),
        unmeasured=None,
    )


def _unmeasured(model: ModelName, tasks: list[Task], history: History) -> MeasuredRow:
    """A row with the reason in place of numbers."""
    absent = Absent("not measured", why_unmeasured(model, tasks, history))
    return MeasuredRow(
        model, None, Label(tasks[-1].task_id) if tasks else None, None,
        look=NOT, n=NOT, mcs_norm=absent, mcs_raw=NOT, mcs_raw_uniform=NOT,
        vision=NOT, text=NOT, latency=NOT, unmeasured=absent,
    )  # fmt: skip
