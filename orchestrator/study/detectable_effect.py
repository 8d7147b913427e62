"""Effects that a study can detect with the images it plans, by its own rule, before any of them is measured."""

from __future__ import annotations

import math
from dataclasses import dataclass

from store.study.protocol import Study
from tasks.statistics.adequacy import MINIMUM_IMAGES
from tasks.statistics.look_plan import LookPlan, look_level
from tasks.statistics.planning import PowerPlan, planned_effect, planned_images
from tasks.statistics.power import MEDIUM_EFFECT, TARGET_POWER


@dataclass(frozen=True, slots=True)
class DetectableEffect:
    """The effects that decide one claim at the last look, where all models' means lie equally far off the threshold."""

    at_least: int
    of: int
    go: float
    """Distance beyond the threshold, in SD, at which the claim is found with the target power."""
    no_go: float
    """Distance short of the threshold at which it is refuted, in of − at_least + 1 models or more."""
    n: int
    """Images over all looks that decide either way at the distance asked for, if models shared no images."""
    n_any_dependence: int
    """The same under any dependence between models, which do share their images."""

    @property
    def farther(self) -> float:
        """The larger of the two distances, in SD: from there on the claim is decided either way."""
        return max(self.go, self.no_go)


def images(study: Study) -> int:
    """Images over all looks; over the first where their number is open."""
    return study.data.n * _looks(study)


def level(study: Study) -> float:
    """Level of a family of tests in the last look; ValueError, naming the field, where it is none."""
    return _plan(study, 1).level


def detectable_effects(
    study: Study, effect: float = MEDIUM_EFFECT, target: float = TARGET_POWER
) -> tuple[DetectableEffect, ...]:
    """The effects of each claim of `study` found with the power `target`, and the images that an `effect` in SD needs.

    Two images stand in for a single one, which has no spread. Raises ValueError when `target` is not above the level of
    a test, no sample finds the effect, or the images find none.
    """
    m, total = len(study.counted), max(images(study), 2)
    found = []
    for k in study.decision.at_least:
        claims = (k, m - k + 1)
        go, no_go = (planned_effect(_plan(study, c), total, target) for c in claims)
        n = max(planned_images(_plan(study, c), effect, target) for c in claims)
        careful = max(planned_images(_plan(study, c, careful=True), effect, target) for c in claims)
        found.append(DetectableEffect(k, m, go, no_go, math.ceil(n), math.ceil(careful)))
    return tuple(found)


def warnings(study: Study, effect: float = MEDIUM_EFFECT, target: float = TARGET_POWER) -> tuple[str, ...]:
    """Reasons why the planned images may not decide a claim, one line each, with the remedy. None refuses the study."""
    n, looks, total = study.data.n, _looks(study), images(study)
    if total < MINIMUM_IMAGES:
        enough = math.ceil(MINIMUM_IMAGES / looks)
        return (
            f"data.n: {total} images in all are fewer than the {MINIMUM_IMAGES} that a test needs, so the study can "
            f"only end INCONCLUSIVE; give at least {enough}",
        )
    lines = []
    early = math.ceil(MINIMUM_IMAGES / n) - 1
    if early > 0:
        which = "the first look" if early == 1 else f"the first {early} looks"
        lines.append(
            f"data.n: {which} can only be INCONCLUSIVE, with {n * early} images where a test needs {MINIMUM_IMAGES}; "
            f"give {MINIMUM_IMAGES}, or fewer looks at more images"
        )
    try:
        one_test = level(study)
    except ValueError as error:
        return (*lines, f"decision.{error}")
    try:
        claims = (
            detectable_effects(study, effect, target) if one_test < target else ()
        )  # any sample has the power of its level
    except ValueError as error:
        return (*lines, f"decision: by this rule no number of images decides: {error}")
    return (*lines, *(_undecided(study, claim, effect, target) for claim in claims if claim.farther > effect))


def _undecided(study: Study, claim: DetectableEffect, effect: float, target: float) -> str:
    needed = math.ceil(claim.n / _looks(study))
    return (
        f"decision.at_least: {claim.at_least} of {claim.of} is found with a power of {target:g} by {images(study)} "
        f"images only where means lie {claim.go:.3f} SD beyond the threshold, and refuted {claim.no_go:.3f} SD short "
        f"of it; for {effect:g} SD give data.n = {needed}"
    )


def _looks(study: Study) -> int:
    return study.decision.last_look or 1


def _plan(study: Study, k: int, careful: bool = False) -> PowerPlan:
    """How `study` finds k of its models on one side of the threshold."""
    rule, looks = study.decision, _looks(study)
    shared = LookPlan("open" if rule.looks == "open" else rule.boundary, looks, rule.effect)
    nominal = look_level(rule.alpha, max(images(study), 2), shared, looks)
    if rule.looks == "open" and nominal == 0:
        raise ValueError(
            f"effect: e-values that are tuned to {rule.effect:g} SD never reach alpha = {rule.alpha:g} with "
            f"{images(study)} images"
        )
    return PowerPlan(
        design="one-sample",
        alternative="greater",
        alpha=rule.alpha,
        looks=looks,
        look_level=nominal,
        claim=(k, len(study.counted)),
        dependence="any" if careful else "independent",
    )
