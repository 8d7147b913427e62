"""Losses of normalised entropy against random initialisation, as shares of the null's: by role, layer and head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from store.kinds.diagnostics_sites import SitePlace, head_name
from store.metrics import LOSS, SHARE
from store.models import LAYER_ROLES
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.nulls.heads import head_p_values
from tasks.diagnostics.nulls.random_init import summary
from tasks.ranges import held

if TYPE_CHECKING:
    from tasks.diagnostics.nulls.random_init import RandomInit
    from tasks.diagnostics.recording import Record

LOST = 0.5
"""Attention counts as collapsed where it has lost more than this share of the normalised entropy of its null."""


@dataclass(frozen=True, slots=True)
class Loss:
    """Normalised entropy that a role, layer or head has lost against random initialisation, as a share of it."""

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
class Losses:
    """All losses of a model."""

    roles: tuple[Loss, ...] = ()
    layers: tuple[Loss, ...] = ()
    """Named role/NN."""
    heads: tuple[Loss, ...] = ()
    """Named role/NN/HH."""
    unjudged: Mapping[str, str] = field(default_factory=dict)
    """Roles and layers that have no loss -> the reason."""
    different: Mapping[str, float] = field(default_factory=dict)
    """Head -> p-value of its being one of a further re-initialised copy."""


def loss_of(name: str, values: Floats, draws: Floats) -> Loss:
    """Loss of `values`, [images], against `draws`, [draws, the first images], of random initialisation.

    A loss of L is one where the values are those of one more draw, times 1 − L; so it is that multiple of the draws
    that values are contrasted with: half of them to test whether more than half is lost, all of them to test whether
    anything is, and for the interval the share that is left. The interval is held to what can be lost, the band of the
    null to what normalised entropy can be (`ranges.held`). Raises ValueError where `why_not` has a reason against it.
    """
    from tasks.statistics.draws import against_draws

    if reason := why_not(values, draws):
        raise ValueError(f"{name}: {reason}")
    found = against_draws(values, draws)
    value = -found.difference / found.null
    around = against_draws(values, (1 - value) * draws)
    reach = (around.high - around.difference) / found.null
    return Loss(
        name,
        value,
        *held(value, value - reach, value + reach, LOSS),
        against_draws(values, (1 - LOST) * draws).p_below(0.0),
        found.p,
        found.null,
        *held(found.null, found.null_low, found.null_high, SHARE),
    )


def why_not(values: Floats, draws: Floats | None) -> str:
    """Why `values`, [images, ...], have no loss against `draws`, [draws, first images, ...]; empty where they do."""
    if draws is None:
        return "its null was not measured"
    if not np.isfinite(values).all():
        return "on some image no row of it counts"
    if not np.isfinite(draws).all():
        return "on some image no row of its null counts"
    if not draws.mean() > 0:
        return "random initialisations have no entropy there that could be lost"
    return ""


def measured_losses(record: Record, null: RandomInit) -> Losses:
    """Losses of all that was measured; the images of the null are the first of the record's."""
    roles, sites = summary(record)
    places = [(SitePlace(role, n), site) for role in LAYER_ROLES for n, site in enumerate(record.layers(role))]
    return losses(
        roles,
        {place.name: (site, sites[site]) for place, site in places},
        null,
    )


def losses(roles: Mapping[str, Floats], layers: Mapping[str, tuple[str, Floats]], null: RandomInit) -> Losses:
    """Losses by role, from [images], and by layer and head, from (site, [images, heads]) of each layer.

    A head of which random initialisations have no entropy is left out.
    """
    of_roles, of_layers, of_heads = [], [], []
    unjudged: dict[str, str] = {}
    for role, values in roles.items():
        draws = null.roles.get(role)
        if reason := why_not(values, draws):
            unjudged[role] = reason
        elif draws is not None:
            of_roles.append(loss_of(role, values, draws))
    for name, (site, heads) in layers.items():
        draws = null.sites.get(site)
        if reason := why_not(heads, draws):
            unjudged[name] = reason
        elif draws is not None:
            of_layers.append(loss_of(name, heads.mean(axis=1), draws.mean(axis=2)))
            own = [(head_name(name, head), heads[:, head], draws[:, :, head]) for head in range(heads.shape[1])]
            of_heads += [loss_of(*head) for head in own if not why_not(head[1], head[2])]
    return Losses(tuple(of_roles), tuple(of_layers), tuple(of_heads), unjudged, head_p_values(layers, null))
