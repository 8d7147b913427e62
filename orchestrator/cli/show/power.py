"""How a planned number of images looks in a terminal: for a test, and for the claims of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import note
from tasks.statistics.adequacy import MINIMUM_IMAGES

if TYPE_CHECKING:
    from orchestrator.usecases.power import PlannedTest, StudyPower


def show_test(test: PlannedTest) -> None:
    """One line per number, with its meaning."""
    groups = " in each of two groups" if test.design == "independent" else ""
    per_look = f", {test.n_per_look} a look" if test.looks > 1 else ""
    exact = f", from {test.n_exact:.3f}" if test.n_exact is not None else ""
    looks = f", at the last of {test.looks} looks" if test.looks > 1 else ""
    click.echo(f"n      {test.n:<9} images{groups}{per_look}{exact}")
    click.echo(f"power  {test.achieved:<9.4f} to find an effect of {test.effect:.4g} SD")
    click.echo(f"mde    {test.mde:<9.4f} SD, found with a power of {test.target:g}")
    click.echo(f"level  {test.level:<9.4g} of a {test.alternative} {test.design} t test{looks}")
    if test.at_least is not None:
        claim = f"{test.at_least} of {test.of}"
        click.echo(f"claim  {claim:<9} models or more, by Holm, if models shared no images")
    if test.n_any_dependence is not None:
        click.echo(f"n      {test.n_any_dependence:<9} images do whatever the models share")
    if test.n < MINIMUM_IMAGES:
        note(f"A study finds a model INCONCLUSIVE with fewer than {MINIMUM_IMAGES} images, whatever their power.")


def show_study(study: StudyPower) -> None:
    """One line per claim: the distances from the threshold at which it is decided, and the images for the effect."""
    looks = "one look" if study.looks == 1 else f"{study.looks} looks"
    click.echo(f"{study.n} images in {looks}, the last at level {study.level:g}; power {study.power:g}")
    row = "{:<10} {:<12} {:<12} {:<14} {}".format
    click.echo(row("claim", "GO beyond", "NO_GO short", f"n at {study.effect:g} SD", "whatever models share"))
    for claim in study.claims:
        go, no_go = f"{claim.go:.3f} SD", f"{claim.no_go:.3f} SD"
        click.echo(row(f"{claim.at_least} of {claim.of}", go, no_go, claim.n, claim.n_any_dependence))
