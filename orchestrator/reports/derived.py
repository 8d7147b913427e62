"""Numbers that the log alone yields, each under a name by which anyone can work it out again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import fsum
from statistics import median
from typing import Any

from orchestrator.reports.history import Attempt, History
from store.kinds.diagnostics import DiagnosticSpec
from store.kinds.statistics_metrics import COLLAPSED, EXCLUDED
from store.metrics import Metric
from store.queries.audits import audits, contradictions
from store.queries.literature import flow, new_since, total


@dataclass(frozen=True, slots=True)
class Derived:
    """A number from the log, its unit, and the last event it rests on."""

    value: float
    unit: str
    position: int


def derive(name: str, history: History) -> Derived:
    """Work out a number by its name. Durations are differences of event timestamps. LookupError for an unknown name."""
    match name.split("/"):
        case ["task", task_id, "duration_s"]:
            return _duration(history.attempts[task_id][-1])
        case ["task", task_id, "attempt", number, "duration_s"]:
            return _duration(next(a for a in history.attempts[task_id] if a.number == int(number)))
        case ["task", task_id, "look"]:
            task = history.board.tasks_by_id[task_id]
            if not isinstance(task.spec, DiagnosticSpec):
                raise LookupError(f"task {task_id} has no look of its own")
            return Derived(task.spec.data.first // task.spec.data.n + 1, "", task.position)
        case ["task", task_id, "metrics"]:
            task = history.board.tasks_by_id[task_id]
            return Derived(len(task.evidence), "metrics", task.evidence_position or task.position)
        case ["cycles"]:
            return Derived(len(_cycle_times(history)), "cycles", history.board.position)
        case ["cycles", "median_s"]:
            return Derived(median(_cycle_times(history)), "s", history.board.position)
        case ["cycle", number, "audits", what]:
            return _of_audits(int(number), what, history)
        case ["cycle", _, *rest]:
            return Derived(*_of_cycle(rest, history), history.board.position)
        case ["study", "models"]:
            return Derived(len(history.study.counted), "models", history.protocol_position)
        case ["study", "models", "untrained"]:
            untrained = sum(model.ref.untrained for model in history.study.models)
            return Derived(untrained, "models", history.protocol_position)
        case ["looks", "done"]:
            return Derived(history.looks_before(history.board.position + 1), "looks", history.board.position)
        case ["looks", "left"]:
            last = history.study.decision.last_look
            if last is None:
                raise LookupError("the number of looks is open")
            left = max(0, last - history.looks_before(history.board.position + 1))
            return Derived(left, "looks", history.board.position)
        case ["looks", "before", position]:
            return Derived(history.looks_before(int(position)), "looks", int(position))
        case ["days", "to_target"] if history.study.target is not None:
            return Derived((history.study.target - history.at.date()).days, "days", history.board.position)
        case ["days", "past_target"] if history.study.target is not None:
            return Derived((history.at.date() - history.study.target).days, "days", history.board.position)
        case ["claim", k, "collapsed_missing"]:
            return Derived(max(0, int(k) - _count(history, COLLAPSED)), "models", history.board.position)
        case ["claim", k, "of", models, "cleared_missing"]:
            needed = int(models) - int(k) + 1
            return Derived(max(0, needed - _count(history, EXCLUDED)), "models", history.board.position)
        case ["literature", *rest]:
            return _of_literature(rest, history)
        case _:
            raise LookupError(f"no number of the log is called {name!r}")


def from_log(metric: str, history: History, position: int) -> float:
    """The value of a figure that has no MLflow run, by its metric: a JSON pointer into its event, or a derived number.

    LookupError or AttributeError when there is no such number.
    """
    return pointed(metric, history, position) if metric.startswith("/") else float(derive(metric, history).value)


def pointed(pointer: str, history: History, position: int) -> float:
    """The number at a JSON pointer (RFC 6901, without escapes) in the event at a position."""
    value: Any = history.event(position)
    for step in pointer.removeprefix("/").split("/"):
        if isinstance(value, tuple):
            value = value[int(step)]
        else:
            value = value[step] if isinstance(value, dict) else getattr(value, step)
    return float(value)


def _duration(attempt: Attempt) -> Derived:
    if attempt.ended is None or attempt.end_position is None:
        raise LookupError("the attempt is not over")
    return Derived((attempt.ended - attempt.began).total_seconds(), "s", attempt.end_position)


def _of_audits(cycle: int, what: str, history: History) -> Derived:
    done = [task for task in audits(history.board, cycle) if task.status == "accepted"]
    position = max(task.status_position for task in done)
    match what:
        case "done":
            return Derived(len(done), "reports", position)
        case "faulty":
            return Derived(sum(contradictions(task) > 0 for task in done), "reports", position)
        case _:
            raise LookupError(f"no number of audits is called {what!r}")


def _of_cycle(rest: list[str], history: History) -> tuple[float, str]:
    match rest:
        case ["elapsed_s"]:
            return (history.ended_at - history.cycle.opened_at).total_seconds(), "s"
        case ["tasks"]:
            return len(history.tasks), "tasks"
        case ["tasks", status]:
            return sum(task.status == status for task in history.tasks), "tasks"
        case ["tasks", "superseded", *outcome]:
            ended = [history.last_outcome(task.task_id) for task in history.tasks if task.status == "superseded"]
            return ended.count("/".join(outcome)), "tasks"
        case ["task_time", "tasks"]:
            return len(_times(history)), "tasks"
        case ["task_time", "fastest_s"]:
            return min(_times(history)), "s"
        case ["task_time", "slowest_s"]:
            return max(_times(history)), "s"
        case ["task_time", "mean_s"]:
            return fsum(_times(history)) / len(_times(history)), "s"
        case ["task_time", "total_s"]:
            return fsum(_times(history)), "s"
        case ["criteria"]:
            return sum(len(task.acceptance) for task in history.tasks), "criteria"
        case ["criteria", "met"]:
            return sum(check.passed for task in history.tasks for check in task.checks), "criteria"
        case ["criteria", "unmet"]:
            return sum(not check.passed for task in history.tasks for check in task.checks), "criteria"
        case ["decisions", "open"]:
            number = history.cycle.number
            return sum(decision.request.cycle <= number for decision in history.board.open_decisions), "decisions"
        case _:
            raise LookupError(f"no number of a cycle is called {'/'.join(rest)!r}")


def _of_literature(rest: list[str], history: History) -> Derived:
    """A box of the flow by its name, or one reason of a box that has several."""
    found, position = flow(history.board), history.board.position
    match rest:
        case ["new_records"]:
            before = history.board.cycles.get(history.cycle.number - 1)
            since = before.closed_at if before is not None else None
            return Derived(new_since(history.board.library, since), "records", position)
        case ["records" | "quarantined" | "duplicates" as box]:
            return Derived(getattr(found, box), "records", position)
        case ["identified", number] if 1 <= int(number) <= len(found.identified):
            return Derived(list(found.identified.values())[int(number) - 1], "records", position)
        case ["questions"]:
            return Derived(found.questions, "questions", position)
        case [("ruled_out" | "excluded" | "excluded_full_text") as box]:
            return Derived(total(getattr(found, box)), "works", position)
        case [("ruled_out" | "excluded" | "excluded_full_text") as box, reason] if reason in getattr(found, box):
            return Derived(getattr(found, box)[reason], "works", position)
        case [box] if box in _BOXES:
            return Derived(getattr(found, box), "works", position)
        case _:
            raise LookupError(f"no number of the literature is called {'/'.join(rest)!r}")


_BOXES = (
    "works", "left_unread", "waiting", "undecided", "disputed", "screened", "sought", "not_had", "awaiting",
    "assessed", "included", "key",
)  # fmt: skip


def _cycle_times(history: History) -> list[float]:
    """Seconds from opening to close of each cycle up to the report's own, which may end with the last entry."""
    cycles = [history.board.cycles[number] for number in range(1, history.cycle.number + 1)]
    return [((cycle.closed_at or history.at) - cycle.opened_at).total_seconds() for cycle in cycles]


def _times(history: History) -> list[float]:
    return [task.duration_s for task in history.tasks if task.duration_s is not None]


def _count(history: History, what: Metric) -> int:
    counted = history.comparison.value(what) if history.comparison is not None else None
    return int(counted.value) if counted is not None else 0
