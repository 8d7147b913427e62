"""Numbers that the log alone yields, each under a name by which anyone can work it out again. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import Any

from orchestrator.reports.past import Attempt, Past
from store.kinds.diagnostic import DiagnosticSpec
from store.queries.audits import audits, contradictions


@dataclass(frozen=True, slots=True)
class Derived:
    """A number from the log, its unit, and the last event it rests on."""

    value: float
    unit: str
    position: int


def derive(name: str, past: Past) -> Derived:
    """Work out a number by its name. Durations are differences of event timestamps. LookupError for an unknown name."""
    match name.split("/"):
        case ["task", task_id, "duration_s"]:
            return _duration(past.attempts[task_id][-1])
        case ["task", task_id, "attempt", number, "duration_s"]:
            return _duration(next(a for a in past.attempts[task_id] if a.number == int(number)))
        case ["task", task_id, "look"]:
            task = past.board.tasks_by_id[task_id]
            if not isinstance(task.spec, DiagnosticSpec):
                raise LookupError(f"task {task_id} has no look of its own")
            return Derived(task.spec.data.first // task.spec.data.n + 1, "", task.position)
        case ["task", task_id, "metrics"]:
            task = past.board.tasks_by_id[task_id]
            return Derived(len(task.evidence), "metrics", task.evidence_position or task.position)
        case ["cycles"]:
            return Derived(len(_cycle_times(past)), "cycles", past.board.position)
        case ["cycles", "median_s"]:
            return Derived(median(_cycle_times(past)), "s", past.board.position)
        case ["cycle", number, "audits", what]:
            return _of_audits(int(number), what, past)
        case ["cycle", _, *rest]:
            return Derived(*_of_cycle(rest, past), past.board.position)
        case ["study", "models"]:
            return Derived(len(past.study.models), "models", past.protocol_position)
        case ["study", "models", "untrained"]:
            untrained = sum(model.ref.untrained for model in past.study.models)
            return Derived(untrained, "models", past.protocol_position)
        case ["looks", "done"]:
            return Derived(past.looks_before(past.board.position + 1), "looks", past.board.position)
        case ["looks", "left"]:
            last = past.study.decision.last_look
            if last is None:
                raise LookupError("the number of looks is open")
            left = max(0, last - past.looks_before(past.board.position + 1))
            return Derived(left, "looks", past.board.position)
        case ["looks", "before", position]:
            return Derived(past.looks_before(int(position)), "looks", int(position))
        case ["days", "to_target"] if past.study.target is not None:
            return Derived((past.study.target - past.at.date()).days, "days", past.board.position)
        case ["days", "past_target"] if past.study.target is not None:
            return Derived((past.at.date() - past.study.target).days, "days", past.board.position)
        case ["claim", k, "collapsed_missing"]:
            return Derived(max(0, int(k) - _count(past, "collapsed")), "models", past.board.position)
        case ["claim", k, "of", models, "cleared_missing"]:
            needed = int(models) - int(k) + 1
            return Derived(max(0, needed - _count(past, "cleared")), "models", past.board.position)
        case _:
            raise LookupError(f"no number of the log is called {name!r}")


def from_log(metric: str, past: Past, position: int) -> float:
    """The value of a figure that has no MLflow run, by its metric: a JSON pointer into its event, or a derived number.

    LookupError or AttributeError when there is no such number.
    """
    return pointed(metric, past, position) if metric.startswith("/") else float(derive(metric, past).value)


def pointed(pointer: str, past: Past, position: int) -> float:
    """The number at a JSON pointer (RFC 6901, without escapes) in the event at a position."""
    value: Any = past.event(position)
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


def _of_audits(cycle: int, what: str, past: Past) -> Derived:
    done = [task for task in audits(past.board, cycle) if task.status == "accepted"]
    position = max(task.status_position for task in done)
    match what:
        case "done":
            return Derived(len(done), "reports", position)
        case "faulty":
            return Derived(sum(contradictions(task) > 0 for task in done), "reports", position)
        case _:
            raise LookupError(f"no number of audits is called {what!r}")


def _of_cycle(rest: list[str], past: Past) -> tuple[float, str]:
    match rest:
        case ["elapsed_s"]:
            return (past.ended_at - past.cycle.opened_at).total_seconds(), "s"
        case ["tasks"]:
            return len(past.tasks), "tasks"
        case ["tasks", status]:
            return sum(task.status == status for task in past.tasks), "tasks"
        case ["tasks", "superseded", *outcome]:
            ended = [past.last_outcome(task.task_id) for task in past.tasks if task.status == "superseded"]
            return ended.count("/".join(outcome)), "tasks"
        case ["task_time", "tasks"]:
            return len(_times(past)), "tasks"
        case ["task_time", "fastest_s"]:
            return min(_times(past)), "s"
        case ["task_time", "slowest_s"]:
            return max(_times(past)), "s"
        case ["task_time", "mean_s"]:
            return sum(_times(past)) / len(_times(past)), "s"
        case ["task_time", "total_s"]:
            return sum(_times(past)), "s"
        case ["criteria"]:
            return sum(len(task.acceptance) for task in past.tasks), "criteria"
        case ["criteria", "met"]:
            return sum(check.passed for task in past.tasks for check in task.checks), "criteria"
        case ["criteria", "unmet"]:
            return sum(not check.passed for task in past.tasks for check in task.checks), "criteria"
        case ["decisions", "open"]:
            number = past.cycle.number
            return sum(decision.request.cycle <= number for decision in past.board.open_decisions), "decisions"
        case _:
            raise LookupError(f"no number of a cycle is called {'/'.join(rest)!r}")


def _cycle_times(past: Past) -> list[float]:
    """Seconds from opening to close of each cycle up to the report's own, which may end with the last entry."""
    cycles = [past.board.cycles[number] for number in range(1, past.cycle.number + 1)]
    return [((cycle.closed_at or past.at) - cycle.opened_at).total_seconds() for cycle in cycles]


def _times(past: Past) -> list[float]:
    return [task.duration_s for task in past.tasks if task.duration_s is not None]


def _count(past: Past, what: str) -> int:
    counted = past.comparison.value(f"count/{what}") if past.comparison is not None else None
    return int(counted.value) if counted is not None else 0
