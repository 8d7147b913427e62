"""Where a run stands that the log names: finished and kept, or deleted, unfinished or gone, with the remedy."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

FINISHED, ACTIVE = "FINISHED", "active"


@dataclass(frozen=True, slots=True)
class Standing:
    """What MLflow says of a run, and of the experiment that it belongs to."""

    status: str
    stage: str
    """`active`, or `deleted`: MLflow keeps what was deleted until its garbage is collected."""
    experiment_id: str
    experiment_stage: str

    @property
    def counts(self) -> bool:
        """The run is finished, and was not deleted."""
        return (self.status, self.stage) == (FINISHED, ACTIVE)


def why_not(run_id: str, found: Standing | None, uri: str) -> str | None:
    """Why a run does not count, in a sentence with the remedy; None where it does."""
    if found is None:
        return f"MLflow has no run {run_id}; restore a backup of {public(uri)}"
    if found.counts:
        return None
    if found.experiment_stage != ACTIVE:
        return f"MLflow run {run_id} was deleted with its experiment; {restoring_experiment(found.experiment_id, uri)}"
    if found.stage != ACTIVE:
        return f"MLflow run {run_id} was deleted; {_restoring(f'runs restore --run-id {run_id}', uri)}"
    return f"MLflow has no finished run {run_id}: it is {found.status}; restore a backup of {public(uri)}"


def restoring_experiment(experiment_id: str, uri: str) -> str:
    """How an experiment comes back that was deleted, with all of its runs."""
    return _restoring(f"experiments restore --experiment-id {experiment_id}", uri)


def public(uri: str) -> str:
    """An address without its password."""
    return re.sub(r"//[^/@]*@", "//…@", uri)


def _restoring(command: str, uri: str) -> str:
    return f"restore it with MLFLOW_TRACKING_URI={shlex.quote(public(uri))} mlflow {command}"
