"""Acceptance criteria, applied: what a finished task delivered, against what it was planned to deliver."""

from __future__ import annotations

from typing import assert_never

from store.kinds.diagnostics_metrics import SITES_EXPECTED, SITES_SEEN
from store.task.acceptance import AcceptanceCriterion, Check, IntervalReported, MetricReported, NAtLeast, SitesComplete
from store.task.state import Task


def checks_of(task: Task) -> tuple[Check, ...]:
    """Every criterion of a task, applied to its evidence."""
    return tuple(check(criterion, task) for criterion in task.acceptance)


def shortfall(checks: tuple[Check, ...]) -> str:
    """What was missed, in words; empty when nothing was."""
    return "; ".join(f"{item.criterion}: {item.found}" for item in checks if not item.passed)


def how_it_ended(task: Task) -> str:
    """Why a task was not accepted, in words."""
    return task.reason or shortfall(checks_of(task))


def check(criterion: AcceptanceCriterion, task: Task) -> Check:
    """Apply one criterion to what a task delivered."""
    match criterion:
        case MetricReported(metric=metric):
            value = task.evidence.of(metric)
            return Check(criterion=criterion, passed=value is not None, found=_found(value is not None))
        case IntervalReported(metric=metric):
            value = task.evidence.of(metric)
            passed = value is not None and value.interval is not None
            found = "the interval is there" if passed else _found(value is not None) + ", without an interval"
            return Check(criterion=criterion, passed=passed, found=found)
        case NAtLeast(metric=metric, n=n):
            value = task.evidence.of(metric)
            images = value.n if value is not None and value.n is not None else 0
            return Check(criterion=criterion, passed=images >= n, found=f"it rests on {images}")
        case SitesComplete():
            seen, expected = task.value(SITES_SEEN), task.value(SITES_EXPECTED)
            if seen is None or expected is None:
                return Check(criterion=criterion, passed=False, found="the sites were not counted")
            found = f"{seen.value:g} of {expected.value:g} were seen"
            return Check(criterion=criterion, passed=seen.value == expected.value > 0, found=found)
        case unknown:
            assert_never(unknown)


def _found(there: bool) -> str:
    return "it is there" if there else "it is missing"
