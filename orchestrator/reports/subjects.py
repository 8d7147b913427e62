"""Subjects of figures, with the same name in every cycle: models by look, tasks and questions without ids. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from orchestrator.reports.history import History
from store.decision.state import Decision
from store.events import EvidenceRecorded
from store.kinds.audit import AuditSpec
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.environment import EnvironmentSpec
from store.kinds.statistics import Source, StatisticsSpec
from store.kinds.statistics_metrics import OF_CLAIM, OF_MODEL, OF_PAIR
from store.models import ModelRef
from store.task.state import Task


@dataclass(frozen=True, slots=True)
class Subjects:
    """Names of what a history holds. No two tasks or questions that one report may show share a name."""

    tasks: Mapping[str, str]
    """By task id. The newest accepted comparison is `comparison`, whatever its look."""
    comparisons: Mapping[str, str]
    """By task id, each with its look."""
    questions: Mapping[str, str]
    """By decision id."""
    amendments: Mapping[int, str]
    """By position."""
    deliveries: Mapping[str, tuple[int, ...]]
    """By task id: the events that recorded its evidence, oldest first."""
    models: Mapping[tuple[str, str], str]
    """By id of a comparison and of a model in it."""

    @classmethod
    def of(cls, history: History) -> Subjects:
        """The names as of the end of the history."""
        newest, tasks, name = history.comparison, history.board.tasks, _Models(history)
        compared = [task for task in tasks if isinstance(task.spec, StatisticsSpec)]
        by_look = _told_apart([(f"comparison, look {_look(task)}", None, task) for task in compared])
        others = _told_apart(
            [(*_plain(task, history, name), task) for task in tasks if not isinstance(task.spec, StatisticsSpec)]
        )
        return cls(
            tasks={**others, **by_look, **({newest.task_id: "comparison"} if newest is not None else {})},
            comparisons=by_look,
            questions=_questions(history.board.decisions),
            amendments={
                amendment.position: f"amendment {number}"
                for number, amendment in enumerate(history.board.amendments, start=1)
            },
            deliveries=_deliveries(history),
            models={
                (task.task_id, source.model_id): name.of_source(source)
                for task in compared
                if isinstance(task.spec, StatisticsSpec)
                for source in task.spec.sources
            },
        )

    def delivery(self, task: Task, position: int) -> str:
        """What a task delivered with the event at a position: its name, and which it was if it was earlier."""
        name = self.tasks[task.task_id]
        if position == task.evidence_position:
            return name
        return f"{name} (delivery {self.deliveries[task.task_id].index(position) + 1})"

    def measured(self, task: Task, position: int, metric: str) -> tuple[str, str]:
        """Subject of a logged metric, and the metric without what the subject says.

        A comparison speaks of models and pairs; what it says of them is said of the metric that was compared.
        """
        whole = self.delivery(task, position)
        if not isinstance(task.spec, StatisticsSpec):
            return whole, metric
        of, within = task.spec.metric, "" if whole == "comparison" else f" in {whole}"
        if (key := OF_MODEL.match(metric)) is not None:
            return f"{self._model(task, key['model'])}{within}", f"{of}/{key['metric']}"
        if (key := OF_PAIR.match(metric)) is not None:
            first, second = self._model(task, key["first"]), self._model(task, key["second"])
            return f"{first} and {second}{within}", f"{of}/{key['metric']}"
        if (key := OF_CLAIM.match(metric)) is not None:
            # questions quote it long after, when other looks were compared
            return f"claim of at least {key['k']} of {key['of']} in {self.comparisons[task.task_id]}", key["metric"]
        return whole, metric

    def _model(self, comparison: Task, model: str) -> str:
        return self.models.get((comparison.task_id, model), f"model {model}")


class _Models:
    """Names of models; an id that an amendment gave to another model gets the locator of the model added."""

    def __init__(self, history: History) -> None:
        self._refs = {t.task_id: t.spec.model for t in history.board.tasks if isinstance(t.spec, DiagnosticSpec)}
        self._first: dict[str, str] = {}
        for ref in self._refs.values():
            self._first.setdefault(ref.id, ref.locator)

    def of(self, ref: ModelRef) -> str:
        first = self._first.get(ref.id, ref.locator)
        return f"model {ref.id}" if ref.locator == first else f"model {ref.id} ({ref.locator})"

    def of_source(self, source: Source) -> str:
        ref = self._refs.get(source.task_id)
        return f"model {source.model_id}" if ref is None else self.of(ref)


def _look(task: Task) -> int:
    assert isinstance(task.spec, StatisticsSpec)
    return task.spec.look


def _plain(task: Task, history: History, name: _Models) -> tuple[str, Hashable]:
    """Name of a task that is no comparison, and the scope in which the name has to be unique: log or cycle."""
    match task.spec:
        case DiagnosticSpec(model=model, data=data):
            return f"{name.of(model)}, look {data.first // data.n + 1}", None
        case EnvironmentSpec():
            return "machine", task.cycle
        case AuditSpec(report=report) if task.cycle < history.cycle.number:
            return f"audit of the previous {report}", task.cycle
        case AuditSpec(report=report):
            return f"audit of {report}", task.cycle
        case _:
            return f"{task.kind} of {task.subject}", task.cycle


def _told_apart(tasks: Sequence[tuple[str, Hashable, Task]]) -> dict[str, str]:
    """Unique names by task id. Of several tasks with one name, the first accepted keeps it, so that keys are stable."""
    alike: dict[tuple[str, Hashable], list[Task]] = defaultdict(list)
    for name, scope, task in tasks:
        alike[name, scope].append(task)
    found: dict[str, str] = {}
    for (name, _), group in alike.items():
        accepted = sorted((t for t in group if t.status == "accepted"), key=lambda task: task.status_position)
        others = [task for task in group if task.status != "accepted"]
        found |= {t.task_id: f"{name} ({i})" if i > 1 else name for i, t in enumerate(accepted, start=1)}
        found |= {
            t.task_id: f"{name} (not accepted, {i})" if i > 1 else f"{name} (not accepted)"
            for i, t in enumerate(others, start=1)
        }
    return found


def _questions(decisions: Iterable[Decision]) -> dict[str, str]:
    asked: dict[str, int] = defaultdict(int)
    found = {}
    for decision in decisions:
        request = decision.request
        name = f"question on {request.kind.replace('_', ' ')}, {request.subject}"
        asked[name] += 1
        found[request.decision_id] = f"{name} ({asked[name]})" if asked[name] > 1 else name
    return found


def _deliveries(history: History) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = defaultdict(list)
    for entry in history.entries:
        if isinstance(entry.event, EvidenceRecorded):
            found[entry.event.task_id].append(entry.position)
    return {task_id: tuple(positions) for task_id, positions in found.items()}
