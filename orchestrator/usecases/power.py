"""Plans the number of images: for a test, or for the claims of a study before it is run."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from orchestrator.study.detectable_effect import DetectableEffect, detectable_effects, images, level, warnings
from orchestrator.study.file import read_study
from orchestrator.study.preflight import check_rule
from orchestrator.usecases.errors import BadArgument
from orchestrator.workspace import Workspace
from store.errors import BadInput
from tasks.statistics.planning import PowerPlan, planned_effect, planned_images, planned_power
from tasks.statistics.power import MEDIUM_EFFECT, TARGET_POWER

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from tasks.statistics.power import Design

SCHEMA = "gonogo.power/1"


@dataclass(frozen=True, slots=True)
class PlannedTest:
    """The size of a test, with the power and the effect that it stands for. The fields are those of the JSON."""

    design: Design
    effect: float
    """In standard deviations."""
    alpha: float
    power: float
    """The power that was asked for where the effect or the images follow from it, else the one that is achieved."""
    n: int
    """Images over all looks; of two independent groups, in each."""
    mde: float
    """The smallest effect, in SD, that these images detect with the target power."""
    target: float
    achieved: float
    """Power of these images to detect the effect."""
    alternative: str
    level: float
    """Of one test at the last look."""
    comparisons: int
    looks: int
    n_per_look: int
    n_exact: float | None
    """Images before rounding, where they were asked for."""
    at_least: int | None
    of: int | None
    n_any_dependence: int | None
    """Images under any dependence between the models of a claim; `n` is as if they shared no images."""

    def view(self) -> dict[str, Any]:
        """`gonogo.power/1`."""
        return {"schema": SCHEMA, **asdict(self)}


@dataclass(frozen=True, slots=True)
class StudyPower:
    """What the images of a study can decide, claim by claim."""

    effect: float
    alpha: float
    power: float
    n: int
    level: float
    looks: int | str
    n_per_look: int
    claims: tuple[DetectableEffect, ...]
    warnings: tuple[str, ...]
    """Reasons why the planned images may not decide a claim."""

    def view(self) -> dict[str, Any]:
        """`gonogo.power/1`."""
        return {
            "schema": SCHEMA,
            "design": "one-sample",
            "effect": self.effect,
            "alpha": self.alpha,
            "power": self.power,
            "n": self.n,
            "mde": max(claim.farther for claim in self.claims),
            "alternative": "one-sided",
            "level": self.level,
            "looks": self.looks,
            "n_per_look": self.n_per_look,
            "claims": [asdict(claim) for claim in self.claims],
            "doubts": list(self.warnings),
        }


def plan_test(
    effect: float | None = None,
    n: int | None = None,
    target: float | None = None,
    alpha: float | None = None,
    design: Design | None = None,
    one_sided: bool | None = None,
    comparisons: int | None = None,
    looks: int | None = None,
    look_level: float | None = None,
    at_least: int | None = None,
    of: int | None = None,
) -> PlannedTest:
    """The images that an effect needs, or what a number of images finds; the power is 0.8 unless it is given.

    Of effect, images and power at most two may be given; `at_least` of `of` models is a claim by Holm's correction, and
    takes both. Raises BadArgument for what makes no sense or cannot be reached.
    """
    if effect is not None and n is not None and target is not None:
        raise BadArgument("target", "{}: of effect, images and power give two; the third is computed")
    plan = _plan(alpha, design, one_sided, comparisons, looks, look_level, _claim(at_least, of))
    target = target or TARGET_POWER
    if plan.level >= target:
        raise BadArgument("target", f"{{}}: {target:g} is not above {plan.level:g}, the level of a test; give more")
    if n is not None:
        return _found(plan, n, effect, target)
    if effect is not None:
        return _needed(plan, effect, target)
    raise BadInput("give --effect for the images it needs, --n for what they find, or --study to judge a study")


def study_power(settings: Settings, effect: float | None = None, target: float | None = None) -> StudyPower:
    """What each claim of the workspace's study file can find, held against an effect in SD (0.5) and a power (0.8).

    Raises BadInput when the file is missing or wrong, BadArgument when the effect or power cannot be reached.
    """
    effect, target = effect or MEDIUM_EFFECT, target or TARGET_POWER
    study = read_study(Workspace(settings.workspace).study_file).study
    check_rule(study.decision)
    try:
        one_test = level(study)
    except ValueError as error:
        raise BadInput(f"study.toml: decision.{error}") from None
    if one_test >= target:
        raise BadArgument("target", f"{{}}: {target:g} is not above {one_test:g}, the level of a test; give more")
    try:
        claims, lines = detectable_effects(study, effect, target), warnings(study, effect, target)
    except ValueError as error:
        raise BadArgument("effect", f"{{}}: {error}; give more") from None
    rule = study.decision
    return StudyPower(effect, rule.alpha, target, images(study), one_test, rule.looks, study.data.n, claims, lines)


def _claim(at_least: int | None, of: int | None) -> tuple[int, int] | None:
    if at_least is not None and of is not None:
        return at_least, of
    if at_least is None and of is None:
        return None
    raise BadArgument("of" if of is None else "at_least", "{} is missing; a claim has both, as in at least 2 of 3")


def _plan(
    alpha: float | None,
    design: Design | None,
    one_sided: bool | None,
    comparisons: int | None,
    looks: int | None,
    look_level: float | None,
    claim: tuple[int, int] | None,
) -> PowerPlan:
    if one_sided is None:
        one_sided = claim is not None
    try:
        return PowerPlan(
            design=design or ("paired" if claim is None else "one-sample"),
            alternative="greater" if one_sided else "two-sided",
            alpha=alpha or 0.05,
            looks=looks or 1,
            look_level=look_level,
            comparisons=comparisons or 1,
            claim=claim,
        )
    except ValueError as error:
        field, _, wrong = str(error).partition(": ")
        raise BadArgument("at_least" if field == "claim" else field, f"{{}}: {wrong}") from None


def _needed(plan: PowerPlan, effect: float, target: float) -> PlannedTest:
    """The images that an effect needs."""
    try:
        exact = planned_images(plan, effect, target)
        careful = planned_images(replace(plan, dependence="any"), effect, target) if plan.claim else None
    except ValueError as error:
        raise BadArgument("effect", f"{{}}: {error}; give more") from None
    found = _found(plan, math.ceil(exact), effect, target)
    any_dependence = math.ceil(careful) if careful is not None else None
    return replace(found, power=target, n_exact=exact, n_any_dependence=any_dependence)


def _found(plan: PowerPlan, n: int, effect: float | None, target: float) -> PlannedTest:
    """What a number of images finds: the smallest effect, or the power for one that is given."""
    try:
        mde = planned_effect(plan, n, target)
    except ValueError as error:
        raise BadArgument("n", f"{{}}: {error}; give more") from None
    achieved = planned_power(plan, n, mde if effect is None else effect)
    k, m = plan.claim or (None, None)
    return PlannedTest(
        design=plan.design,
        effect=mde if effect is None else effect,
        alpha=plan.alpha,
        power=target if effect is None else achieved,
        n=n,
        mde=mde,
        target=target,
        achieved=achieved,
        alternative="one-sided" if plan.alternative == "greater" else "two-sided",
        level=plan.level,
        comparisons=plan.comparisons,
        looks=plan.looks,
        n_per_look=math.ceil(n / plan.looks),
        n_exact=None,
        at_least=k,
        of=m,
        n_any_dependence=None,
    )
