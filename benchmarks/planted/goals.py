"""What was to be shown, and whether the numbers show it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchmarks.planted.false_alarms import FalseAlarms
from benchmarks.planted.lengths import LESS_TWINS, Lengths
from benchmarks.planted.scores import share
from store.kinds import diagnostics_metrics as m

LEAST_AUC = 0.99
LEAST_LOCALISED = 0.95
TYPE_ONE = (0.03, 0.07)
MOST_EXPLAINED = 0.01


@dataclass(frozen=True, slots=True)
class Goal:
    """One aim with what was found."""

    aim: str
    where: str
    found: str
    met: str


def reached(whole: float, parts: Mapping[str, float], least: float) -> str:
    """Whether `whole` reaches `least`, and which of its parts do not."""
    short = [name for name, value in parts.items() if value < least]
    if whole < least:
        return "not met"
    return "met" if not short else f"met on the whole, not for {', '.join(short)}"


def type_one(alarms: Mapping[str, FalseAlarms]) -> list[Goal]:
    """Rates of two-sided p ≤ .05, by architecture over its roles, and over all."""
    aim = f"type-I {TYPE_ONE[0]:.2f} to {TYPE_ONE[1]:.2f}"
    rows = {
        locator: [alarm for of_role in found.roles.values() for alarm in of_role] for locator, found in alarms.items()
    }
    if len(rows) > 1:
        rows["all of them"] = [alarm for of_architecture in rows.values() for alarm in of_architecture]
    goals = []
    for where, tests in rows.items():
        rate = share(tests)
        said = f"{rate.value:.3f} [{rate.low:.3f}, {rate.high:.3f}] of {rate.n} tests"
        goals.append(Goal(aim, f"null A/A, {where}", said, _yes(TYPE_ONE[0] <= rate.value <= TYPE_ONE[1])))
    return goals


def length_free(found: Sequence[Lengths]) -> list[Goal]:
    """R² of untrained models' scores."""
    goals = []
    for row in found:
        if not row.untrained:
            continue
        for score in (m.MCS_NORM.key(), LESS_TWINS):
            r2 = row.scores[score].one_line
            said = f"R² {r2:.4f}; of raw MCS {row.scores[m.MCS_RAW.key()].one_line:.4f}"
            goals.append(
                Goal(f"R²({score}, ln tokens) ≤ {MOST_EXPLAINED}", row.title, said, _yes(r2 <= MOST_EXPLAINED))
            )
    return goals


def _yes(met: bool) -> str:
    return "met" if met else "not met"
