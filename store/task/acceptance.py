"""Acceptance criteria: what a task must deliver, fixed when it is planned and checked by machine."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from store.base import Frozen


class MetricReported(Frozen):
    """The metric is among the evidence."""

    check: Literal["metric_reported"] = "metric_reported"
    metric: str

    def __str__(self) -> str:
        return f"{self.metric} is reported"


class IntervalReported(Frozen):
    """The metric is among the evidence and carries an interval."""

    check: Literal["interval_reported"] = "interval_reported"
    metric: str

    def __str__(self) -> str:
        return f"{self.metric} is reported with an interval"


class NAtLeast(Frozen):
    """The metric rests on at least `n` images."""

    check: Literal["n_at_least"] = "n_at_least"
    metric: str
    n: int

    def __str__(self) -> str:
        return f"{self.metric} rests on at least {self.n} images"


class SitesComplete(Frozen):
    """Every attention site of the model was seen."""

    check: Literal["sites_complete"] = "sites_complete"

    def __str__(self) -> str:
        return "every attention site was seen"


AcceptanceCriterion = Annotated[
    MetricReported | IntervalReported | NAtLeast | SitesComplete, Field(discriminator="check")
]


class Check(Frozen):
    """One criterion, applied."""

    criterion: AcceptanceCriterion
    passed: bool
    found: str
    """What the evidence showed, in words."""
