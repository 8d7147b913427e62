"""`gonogo power --study`: whether the images of a study can decide its claims."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from orchestrator.cli.common import emit, note

if TYPE_CHECKING:
    from orchestrator.reach import Reach
    from orchestrator.settings import Settings
    from store.study.protocol import Study


def judge(settings: Settings, effect: float, target: float, as_json: bool) -> None:
    """Print what each claim of the study file can find, on standard error what speaks against the plan.

    BadInput when the file is missing or wrong, or the effect or power cannot be reached.
    """
    from orchestrator.preflight import check_rule
    from orchestrator.reach import doubts, level, reach
    from orchestrator.study import read_study
    from orchestrator.workspace import Workspace
    from store.errors import BadInput

    study = read_study(Workspace(settings.workspace).study_file).study
    check_rule(study.decision)
    try:
        one_test = level(study)
    except ValueError as error:
        raise BadInput(f"study.toml: decision.{error}") from None
    if one_test >= target:
        raise BadInput(f"--power: {target:g} is not above {one_test:g}, the level of a test; give more")
    try:
        claims, lines = reach(study, effect, target), doubts(study, effect, target)
    except ValueError as error:
        raise BadInput(f"--effect: {error}; give more") from None
    if as_json:
        emit(_document(study, claims, lines, effect, target))
    else:
        _show(study, claims, effect, target)
    for line in lines:
        note(f"warning: study.toml: {line}")


def _document(
    study: Study, claims: tuple[Reach, ...], lines: tuple[str, ...], effect: float, target: float
) -> dict[str, object]:
    from orchestrator.reach import images, level

    return {
        "schema": "gonogo.power/1",
        "design": "one-sample",
        "effect": effect,
        "alpha": study.decision.alpha,
        "power": target,
        "n": images(study),
        "mde": max(claim.farther for claim in claims),
        "alternative": "one-sided",
        "level": level(study),
        "looks": study.decision.looks,
        "n_per_look": study.data.n,
        "claims": [asdict(claim) for claim in claims],
        "doubts": list(lines),
    }


def _show(study: Study, claims: tuple[Reach, ...], effect: float, target: float) -> None:
    """A line a claim: the distances from the threshold at which it is decided, and the images that `effect` needs."""
    from orchestrator.reach import images, level

    looks = "one look" if study.decision.looks == 1 else f"{study.decision.looks} looks"
    click.echo(f"{images(study)} images in {looks}, the last at level {level(study):g}; power {target:g}")
    row = "{:<10} {:<12} {:<12} {:<14} {}".format
    click.echo(row("claim", "GO beyond", "NO_GO short", f"n at {effect:g} SD", "whatever models share"))
    for claim in claims:
        go, no_go = f"{claim.go:.3f} SD", f"{claim.no_go:.3f} SD"
        click.echo(row(f"{claim.at_least} of {claim.of}", go, no_go, claim.n, claim.n_any_dependence))
