"""What was asked of the verdicts before they were tried, what was reached, and where they fell short."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.planted.prose import paragraph, points
from benchmarks.validity.members import Row
from store.kinds.diagnostics_collapse import KIND_NAMES

SENSITIVITY, SPECIFICITY, HARM = 0.9, 0.9, 0.95

ABOUT = """
Asked for: each kind is found in {sensitivity:.2f} of those that were made so and named in none of {specificity:.2f} of
sound members; harm is not said of {harm:.2f} of sound members, and right in {harm:.2f} of what is said. `surely`: the
lower end of the interval reaches it too, which takes about thirty members without a mistake for {sensitivity:.2f}, and
about seventy for {harm:.2f}.
"""

WHY = """
Peaked is measured by how few keys a site attends to, not by what was done to it: scores that are multiplied, or that
start sharp, leave maps that are broader than the limit where the sound maps are broad, as on stripes. What that costs
is told by harm, and not by the kind. A sound member may have one layer that attends almost uniformly: the kind is
there, and says no more than it does; its harm is told apart from it. Harm beside five sound members is as sure as
five are alike: a member that lies outside their band need not be outside what a sixth would show.
"""


@dataclass(frozen=True, slots=True)
class Goal:
    """A share that was asked for."""

    what: str
    asked: float
    right: int
    of: int
    missed: tuple[Row, ...]


def goals(rows: Sequence[Row]) -> Iterator[Goal]:
    """Every goal that these members bear on."""
    sound = [row for row in rows if row.job.is_sound]
    for kind in KIND_NAMES:
        made = [row for row in rows if row.job.kind == kind]
        yield _goal(f"{kind}, found", SENSITIVITY, made, lambda row, kind=kind: kind in row.kinds)
        clean = f"{kind}, not named in sound members"
        yield _goal(clean, SPECIFICITY, sound, lambda row, kind=kind: kind not in (*row.kinds, *row.elsewhere))
    for name in ("alone", "beside"):
        verdict = f"harm {name}, not said of sound members"
        yield _goal(verdict, HARM, sound, lambda row, name=name: getattr(row, name) != "harmful")
        said = [row for row in rows if getattr(row, name) != "undecided"]
        yield _goal(f"harm {name}, right", HARM, said, lambda row, name=name: _right(row, name))


def reached(rows: Sequence[Row]) -> str:
    """A table of the goals, and where they were missed."""
    from tasks.statistics.intervals import share_interval

    lines = ["| What | Asked | Reached | Interval | |", "|---|---:|---:|---|---|"]
    missed: list[str] = []
    for goal in goals(rows):
        if not goal.of:
            continue
        share = goal.right / goal.of
        low, high = share_interval(goal.right, goal.of)
        word = "surely" if low >= goal.asked else "yes" if share >= goal.asked else "no"
        lines.append(f"| {goal.what} | {goal.asked:.2f} | {share:.2f} | [{low:.2f}, {high:.2f}] | {word} |")
        if goal.missed:
            missed.append(f"{goal.what}: not in {_named(goal.missed)}.")
    about = paragraph(ABOUT.format(sensitivity=SENSITIVITY, specificity=SPECIFICITY, harm=HARM))
    return "\n\n".join([about, "\n".join(lines), paragraph(WHY), points(*missed)])


def _goal(what: str, asked: float, rows: Sequence[Row], holds: Callable[[Row], bool]) -> Goal:
    missed = tuple(row for row in rows if not holds(row))
    return Goal(what, asked, len(rows) - len(missed), len(rows), missed)


def _right(row: Row, name: str) -> bool:
    return (getattr(row, name) == "harmful") == row.harmed


def _named(rows: Sequence[Row]) -> str:
    """Members by setting and recipe, with how many there are of each."""
    names = (f"{row.job.setting.name}, {row.job.recipe.name}{_planted(row)}" for row in rows)
    return "; ".join(f"{name} ({count})" for name, count in Counter(names).items())


def _planted(row: Row) -> str:
    return f" with {row.job.plant.partition(',')[2]}" if row.job.plant else ""
