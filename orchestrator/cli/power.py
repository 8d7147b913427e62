"""`gonogo power`: how many images a study needs, what it can find with those it has, and whether that decides."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import click

from orchestrator.cli.common import emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings
    from tasks.statistics.planning import Plan
    from tasks.statistics.power import Design

MOST_IMAGES = 10**9
MOST_MODELS = 100
LARGEST_EFFECT = 1000


class Finite(click.FloatRange):
    """A number in a range; NaN lies in none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """As click does."""
        number = float(super().convert(value, param, ctx))
        if math.isnan(number):
            self.fail(f"{value} is no number.", param, ctx)
        return number


SHARE = Finite(0, 1, min_open=True, max_open=True)
EFFECT = Finite(0, LARGEST_EFFECT, min_open=True)
MODELS = click.IntRange(1, MOST_MODELS)


@click.command()
@click.option("--effect", type=EFFECT, metavar="D", help="Effect to find, in standard deviations.")
@click.option("--n", type=click.IntRange(2, MOST_IMAGES), metavar="N", help="Images over all looks.")
@click.option("--power", "target", type=SHARE, metavar="P", help="Probability to find the effect.  [default: 0.8]")
@click.option("--alpha", type=SHARE, metavar="A", help="Level of the whole study.  [default: 0.05]")
@click.option(
    "--design",
    type=click.Choice(["paired", "one-sample", "independent"]),
    help="Images counted once, or in each of two independent groups.  [default: paired; one-sample with --at-least]",
)
@click.option("--one-sided/--two-sided", default=None, help="[default: two-sided; one-sided with --at-least]")
@click.option("--comparisons", type=click.IntRange(1, 10**6), metavar="N", help="Tests that share alpha (Bonferroni).")
@click.option("--looks", type=click.IntRange(1, 100), metavar="N", help="Looks that share alpha (Bonferroni).")
@click.option("--look-level", type=SHARE, metavar="A", help="Nominal level of the last look, instead of alpha / looks.")
@click.option("--at-least", type=MODELS, metavar="K", help="Find the effect in K models or more ...")
@click.option("--of", type=MODELS, metavar="M", help="... of M that all have it, by Holm's correction.")
@click.option("--study", "of_study", is_flag=True, help="Judge the study of the workspace, before it is run.")
@workspace_option
@json_option
def power_command(
    settings: Settings,
    as_json: bool,
    of_study: bool,
    effect: float | None,
    n: int | None,
    target: float | None,
    **design: Any,
) -> None:
    """Plan the number of images, before any is measured.

    Of effect, power and images give two, or one with a power of 0.8: the third is computed. With --study, each claim of
    the study is held against an effect of 0.5 SD and a power of 0.8, or against others that are given.
    """
    from orchestrator.cli.judging import judge
    from store.errors import BadInput
    from tasks.statistics.power import MEDIUM_EFFECT, TARGET_POWER

    if of_study:
        given = [name for name, value in {"n": n, **design}.items() if value is not None]
        if given:
            raise BadInput(f"{_option(given[0])}: the study says so itself; leave it out beside --study")
        judge(settings, effect or MEDIUM_EFFECT, target or TARGET_POWER, as_json)
        return
    if effect is not None and n is not None and target is not None:
        raise BadInput("--power: of --effect, --n and --power give two; the third is computed")
    plan, target = _plan(**design), target or TARGET_POWER
    if plan.level >= target:
        raise BadInput(f"--power: {target:g} is not above {plan.level:g}, the level of a test; give more")
    if n is not None:
        found = _found(plan, n, effect, target)
    elif effect is not None:
        found = _needed(plan, effect, target)
    else:
        raise BadInput("give --effect for the images it needs, --n for what they find, or --study to judge a study")
    if as_json:
        emit({"schema": "gonogo.power/1", **found})
    else:
        _show(plan, found)


def _plan(
    alpha: float | None,
    design: Design | None,
    one_sided: bool | None,
    comparisons: int | None,
    looks: int | None,
    look_level: float | None,
    at_least: int | None,
    of: int | None,
) -> Plan:
    from store.errors import BadInput
    from tasks.statistics.planning import Plan

    if (at_least is None) != (of is None):
        missing, other = ("--of", "--at-least") if of is None else ("--at-least", "--of")
        raise BadInput(f"{missing} is missing; {other} needs it, as in --at-least 2 --of 3")
    claim = (at_least, of) if at_least is not None and of is not None else None
    if one_sided is None:
        one_sided = claim is not None
    try:
        return Plan(
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
        raise BadInput(f"{'--at-least' if field == 'claim' else _option(field)}: {wrong}") from None


def _needed(plan: Plan, effect: float, target: float) -> dict[str, Any]:
    """The fields of the JSON document when images are asked for."""
    from dataclasses import replace

    from store.errors import BadInput
    from tasks.statistics.planning import planned_images

    try:
        exact = planned_images(plan, effect, target)
        careful = planned_images(replace(plan, dependence="any"), effect, target) if plan.claim else None
    except ValueError as error:
        raise BadInput(f"--effect: {error}; give more") from None
    return {
        **_found(plan, math.ceil(exact), effect, target),
        "power": target,
        "n_exact": exact,
        "n_any_dependence": math.ceil(careful) if careful is not None else None,
    }


def _found(plan: Plan, n: int, effect: float | None, target: float) -> dict[str, Any]:
    """The same when images are given."""
    from store.errors import BadInput
    from tasks.statistics.planning import planned_effect, planned_power

    try:
        mde = planned_effect(plan, n, target)
    except ValueError as error:
        raise BadInput(f"--n: {error}; give more") from None
    achieved = planned_power(plan, n, mde if effect is None else effect)
    k, m = plan.claim or (None, None)
    return {
        "design": plan.design,
        "effect": mde if effect is None else effect,
        "alpha": plan.alpha,
        "power": target if effect is None else achieved,
        "n": n,
        "mde": mde,
        "target": target,
        "achieved": achieved,
        "alternative": "one-sided" if plan.alternative == "greater" else "two-sided",
        "level": plan.level,
        "comparisons": plan.comparisons,
        "looks": plan.looks,
        "n_per_look": math.ceil(n / plan.looks),
        "n_exact": None,
        "at_least": k,
        "of": m,
        "n_any_dependence": None,
    }


def _show(plan: Plan, found: dict[str, Any]) -> None:
    """One line a number, with what it means."""
    from tasks.statistics.adequacy import MINIMUM_IMAGES

    groups = " in each of two groups" if plan.design == "independent" else ""
    per_look = f", {found['n_per_look']} a look" if plan.looks > 1 else ""
    exact = f", from {found['n_exact']:.3f}" if found["n_exact"] is not None else ""
    looks = f", at the last of {plan.looks} looks" if plan.looks > 1 else ""
    click.echo(f"n      {found['n']:<9} images{groups}{per_look}{exact}")
    click.echo(f"power  {found['achieved']:<9.4f} to find an effect of {found['effect']:.4g} SD")
    click.echo(f"mde    {found['mde']:<9.4f} SD, found with a power of {found['target']:g}")
    click.echo(f"level  {plan.level:<9.4g} of a {found['alternative']} {plan.design} t test{looks}")
    if plan.claim:
        click.echo(f"claim  {'{} of {}'.format(*plan.claim):<9} models or more, by Holm, if models shared no images")
    if found["n_any_dependence"] is not None:
        click.echo(f"n      {found['n_any_dependence']:<9} images do whatever the models share")
    if found["n"] < MINIMUM_IMAGES:
        note(f"A study finds a model INCONCLUSIVE with fewer than {MINIMUM_IMAGES} images, whatever their power.")


def _option(name: str) -> str:
    return f"--{name.replace('_', '-')}"
