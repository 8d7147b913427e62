"""The verdict of harm: whether a model does its task worse for the way it attends, as far as anything tells."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from store.kinds.diagnostics_collapse import HarmLabel, Need, Use
from store.kinds.diagnostics_metrics import ANOTHER_IMAGE, ANOTHER_TEXT
from store.kinds.diagnostics_sites import SitePlace
from tasks.diagnostics.harm.measuring import Performance, Rescue, rescued
from tasks.diagnostics.harm.rise import HURT, SURE, Rise
from tasks.diagnostics.harm.task_loss import Task, TaskLoss
from tasks.diagnostics.judgement import FEWEST_IMAGES, listed
from tasks.diagnostics.kinds.finding import Kinds
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from tasks.diagnostics.intervention.influence import Kind
    from tasks.diagnostics.intervention.steering import Changes
    from tasks.diagnostics.site_layout import SiteLayout

TOLERATED = 0.1
"""Nats of loss that a harmless model may be worse than what it is compared with, by the upper bound of its interval."""
LIKELY = 2.0
"""The same for a single comparison."""
MATTERS = 0.1
"""Nats of loss from which what a role reads in the input matters."""
LITTLE = 0.1
"""A modality is neglected whose exchange costs less than this share of what the exchange of the other one costs."""
EASY = 0.75
"""Share of rivals, half by guessing, that re-initialised copies beat where a task can be done without training."""
BAND = 5
"""Sound models from which on they make a band, within which one more would lie with a probability of WITHIN."""
WITHIN, BEYOND = 0.95, 0.99
"""Inside the first band a model is harmless, outside the second one harmful: of sound ones one in two hundred."""


@dataclass(frozen=True, slots=True)
class Harm:
    """What was found, and on what grounds."""

    label: HarmLabel
    reason: str
    use: Mapping[str, Use] = field(default_factory=dict)
    """By role."""
    need: Mapping[str, Need] = field(default_factory=dict)
    """By modality, `image` or `text`; empty for dual encoders, whose output is lost with either."""


def judge_harm(
    found: Performance | None,
    swapped: Mapping[str, Floats],
    untrained: bool,
    why_not: str = "",
    untried: Mapping[Kind, str] | None = None,
) -> Harm:
    """Weigh how a model does its task, and what it costs to exchange a modality: [pairs] each, nats.

    `untrained` says that the weights are a random initialisation; `why_not` why there is nothing to weigh, if so;
    `untried`, by intervention, why a modality was not exchanged for another, which the reason then tells.
    """
    judged = _judged(found, swapped, untrained, why_not)
    left = {kind: why for kind, why in (untried or {}).items() if kind in _ANOTHER}
    told = [f"Not tried: {_ANOTHER[kind]}, as {why}." for kind, why in left.items()]
    return replace(judged, reason=" ".join([judged.reason, *told]))


_ANOTHER: Mapping[Kind, str] = {ANOTHER_IMAGE: "another image", ANOTHER_TEXT: "another text"}


def _judged(found: Performance | None, swapped: Mapping[str, Floats], untrained: bool, why_not: str) -> Harm:
    need = needs(swapped)
    if found is None:
        return Harm("undecided", why_not or "The model has no task with right answers on these data.", {}, need)
    use = {role: _use(found, loss) for role, loss in found.resampled.items()}
    if len(found.own.loss) < FEWEST_IMAGES:
        return Harm("undecided", f"Fewer than {FEWEST_IMAGES} pairs were asked.", use, need)
    at_floor = not above_untrained(found)
    if untrained:
        reason = "At the floor: the weights are a random initialisation, and have nothing to lose."
        return Harm("undecided", reason, use, {})
    told = "It does its task no better than re-initialised copies."
    easy = at_floor and _floor(found) > EASY
    reasons = [told] if at_floor and not easy else []
    if not at_floor:
        reasons += _rescued(found)
    reasons += _below(found)
    neglected = [modality for modality, label in need.items() if label == "neglected"]
    if neglected:
        reasons.append(f"It hardly makes use of {listed([_GIVEN[modality] for modality in neglected])}.")
    if reasons:
        return Harm("harmful", " ".join(reasons), use, need)
    label, reason = _rest(found)
    if easy and label != "harmless":
        reason = f"{told} They do it well themselves, so that it is no test of what was learnt."
    return Harm(label, reason, use, need)


_GIVEN = {"image": "the image", "text": "the text"}


def above_untrained(found: Performance) -> bool:
    """Whether the right answer beats more rivals than in re-initialised copies."""
    if not found.untrained:
        return True
    floor = np.mean([copy.beaten for copy in found.untrained], axis=0)
    return Rise.of(found.own.beaten - floor).z > SURE


def _floor(found: Performance) -> float:
    """Share of rivals that re-initialised copies beat."""
    return float(np.mean([copy.beaten for copy in found.untrained]))


def best_rescue(rescues: tuple[Rescue, ...], own: TaskLoss) -> tuple[Rescue, Rise] | None:
    """The factor under which the loss is lowest, for sure if for any; None where none was tried."""
    found = [(rescue, Rise.of(rescue.loss.tempered - own.tempered)) for rescue in rescues]
    return min(found, key=lambda each: (not rescues_surely(each[1]), each[1].value), default=None)


def rescues_surely(rise: Rise) -> bool:
    """Whether a loss is lower by more than chance and by more than nothing."""
    return rise.value < -HURT and rise.z < -SURE


def finer_rescues(found: Performance, task: Task, layout: SiteLayout, planted: Changes, kinds: Kinds) -> Performance:
    """The same with layers tried one by one, where a role does better with other attention, or is peaked there."""
    tried = dict(found.rescues)
    peaked = kinds.collapsed.get("peaked", ())
    for role, spots in layout.roles.items():
        pointed = role in tried and _sure(found, role)
        for layer, spot in enumerate(spots):
            place = SitePlace(role, None if role == "pooling" else layer).name
            if len(spots) > 1 and (pointed or place in peaked):
                tried[place] = rescued(task, (spot,), planted, found.own)
    return replace(found, rescues=tried)


def needs(swapped: Mapping[str, Floats]) -> dict[str, Need]:
    """Whether each modality matters, by the rise of the loss where it is exchanged, [pairs], of both modalities."""
    rises = {modality: Rise.of(values) for modality, values in swapped.items()}
    if not rises or max(rise.n for rise in rises.values()) < FEWEST_IMAGES:
        return {}
    limit = max(HURT, LITTLE * max(rise.value for rise in rises.values()))
    return {
        modality: "neglected" if rise.high < limit else "needed" if rise.low > limit else "unclear"
        for modality, rise in rises.items()
    }


def _use(found: Performance, resampled: TaskLoss) -> Use:
    rise = Rise.of(resampled.tempered - found.own.tempered)
    floor = 0.0 if found.jittered is None else abs(float((found.jittered.tempered - found.own.tempered).mean()))
    limit = max(MATTERS, 2 * floor)
    if rise.value > limit and rise.z > SURE:
        return "used"
    return "unused" if rise.high < limit else "unclear"


def _rescued(found: Performance) -> list[str]:
    """Where other attention would do better, the finest place that was tried of each role."""
    softer, sharper = list[str](), list[str]()
    for place, rescues in found.rescues.items():
        best = best_rescue(rescues, found.own)
        finer = any(other.startswith(f"{place}/") and _sure(found, other) for other in found.rescues)
        if best is not None and rescues_surely(best[1]) and not finer:
            (softer if best[0].factor < 1 else sharper).append(place)
    return [
        f"It does its task better with {how} attention in {listed(places)}."
        for how, places in (("softer", softer), ("sharper", sharper))
        if places
    ]


def _sure(found: Performance, place: str) -> bool:
    best = best_rescue(found.rescues[place], found.own)
    return best is not None and rescues_surely(best[1])


def _below(found: Performance) -> list[str]:
    """What it does worse than, of the sound models that it is compared with."""
    said = []
    if found.twin is not None and worse(found.own, found.twin):
        said.append("It does its task worse than the same weights without what was planted.")
    references = list(found.references.values())
    if len(references) >= BAND:
        own, centre = float(found.own.loss.mean()), float(np.mean([each.loss.mean() for each in references]))
        if own > max(band(references, BEYOND)[1], centre + HURT):
            said.append("It does its task worse than one more sound model would: its loss is beyond their band.")
    elif references and all(worse(found.own, reference) for reference in references):
        said.append(f"It does its task worse than {'its reference' if len(references) == 1 else 'all references'}.")
    return said


def worse(own: TaskLoss, other: TaskLoss) -> bool:
    """Whether the loss is higher, pair by pair, than that of a sound model."""
    rise = Rise.of(own.loss - other.loss)
    return rise.value > HURT and rise.z > LIKELY


def band(references: list[TaskLoss], probability: float) -> tuple[float, float]:
    """Where the mean loss of one more sound model would lie with some probability: a t prediction interval."""
    from scipy.stats import t

    means = np.array([reference.loss.mean() for reference in references])
    k = len(means)
    reach = float(t.ppf((1 + probability) / 2, k - 1)) * float(means.std(ddof=1)) * np.sqrt(1 + 1 / k)
    return float(means.mean()) - reach, float(means.mean()) + reach


def _rest(found: Performance) -> tuple[HarmLabel, str]:
    """Harmless beside a sound model that it is no worse than; else undecided."""
    if found.twin is not None and Rise.of(found.own.loss - found.twin.loss).high < TOLERATED:
        return "harmless", "It does its task as well as the same weights without what was planted."
    references = list(found.references.values())
    if len(references) >= BAND:
        own, centre = float(found.own.loss.mean()), float(np.mean([each.loss.mean() for each in references]))
        if own <= max(band(references, WITHIN)[1], centre + HURT):
            return "harmless", "It does its task as well as one more sound model would: its loss is within their band."
        return "undecided", "It does its task worse than most sound models would, and not worse than all."
    if references and any(Rise.of(found.own.loss - each.loss).high < TOLERATED for each in references):
        return "harmless", "It does its task as well as a model that is known to be sound."
    known = found.twin is not None or references
    unsure = "Whether it does its task as well as what it is compared with cannot be told from so few pairs."
    alone = (
        "Nothing shows that other attention would do better, but no sound model was named to compare it with, and "
        "weights may have adapted to attention that is poor."
    )
    return "undecided", unsure if known else alone
