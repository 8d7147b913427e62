"""All runs of one subject: planted, unit by unit and τ by τ, and unplanted under other seeds or on other data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.planted.grid import TAUS, Unit, units
from benchmarks.planted.pairs import KINDS, one_each
from benchmarks.planted.subjects import Bench, Seen, Subject

Tell = Callable[[int, int, str], None]
"""(done, in all, what)."""

ELSEWHERE = 100
"""First seed of unplanted runs; planted ones count from 0, so no run is compared with itself."""


@dataclass(frozen=True, slots=True)
class Case:
    """A subject, and how much of the grid it is put through."""

    locator: str
    trained: bool = False
    planted: int = 5
    """Runs of each plant: each with a seed and a set of data of its own, or, trained, with the latter alone."""
    unplanted: int = 20
    sets: int = KINDS
    taus: Sequence[float] = TAUS
    layers: Sequence[int] | None = None
    heads: Sequence[int] | None = None

    @property
    def title(self) -> str:
        """Architecture and weights."""
        name = self.locator.partition(":")[2].partition("@")[0]
        return f"{name}, {'trained' if self.trained else 'untrained'}"


@dataclass(frozen=True, slots=True, eq=False)
class Trial:
    """One planted run."""

    case: str
    unit: Unit
    tau: float
    seen: Seen
    plain: Seen
    """The same weights on the same data, without the plant."""


@dataclass(slots=True)
class Sweep:
    """Runs of one or several subjects."""

    planted: list[Trial] = field(default_factory=list)
    unplanted: list[tuple[str, Seen]] = field(default_factory=list)
    """Case and run."""

    def join(self, other: Sweep) -> None:
        """Take over the runs of another one."""
        self.planted += other.planted
        self.unplanted += other.unplanted


def sweep(case: Case, tell: Tell, cache: Path | None = None) -> Sweep:
    """Run a case."""
    import torch

    subject = Subject(case.locator, [one_each(which) for which in range(case.sets)], cache)
    grid = [(unit, tau) for unit in units(subject.layout, case.layers, case.heads) for tau in case.taus]
    whole, done, found = case.planted * len(grid) + case.unplanted, 0, Sweep()
    with torch.inference_mode():
        for run in range(case.planted):
            with subject.weights(None if case.trained else run):
                bench = Bench(subject, run % case.sets)
                for unit, tau in grid:
                    seen = bench.planted(unit.plant(tau))
                    found.planted.append(Trial(case.title, unit, tau, seen, bench.unplanted))
                    done += 1
                    tell(done, whole, f"{case.title}: planted")
        for run in range(case.unplanted):
            # trained weights are the same in every run, so data that no plant has met have to make the difference
            which = (case.planted + run if case.trained else run) % case.sets
            with subject.weights(None if case.trained else ELSEWHERE + run):
                found.unplanted.append((case.title, Bench(subject, which).unplanted))
            done += 1
            tell(done, whole, f"{case.title}: unplanted")
    return found
