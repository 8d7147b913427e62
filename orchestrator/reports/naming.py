"""Names for ids: models with whether they are trained, tasks as links to their place in the report. Pure."""

from __future__ import annotations

from orchestrator.reports.history import History
from orchestrator.reports.prose import Anchor, Label, Link, ModelName
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.models import ModelRef
from store.queries.models import active_models
from store.task.state import Task


def model_refs(history: History) -> dict[str, ModelRef]:
    """Every model of the protocol or measured in its place, by id."""
    refs = {model.id: model.ref for model in history.study.models}
    for task in history.diagnostics:
        if isinstance(task.spec, DiagnosticSpec):
            refs.setdefault(task.spec.model.id, task.spec.model)
    return refs


def model_name(history: History, model_id: str) -> ModelName:
    """The name of a model by its id, as in the newest comparison if it is in it; of an unknown id the id itself."""
    compared = [task.spec.model for task in history.sources(model_id) if isinstance(task.spec, DiagnosticSpec)]
    ref = compared[-1] if compared else model_refs(history).get(model_id)
    return ModelName.of(ref) if ref is not None else ModelName(model_id, model_id, False)


def task_model(task: Task) -> ModelName | None:
    """The model that a task works on, if it works on one."""
    return ModelName.of(task.spec.model) if isinstance(task.spec, DiagnosticSpec | EnvironmentSpec) else None


def task_link(history: History, task_id: str) -> Link | Label:
    """A link to a task of this cycle; a task of another cycle is only named."""
    task = history.board.tasks_by_id.get(task_id)
    in_cycle = task is not None and task.cycle == history.cycle.number
    return Link(task_id, task_anchor(task_id)) if in_cycle else Label(task_id)


def task_anchor(task_id: str) -> Anchor:
    """The anchor of a task's place in a report."""
    return Anchor(f"task-{task_id}")


def all_untrained(history: History) -> bool:
    """True when no model under study was ever trained."""
    return all(ref.untrained for ref in _concerned(history))


def any_untrained(history: History) -> bool:
    """True when some model under study is untrained."""
    return any(ref.untrained for ref in _concerned(history))


def _concerned(history: History) -> list[ModelRef]:
    """The models that the results speak of: those measured, and those still to be measured."""
    measured = {
        task.subject: task.spec.model
        for task in history.diagnostics
        if isinstance(task.spec, DiagnosticSpec) and task.status == "accepted"
    }
    return [measured.get(model.id, model.ref) for model in active_models(history.board)] or [
        model.ref for model in history.study.models
    ]
