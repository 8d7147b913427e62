"""Keys of figures, which outlive cycles as their numbers do not: subject, metric and bound. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from orchestrator.reports.history import History
from orchestrator.reports.subjects import Subjects
from store import events as e
from store.figures import Figure

Bound = Literal["value", "low", "high"]


@dataclass(frozen=True, slots=True, order=True)
class FigureKey:
    """Identity of a quantity: the same in every report of a study, while values and figure ids change."""

    subject: str
    """`model clip, look 1` as it was measured, `model clip` as the newest comparison tests it, `cycle`, `protocol`."""
    metric: str
    bound: Bound = "value"
    """The number itself, or an end of its interval."""


def keys_of(figures: Sequence[Figure], history: History) -> tuple[FigureKey, ...]:
    """The keys of a report's figures, in their order; no two alike."""
    subjects = Subjects.of(history)
    seen: Counter[FigureKey] = Counter()
    found = []
    for figure in figures:
        key = _key(figure, history, subjects)
        seen[key] += 1
        found.append(key if seen[key] == 1 else replace(key, metric=f"{key.metric} ({seen[key]})"))
    return tuple(found)


def _key(figure: Figure, history: History, subjects: Subjects) -> FigureKey:
    if figure.run_id is not None:
        return FigureKey(*_of_run(figure.position, figure.metric, history, subjects))
    if figure.metric.startswith("/"):
        return FigureKey(*_of_event(figure.position, figure.metric.split("/")[1:], history, subjects))
    return FigureKey(*_of_log(figure.metric.split("/"), history, subjects))


def _of_run(position: int, metric: str, history: History, subjects: Subjects) -> tuple[str, str]:
    """Of a logged metric: by the task that delivered it; where nobody recorded it, by the event that quotes it."""
    event = history.event(position)
    if isinstance(event, e.EvidenceRecorded):
        return subjects.measured(history.board.tasks_by_id[event.task_id], position, metric)
    return _by(position, history, subjects), metric


def _of_event(position: int, path: list[str], history: History, subjects: Subjects) -> tuple[str, str]:
    """Of a number in an event, by its JSON pointer: indices of lists become names."""
    match history.event(position), path:
        case e.EvidenceRecorded(task_id=task_id, evidence=evidence), ["evidence", index, *rest]:
            task, item = history.board.tasks_by_id[task_id], evidence[int(index)]
            subject, metric = subjects.measured(task, position, item.metric)
            return subject, "/".join([metric, *rest])
        case e.EvidenceRecorded(task_id=task_id, artifacts=artifacts), ["artifacts", index, *rest]:
            task = history.board.tasks_by_id[task_id]
            return subjects.delivery(task, position), "/".join(["file", artifacts[int(index)].name, *rest])
        case e.TaskPlanned(task_id=task_id, acceptance=acceptance), ["acceptance", index, *rest]:
            metric = getattr(acceptance[int(index)], "metric", index)
            return subjects.tasks[task_id], "/".join(["acceptance", metric, *rest])
        case e.TaskPlanned(task_id=task_id), ["spec", *rest]:
            return subjects.tasks[task_id], "/".join(["plan", *rest])
        case e.StudyRegistered() | e.StudyAmended(), ["study", *rest]:
            return "protocol", "/".join(rest)
        case e.AssessmentMade(claims=claims), ["claims", index, "flip", "changes", number, *rest]:
            claim = claims[int(index)]
            change = claim.flip.changes[int(number)] if claim.flip is not None else None
            told = ["flip", change.model, change.direction] if change is not None else ["flip", number]
            return f"claim of at least {claim.at_least}", "/".join([*told, *rest])
        case e.AssessmentMade(claims=claims), ["claims", index, *rest]:
            return f"claim of at least {claims[int(index)].at_least}", "/".join(rest)
        case _:
            return _by(position, history, subjects), "/".join(path)


def _of_log(name: list[str], history: History, subjects: Subjects) -> tuple[str, str]:
    """Of a number that the log yields, by its name: without the cycle, the task or the event that it names."""
    match name:
        case ["task", task_id, *rest]:
            return subjects.tasks[task_id], "/".join(rest)
        case ["cycle", number, "audits", *rest] if int(number) < history.cycle.number:
            return "audits of the previous reports", "/".join(rest)
        case ["cycle", _, *rest]:
            return "cycle", "/".join(rest)
        case ["looks", "before", position]:
            return _by(int(position), history, subjects), "looks before"
        case ["claim", k, *rest]:
            return f"claim of at least {k}", "/".join(rest)
        case [subject]:
            return subject, "count"
        case [subject, *rest]:
            return subject, "/".join(rest)
        case _:
            raise LookupError("a figure without a name")


def _by(position: int, history: History, subjects: Subjects) -> str:
    """The subject of an event: the question that it is about, the amendment that it is, or its kind."""
    event = history.event(position)
    decision = getattr(event, "decision_id", None)
    return subjects.questions.get(decision or "") or subjects.amendments.get(position) or event.type
