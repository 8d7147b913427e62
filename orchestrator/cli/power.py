"""`gonogo power`: the images that a study needs, or the effects that it detects with those it has."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from orchestrator.cli.common import emit, json_option, note, workspace_option

if TYPE_CHECKING:
    from orchestrator.settings import Settings

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
@click.option("--power", "target", type=SHARE, metavar="P", help="Statistical power to aim for.  [default: 0.8]")
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
def power_command(settings: Settings, as_json: bool, of_study: bool, **design: Any) -> None:
    """Plan the number of images, before any is measured.

    Of effect, power and images give two, or one with a power of 0.8: the third is computed. With --study, each claim of
    the study is held against an effect of 0.5 SD and a power of 0.8, or against others that are given.
    """
    from orchestrator.cli.show.power import show_study, show_test
    from orchestrator.usecases.power import plan_test, study_power

    if of_study:
        _leave_out(design, allowed=("effect", "target"))
        study = study_power(settings, design["effect"], design["target"])
        emit(study.view()) if as_json else show_study(study)
        for line in study.warnings:
            note(f"warning: study.toml: {line}")
    else:
        _ask_for(design, "effect", "n")
        test = plan_test(**design)
        emit(test.view()) if as_json else show_test(test)


def _leave_out(design: Mapping[str, object], allowed: Sequence[str]) -> None:
    from orchestrator.usecases.errors import BadArgument

    given = [name for name, value in design.items() if value is not None and name not in allowed]
    if given:
        raise BadArgument(given[0], "{}: the study says so itself; leave it out with --study")


def _ask_for(design: Mapping[str, object], *names: str) -> None:
    from store.errors import BadInput

    if all(design[name] is None for name in names):
        raise BadInput("give --effect for the images it needs, --n for what they find, or --study to judge a study")
