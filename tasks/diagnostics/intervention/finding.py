"""Functional collapse: whether another image, or another text, still moves a model's output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from tasks.diagnostics.finding import FEWEST_IMAGES, Finding, Label, listed
from tasks.diagnostics.intervention.influence import Interventions, Kind

if TYPE_CHECKING:
    from tasks.diagnostics.measures import Floats

MOVED = 0.01
"""A modality counts as without influence where changing it moves less than this share of the output's probability."""

_SWAPS: Mapping[Kind, Kind] = {"swap-image": "cut-image", "swap-text": "cut-text"}
"""What decides on a modality -> what stands beside it."""
_WORDS: Mapping[Kind, str] = {
    "swap-image": "another image",
    "cut-image": "a blank one",
    "swap-text": "another text",
    "cut-text": "an empty one",
}


def judge_influence(made: Interventions, task: str) -> Finding:
    """What the interventions on modalities say of a model whose output is a distribution over `task`.

    A modality counts by its content, by what moves when it is exchanged for another. A blank decides nothing, as a
    model may notice that something is missing without reading what is there; where the two disagree the reason says
    so. What was not tried is named.
    """
    if not task:
        return Finding("undefined", "The model has no output that both modalities could move.")
    change = {effect.kind: effect.change for effect in made.effects}
    swaps = [kind for kind in _SWAPS if kind in change]
    untried = "".join(
        f" Not tried: {_WORDS[kind]}, as {made.untried[kind]}." for kind in _SWAPS if kind in made.untried
    )
    if not swaps:
        return Finding("inconclusive", f"No modality was exchanged for another.{untried}")
    if min(len(change[kind]) for kind in swaps) < FEWEST_IMAGES:
        return Finding("inconclusive", f"Interventions were made on fewer than {FEWEST_IMAGES} images.{untried}")
    label, reason = _weighed(swaps, change)
    return Finding(label, f"{reason} the probability over {task}.{untried}")


def _weighed(swaps: Sequence[Kind], change: Mapping[Kind, Floats]) -> tuple[Label, str]:
    from tasks.statistics.intervals import t_interval

    bounds = {kind: t_interval(values) for kind, values in change.items() if kind in _WORDS}
    still = [kind for kind in swaps if bounds[kind][1] < MOVED]
    unclear = [kind for kind in swaps if bounds[kind][0] < MOVED <= bounds[kind][1]]
    if still:
        cut = [_SWAPS[kind] for kind in still if _SWAPS[kind] in bounds and bounds[_SWAPS[kind]][0] >= MOVED]
        more = f", though {listed([_WORDS[kind] for kind in cut])} moves more, of" if cut else " of"
        return "collapsed", f"{_moving(still)} less than one hundredth{more}"
    if unclear:
        return "inconclusive", f"It cannot be told whether {_moving(unclear, lower=True)} as much as one hundredth of"
    return "ok", _moving(swaps)


def _moving(kinds: Sequence[Kind], lower: bool = False) -> str:
    words = f"{listed([_WORDS[kind] for kind in kinds])} {'moves' if len(kinds) == 1 else 'move'}"
    return words if lower else words.capitalize()
