"""A number that can be traced: to an MLflow run, a metric in it, and the digest of the raw data behind it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Annotated

from pydantic import Field

from store.base import Digest, Frozen

RunId = Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
"""An MLflow run id."""


class Interval(Frozen):
    """A two-sided confidence interval."""

    low: float
    high: float
    confidence: float = 0.95


class Evidence(Frozen):
    """One logged number. Minted by `orchestrator.tracking` alone, after MLflow has taken it."""

    run_id: RunId
    metric: str
    """Key of the metric in the MLflow run."""
    value: float
    interval: Interval | None = None
    n: int | None = None
    """Images behind the number."""
    unit: str = ""
    digest: Digest | None = None
    """Digest of the artifact that holds the per-image values."""


class Artifact(Frozen):
    """A file that a task left behind, kept by content."""

    name: str
    digest: Digest
    size: int
    """Bytes."""


class EvidenceTable(tuple[Evidence, ...]):
    """The evidence of a task, in the order in which it was logged, and by metric."""

    @cached_property
    def _by_metric(self) -> Mapping[str, Evidence]:
        return {item.metric: item for item in reversed(self)}  # of two of a name the first counts

    def of(self, key: str) -> Evidence | None:
        """The evidence of a metric by its key, if there is any."""
        return self._by_metric.get(key)
