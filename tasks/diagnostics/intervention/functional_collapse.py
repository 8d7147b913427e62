"""Functional collapse: whether another image, or another text, still moves a model's output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from store.kinds.diagnostics_metrics import ANOTHER_IMAGE, ANOTHER_TEXT, BLANK_IMAGE, EMPTY_TEXT, Intervention
from tasks.diagnostics.intervention.influence import Interventions, Kind
from tasks.diagnostics.judgement import FEWEST_IMAGES, Judgement, Label, listed

if TYPE_CHECKING:
    from tasks.diagnostics.measures import Floats

MOVED = 0.01
"""An output is moved where changing a modality moves this share of its probability, or more."""

SELDOM = 0.2
"""A modality counts as without influence where exchanging it moves the output of a smaller share of pairs."""

_SWAPS: Mapping[Intervention, Intervention] = {ANOTHER_IMAGE: BLANK_IMAGE, ANOTHER_TEXT: EMPTY_TEXT}
"""Intervention that decides on a modality -> the one that is only reported with it."""
_WORDS: Mapping[Intervention, str] = {
    ANOTHER_IMAGE: "another image",
    BLANK_IMAGE: "a blank one",
    ANOTHER_TEXT: "another text",
    EMPTY_TEXT: "an empty one",
}


def judge_influence(made: Interventions, task: str) -> Judgement:
    """What the interventions on modalities say of a model whose output is a distribution over `task`.

    It is the share of pairs that are moved which is judged, by its exact interval: a mean of changes that are nearly
    all zero would be called small whatever the few others are. A modality counts by its content, by what moves when it
    is exchanged for another. A blank decides nothing, as a model may notice that something is missing without reading
    what is there; where the two disagree the reason says so. What was not tried is named.
    """
    if not task:
        return Judgement("undefined", "The model has no output that both modalities could move.")
    change = {effect.kind: effect.change for effect in made.effects}
    swaps = [kind for kind in _SWAPS if kind in change]
    untried = "".join(
        f" Not tried: {_WORDS[kind]}, as {made.untried[kind]}." for kind in _SWAPS if kind in made.untried
    )
    if not swaps:
        return Judgement("inconclusive", f"No modality was exchanged for another.{untried}")
    if min(len(change[kind]) for kind in swaps) < FEWEST_IMAGES:
        return Judgement("inconclusive", f"Interventions were made on fewer than {FEWEST_IMAGES} images.{untried}")
    label, reason = _weighed(swaps, change, task)
    return Judgement(label, f"{reason}{untried}")


def _weighed(swaps: Sequence[Intervention], change: Mapping[Kind, Floats], task: str) -> tuple[Label, str]:
    from tasks.statistics.intervals import share_interval

    bounds = {
        kind: share_interval(int((values >= MOVED).sum()), len(values))
        for kind, values in change.items()
        if kind in _WORDS
    }
    still = [kind for kind in swaps if bounds[kind][1] < SELDOM]
    unclear = [kind for kind in swaps if bounds[kind][0] < SELDOM <= bounds[kind][1]]
    over = f"of the probability over {task}"
    if still:
        cut = [_SWAPS[kind] for kind in still if _SWAPS[kind] in bounds and bounds[_SWAPS[kind]][0] >= SELDOM]
        more = f", though {listed([_WORDS[kind] for kind in cut])} does in more" if cut else ""
        return (
            "collapsed",
            f"{_moving(still).capitalize()} as much as one hundredth {over} in fewer than one pair in five{more}.",
        )
    if unclear:
        return (
            "inconclusive",
            f"It cannot be told whether {_moving(unclear)} as much as one hundredth {over} in one pair in five.",
        )
    return "ok", f"{_moving(swaps).capitalize()} one hundredth or more {over}."


def _moving(kinds: Sequence[Intervention]) -> str:
    return f"{listed([_WORDS[kind] for kind in kinds])} {'moves' if len(kinds) == 1 else 'move'}"
