"""From runs to rows of a table: how well planted runs are told apart, by our measure and by the raw figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.planted.scores import Auc, Share, by_share, by_spread, localised, share, stratified_auc
from benchmarks.planted.subjects import MCS_RAW, TEXT_ENTROPY, VISION_ENTROPY, Seen
from benchmarks.planted.sweep import Sweep, Trial
from tasks.diagnostics.losses import Loss

LOWEST_NATS = 2.0
"""Entropy below which the common rule speaks of collapse."""
LOWEST_MCS, HIGHEST_MCS = 0.3, 0.7
"""Scores outside which it does."""


@dataclass(frozen=True, slots=True)
class Found:
    """What the losses tell of some planted runs."""

    runs: int
    loss: float
    """Mean of the planted units."""
    auc: Auc
    """Of the planted unit's loss against the same unit's in unplanted runs."""
    by_share: Share
    """Runs in which the planted unit has lost most."""
    by_spread: Share
    """The same, with losses in units of their tower's spread between seeds."""
    beyond_own: Share
    """The same, with losses beyond those of the same model without the plant."""
    elsewhere: float
    """Greatest change of a loss in a unit that was not planted, mean over runs."""
    label: Share
    """Runs whose verdict is `collapsed`."""
    named: Share
    """Runs in which the planted unit is among the layers, or heads, that the verdict names."""


@dataclass(frozen=True, slots=True)
class Raw:
    """What figures of the whole model tell of the same runs."""

    higher: float
    """AUC of raw MCS where a higher one means planted."""
    further: float
    """AUC of |raw MCS - 0.5|."""
    rule_mcs: Share
    """Runs that raw MCS outside 0.3 to 0.7 flags."""
    rule_nats: Share
    """Runs that an entropy below 2 nats in either modality flags."""
    ours: float
    """AUC of the greatest loss of any unit, in units of its tower's spread: ours, without knowing where to look."""

    @property
    def lower(self) -> float:
        """AUC of raw MCS where a lower one means planted."""
        return 1 - self.higher


def found(trials: Sequence[Trial], runs: Sweep) -> Found:
    """How some planted runs do against the unplanted ones of the same cases."""
    positives: dict[tuple[str, str], list[float]] = {}
    for trial in trials:
        positives.setdefault((trial.case, trial.unit.name), []).append(planted_loss(trial))
    negatives: dict[tuple[str, str], list[float]] = {}
    for case, seen in runs.unplanted:
        for loss in (*seen.verdict.layers, *seen.verdict.heads):
            negatives.setdefault((case, loss.name), []).append(loss.value)
    return Found(
        len(trials),
        float(np.mean([planted_loss(trial) for trial in trials])),
        stratified_auc(positives, negatives),
        share([localised(by_share(rivals(trial)), trial.unit.name) for trial in trials]),
        share([localised(by_spread(rivals(trial)), trial.unit.name) for trial in trials]),
        share([localised(changes(trial), trial.unit.name) for trial in trials]),
        float(np.mean([_elsewhere(trial) for trial in trials])),
        share([trial.seen.verdict.label == "lost" for trial in trials]),
        share([named(trial) for trial in trials]),
    )


def raw(trials: Sequence[Trial], runs: Sweep) -> Raw:
    """How raw figures do on the same runs, each case compared within itself."""

    def area(score: Callable[[Seen], float]) -> float:
        positives: dict[str, list[float]] = {}
        for trial in trials:
            positives.setdefault(trial.case, []).append(score(trial.seen))
        negatives = {case: [score(seen) for other, seen in runs.unplanted if other == case] for case in positives}
        return stratified_auc(positives, negatives).mean

    return Raw(
        area(lambda seen: seen.raw[MCS_RAW]),
        area(lambda seen: abs(seen.raw[MCS_RAW] - 0.5)),
        share([flagged_by_mcs(trial.seen) for trial in trials]),
        share([flagged_by_nats(trial.seen) for trial in trials]),
        area(lambda seen: max(by_spread((*seen.verdict.layers, *seen.verdict.heads)).values())),
    )


def flagged_by_mcs(seen: Seen) -> bool:
    """By the common rule on raw MCS."""
    return not LOWEST_MCS <= seen.raw[MCS_RAW] <= HIGHEST_MCS


def flagged_by_nats(seen: Seen) -> bool:
    """By the common rule on entropy."""
    return min(seen.raw[VISION_ENTROPY], seen.raw[TEXT_ENTROPY]) < LOWEST_NATS


def rivals(trial: Trial, planted: bool = True) -> Sequence[Loss]:
    """The units among which the planted one has to be found, heads or layers; as they are with the plant or without."""
    verdict = (trial.seen if planted else trial.plain).verdict
    return verdict.layers if trial.unit.head is None else verdict.heads


def changes(trial: Trial) -> dict[str, float]:
    """Losses of the units of the planted kind, beyond those without the plant."""
    before = by_share(rivals(trial, planted=False))
    return {name: loss - before[name] for name, loss in by_share(rivals(trial)).items()}


def named(trial: Trial) -> bool:
    """Whether the verdict names the planted unit."""
    verdict = trial.seen.verdict
    return trial.unit.name in (verdict.lost_layers if trial.unit.head is None else verdict.lost_heads)


def planted_loss(trial: Trial) -> float:
    """Loss of the planted unit."""
    return by_share(rivals(trial))[trial.unit.name]


def _elsewhere(trial: Trial) -> float:
    return max(abs(change) for name, change in changes(trial).items() if name != trial.unit.name)
