"""The verdict on one model: whether attention is collapsed beside its nulls, and whether modalities move its output."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from tasks.diagnostics.intervention.influence import Effect
    from tasks.diagnostics.nulls.random_init import RandomInit

Label = Literal["ok", "collapsed", "undefined", "inconclusive"]

LOST = 0.5
"""Attention counts as collapsed where it has lost more than this share of the normalised entropy of its null."""

MOVED = 0.01
"""A modality counts as without influence where changing it moves less than this share of the output's probability."""

FEWEST_IMAGES = 30

ALPHA = 0.05

_UNTRAINED = "The weights are a random initialisation, so this says nothing of a trained model."


@dataclass(frozen=True, slots=True)
class Loss:
    """Normalised entropy that a role or a site has lost against random initialisation, as a share of the null's."""

    name: str
    value: float
    low: float
    high: float
    p_collapsed: float
    """Of the loss being at most LOST; small where attention is collapsed."""
    p_different: float
    """Two-sided, of no loss and no gain."""
    null: float
    """Mean normalised entropy of the null."""
    null_low: float
    null_high: float
    """Band of the null: where one more random initialisation would lie, with 95 % probability."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A label with its reason."""

    label: Label
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the measurement allows to be said."""

    label: Label
    """Of attention, against its nulls."""
    reason: str
    functional: Finding
    """Of influence: `collapsed` where a modality no longer moves the output."""
    losses: tuple[Loss, ...] = ()
    """By role."""
    layers: tuple[Loss, ...] = ()
    """By layer, named role/NN."""

    @property
    def collapsed_layers(self) -> tuple[str, ...]:
        """Layers that are collapsed, by Holm's correction over all layers."""
        return _rejected(self.layers)


def loss_of(name: str, values: Floats, draws: Floats) -> Loss:
    """Loss of `values`, [images], against `draws`, [draws, images], of random initialisation."""
    from tasks.statistics.draws import against_draws

    found = against_draws(values, draws)
    null = found.null if found.null > 0 else float("nan")
    return Loss(
        name,
        -found.difference / null,
        -found.high / null,
        -found.low / null,
        found.p_below(-LOST * found.null),
        found.p,
        found.null,
        found.null_low,
        found.null_high,
    )


def losses(
    roles: Mapping[str, Floats], layers: Mapping[str, tuple[str, Floats]], null: RandomInit
) -> tuple[tuple[Loss, ...], tuple[Loss, ...]]:
    """Losses by role, from [images], and by layer, from (site, [images, heads])."""
    of_roles = [loss_of(role, values, null.roles[role]) for role, values in roles.items() if role in null.roles]
    of_layers = []
    for name, (site, heads) in layers.items():
        draws = null.sites.get(site)
        if draws is not None and np.isfinite(heads).all() and np.isfinite(draws).all():
            of_layers.append(loss_of(name, heads.mean(axis=1), draws.mean(axis=2)))
    return tuple(of_roles), tuple(of_layers)


def judge(
    found: tuple[tuple[Loss, ...], tuple[Loss, ...]] | None,
    n: int,
    untrained: bool,
    undefined: str | None,
    effects: Sequence[Effect],
    task: str,
) -> Verdict:
    """Weigh losses over `n` images and the effects of interventions.

    `undefined` says why a modality has no attention to judge, and is None where both have some; `found` is None where
    the null of random initialisation was left out.
    """
    functional = _functional(effects, task)
    if undefined is not None:
        rest = found or ((), ())
        also = f" Of the rest: {_attentional(*rest, n)[1]}" if rest[0] else ""
        return Verdict("undefined", f"There is not all attention to judge: {undefined}.{also}", functional, *rest)
    if found is None:
        return Verdict("inconclusive", "No null of random initialisation was measured.", functional)
    of_roles, of_layers = found
    label, reason = _attentional(of_roles, of_layers, n)
    return Verdict(label, " ".join([reason, *([_UNTRAINED] if untrained else [])]), functional, of_roles, of_layers)


def _attentional(of_roles: Sequence[Loss], of_layers: Sequence[Loss], n: int) -> tuple[Label, str]:
    if n < FEWEST_IMAGES:
        return "inconclusive", f"Fewer than {FEWEST_IMAGES} images were measured."
    whole, parts = _rejected(of_roles), _rejected(of_layers)
    if whole or parts:
        where = [f"{name} attention as a whole" for name in whole]
        where += [f"{role} {_numbered(layers)}" for role, layers in _by_role(parts).items()]
        return "collapsed", f"Normalised entropy is below half of that of random initialisation in {_listed(where)}."
    if all(loss.high < LOST for loss in of_roles):
        return "ok", "Nowhere is the normalised entropy below half of that of random initialisation."
    unclear = [loss.name for loss in of_roles if loss.high >= LOST]
    return "inconclusive", f"The interval of the loss of {_listed(unclear)} attention reaches one half."


def _functional(effects: Sequence[Effect], task: str) -> Finding:
    from tasks.statistics.intervals import t_interval

    if not task:
        return Finding("undefined", "The model has no output that both modalities could move.")
    modal = {effect.kind: effect.change for effect in effects if effect.kind in ("swap-image", "swap-text")}
    if not modal:
        return Finding("inconclusive", "No intervention on a modality was made.")
    bounds = {kind: t_interval(change) for kind, change in modal.items()}
    words = {"swap-image": "another image", "swap-text": "another text"}
    still = [words[kind] for kind, (_, high) in bounds.items() if high < MOVED]
    unclear = [words[kind] for kind, (low, high) in bounds.items() if low < MOVED <= high]
    if still:
        said = f"{_listed(still).capitalize()} moves less than one hundredth of the probability over {task}."
        return Finding("collapsed", said)
    if unclear:
        said = f"The interval of the probability that {_listed(unclear)} moves reaches one hundredth, over {task}."
        return Finding("inconclusive", said)
    return Finding("ok", f"{_listed([words[kind] for kind in bounds]).capitalize()} moves the probability over {task}.")


def _rejected(losses: Sequence[Loss]) -> tuple[str, ...]:
    from tasks.statistics.multiplicity import holm

    if not losses:
        return ()
    adjusted = holm(np.array([loss.p_collapsed for loss in losses]))
    return tuple(loss.name for loss, p in zip(losses, adjusted, strict=True) if p <= ALPHA)


def _by_role(names: Sequence[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for role, _, layer in (name.partition("/") for name in names):
        found.setdefault(role, []).append(int(layer))
    return found


def _numbered(layers: Sequence[int]) -> str:
    return f"layer {layers[0]}" if len(layers) == 1 else f"layers {_listed([str(layer) for layer in layers])}"


def _listed(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
