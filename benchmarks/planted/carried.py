"""What a plant does to units that it leaves alone, and why another unit may have lost more than the planted one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.planted.rows import changes, planted_loss, rivals
from benchmarks.planted.scores import by_share, localised
from benchmarks.planted.sweep import Trial


@dataclass(frozen=True, slots=True)
class Carried:
    """Changes of losses of units that were not planted, and the misses that they could explain."""

    misses: int
    """Runs in which another unit has the greatest loss."""
    by_themselves: int
    """Of these, runs in which some other unit has lost as much without the plant too."""
    later: float
    """Largest change of a loss in later layers of the planted tower."""
    others: float
    """Largest in other towers."""
    beside: float
    """Largest in the planted layer and those before it."""


def carried(trials: Sequence[Trial]) -> Carried:
    """Over all runs."""
    missed = [trial for trial in trials if not localised(by_share(rivals(trial)), trial.unit.name)]
    later, others, beside = [0.0], [0.0], [0.0]
    for trial in trials:
        for name, change in changes(trial).items():
            tower, layer = name.split("/")[:2]
            if name == trial.unit.name:
                continue
            if tower != trial.unit.tower:
                others.append(abs(change))
            else:
                (later if int(layer) > trial.unit.layer else beside).append(abs(change))
    return Carried(len(missed), sum(map(_by_itself, missed)), max(later), max(others), max(beside))


def _by_itself(trial: Trial) -> bool:
    before = by_share(rivals(trial, planted=False))
    return max(loss for name, loss in before.items() if name != trial.unit.name) >= planted_loss(trial)
