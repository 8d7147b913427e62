"""What a kind of task is: who does it, when it may begin, whether a study needs it, and how it is spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from store.base import Evolving
from store.facts import Facts
from store.metrics import Metric, MetricTable


class Spec(Evolving):
    """What a task is asked to do. Each kind has a subclass, with a `kind` of its own."""

    kind: str

    @property
    def topic(self) -> tuple[str, str] | None:
        """A group and an item in it, by which the board indexes tasks; None where nobody looks tasks up by topic."""
        return None


class Phase(Enum):
    """When a task may first be started, as a cycle goes on. What was started before goes on in every phase."""

    WORK = "before the assessment: what is measured later would be in no verdict"
    AFTER_ASSESSMENT = "once the cycle is assessed"
    AFTER_REPORT = "once the cycle's report is written"


@dataclass(frozen=True, slots=True)
class Wording:
    """How questions and advice about a kind are worded."""

    without: str
    """What follows when the study goes on without it: one sentence."""
    again: str = ""
    """Advice to the next cycle where this one ended before the work was done, as an imperative. Empty where other
    advice covers it, and for kinds that no study requires."""
    cut_short: str = ""
    """The reason that goes with it: how the sentence "the last cycle ended before ..." ends."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of task. Whoever plans, claims, logs, rounds or reports asks here instead of knowing kinds by name."""

    name: str
    spec: type[Spec]
    facts: type[Facts]
    metrics: tuple[Metric, ...]
    shown: tuple[Metric, ...]
    """Metrics that a report shows with each task of this kind, in this order."""
    agent: str
    """Name of the executive agent that works on it."""
    wording: Wording
    phase: Phase
    charged: bool
    """Whether it counts towards the budget of a cycle."""
    required: bool
    """Whether a study needs it: where it cannot be done, a human is asked. Optional work never stops a study."""
    replaceable: bool = False
    """Whether a substitute takes its place; a question about it is then about its model and not about the task."""
    tells: frozenset[str] = frozenset()
    """Types of the domain events that its outcome may carry."""


class KindTable(Mapping[str, Kind]):
    """Kinds by name, in the order in which executive agents are asked for work."""

    def __init__(self, *kinds: Kind) -> None:
        self._kinds = {kind.name: kind for kind in kinds}
        self._metrics = MetricTable(metric for kind in kinds for metric in kind.metrics)

    def __getitem__(self, name: str) -> Kind:
        return self._kinds[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._kinds)

    def __len__(self) -> int:
        return len(self._kinds)

    def metric(self, key: str) -> Metric | None:
        """The metric of a key, of whichever kind; None where no kind has it."""
        return self._metrics.find(key)
