"""What every kind of task is made of: a handler takes a spec and a context, and returns an outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TypeVar

from store.base import DomainEvent, Frozen
from store.facts import Facts
from store.metrics import Metric

S_contra = TypeVar("S_contra", bound=Frozen, contravariant=True)

_NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One finite number found by a handler. It becomes evidence only once it is logged."""

    metric: str
    """Key, as `store.kinds` defines it."""
    value: float
    unit: str = ""
    low: float | None = None
    high: float | None = None
    n: int | None = None
    cited: bool = True
    """False: logged with the run, but not carried into the event log."""


def measured(
    metric: Metric,
    value: float,
    low: float | None = None,
    high: float | None = None,
    n: int | None = None,
    *,
    cited: bool = True,
    **fields: object,
) -> Measurement:
    """A measurement of a metric, for these values of the fields of its key, in its unit."""
    return Measurement(metric.key(**fields), value, metric.unit, low, high, n, cited)


@dataclass(frozen=True, slots=True)
class Done:
    """The work is finished; whether it is accepted is the reviewer's to say."""

    summary: str
    """One sentence of what was done. No figures: those are measurements."""
    measurements: tuple[Measurement, ...] = ()
    facts: Facts = _NO_FACTS
    """Texts worth reporting, such as the name of the device."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    """Logged as MLflow parameters."""
    files: Mapping[str, Path] = field(default_factory=dict)
    """Files to keep, by artifact name. Measurements are bound to `samples.npz` where there is one."""
    told: tuple[DomainEvent, ...] = ()
    """Events of other subjects that are appended with the evidence, all or nothing; the kind says which it may tell."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """The work cannot be done here, and trying again as it stands would not help."""

    reason: str
    remedy: str = ""


Outcome = Done | Blocked


Progress = Callable[[int, int, str], None]
"""Is told (steps done, steps in all, note)."""


def silent(done: int, total: int, note: str) -> None:
    """Report progress to nobody."""


@dataclass(frozen=True, slots=True)
class TaskContext:
    """What a handler may touch: two folders, kept artifacts, and a place to report progress."""

    workspace: Path
    """Relative paths in specs start here."""
    scratch: Path
    """An empty folder for this task alone; what is not named in the outcome is deleted."""
    artifact: Callable[[str], Path]
    """The kept file of a digest; raises IntegrityFailure when it is missing or altered."""
    progress: Progress = silent


class Needs(Protocol[S_contra]):
    """What one kind of task needs of a machine."""

    def __call__(self, spec: S_contra, workspace: Path) -> None:
        """Raise Unfit, in one line with the remedy, where this machine lacks what the work of `spec` needs.

        Relative paths in `spec` start at `workspace`. May take seconds, as it loads libraries that the work needs.
        """
        ...


def nothing(spec: Frozen, workspace: Path) -> None:
    """Need nothing but what gonogo itself needs."""


class TaskHandler(Protocol[S_contra]):
    """Does one kind of task. Raises GonogoError (or anything else) on failure."""

    def __call__(self, spec: S_contra, context: TaskContext) -> Outcome:
        """Do the work of `spec`, touching only what `context` offers."""
        ...
