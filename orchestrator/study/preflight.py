"""Checks a study before anything is written: names of models, data that do not open, rules that decide nothing."""

from __future__ import annotations

from pathlib import Path

from store.errors import BadInput, Unfit
from store.study.protocol import DecisionRule, Study


def check_study(study: Study, workspace: Path) -> None:
    """Refuse a study of unknown models, unreadable data or an empty rule; BadInput in one line.

    Unfit where this machine lacks libraries or a device that its work needs.
    """
    from tasks.diagnostics.datasets import check
    from tasks.diagnostics.families import find_family

    check_rule(study.decision)
    check_machine(study, workspace)
    check_literature(study, workspace)
    for number, model in enumerate(study.models):
        for candidate in (*model.candidates, *model.references):
            try:
                find_family(candidate.family, workspace).check(candidate, workspace)
            except BadInput as error:
                lists = {".substitutes": model.candidates[1:], ".reference": model.references}
                key = next((key for key, refs in lists.items() if candidate in refs and candidate != model.ref), "")
                raise BadInput(f"study.toml: models.{number}{key} ({model.id}): {error}") from None
    if study.data.source == "coco":
        for look in range(1, (study.decision.last_look or 1) + 1):
            check(study.data.part(look, study.seed), workspace)


def check_literature(study: Study, workspace: Path) -> None:
    """Refuse a study whose files of literature are not there, or hold no record; BadInput in one line."""
    from tasks.literature.reading.opening import open_literature

    for number, name in enumerate(study.literature.files if study.literature is not None else ()):
        try:
            reading = open_literature(workspace / name)
        except BadInput as error:
            raise BadInput(f"study.toml: literature.files.{number}: {error}") from None
        if not reading.kept:
            why = reading.quarantined[0].reason
            raise BadInput(f"study.toml: literature.files.{number}: {name} holds no record that can be read ({why})")


def check_machine(study: Study, workspace: Path) -> None:
    """Raise Unfit where this machine lacks a library or a device that the work of the study needs."""
    from store.kinds.diagnostics import DiagnosticSpec
    from store.kinds.environment import EnvironmentSpec
    from tasks.catalog import require_fit

    data, method = study.data.part(1, study.seed), study.diagnostics
    try:
        require_fit(EnvironmentSpec(model=study.models[0].ref), workspace)
        for model in study.models:
            for candidate in (*model.candidates, *model.references):
                require_fit(DiagnosticSpec(model=candidate, data=data, method=method), workspace)
    except Unfit as error:
        raise Unfit(f"study.toml cannot be carried out on this machine: {error}") from error


HIGHEST_ALPHA, LOWEST_ALPHA = 0.5, 1e-12
"""alpha ≥ 0.5 is no better than a coin; below 1e-12 no sample suffices."""

LOWEST_EFFECT = 0.01
"""The effect, in SD, to which e-values may be tuned; at it 1,000 images find next to nothing."""


def check_rule(rule: DecisionRule) -> None:
    """Refuse a rule whose verdict is known before there are data; BadInput with the field's name."""
    from store.kinds import range_of

    low, high = range_of(rule.metric)
    if not low < rule.threshold < high:
        raise BadInput(
            f"study.toml: decision.threshold: {rule.metric} lies between {low:g} and {high:g}, so that no mean lies on "
            f"both sides of {rule.threshold:g}; give a number between them"
        )
    if not low <= rule.null <= high:
        raise BadInput(
            f"study.toml: decision.null: {rule.metric} lies between {low:g} and {high:g}, and is never {rule.null:g}"
        )
    if not LOWEST_ALPHA <= rule.alpha < HIGHEST_ALPHA:
        raise BadInput(
            f"study.toml: decision.alpha: {rule.alpha:g} is no level that a study can hold; give one from "
            f"{LOWEST_ALPHA:g} to below {HIGHEST_ALPHA:g}"
        )
    if rule.looks == "open" and rule.effect < LOWEST_EFFECT:
        raise BadInput(
            f"study.toml: decision.effect: e-values that are tuned to {rule.effect:g} SD find nothing in any number of "
            f"images that can be had; give {LOWEST_EFFECT:g} or more"
        )
