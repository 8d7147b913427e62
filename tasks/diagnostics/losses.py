"""Losses of normalised entropy against random initialisation, as shares of the null's: by role, layer and head."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.image_metrics import ROLES
from tasks.diagnostics.measures import Floats
from tasks.diagnostics.nulls.random_init import summary
from tasks.ranges import LOSS, SHARE, held

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


def loss_of(name: str, values: Floats, draws: Floats) -> Loss:
    """Loss of `values`, [images], against `draws`, [draws, images], of random initialisation.

    Its interval is held to what can be lost, the band of the null to what normalised entropy can be (`ranges.held`).
    """
    from tasks.statistics.draws import against_draws

    found = against_draws(values, draws)
    null = found.null if found.null > 0 else float("nan")
    value = -found.difference / null
    return Loss(
        name,
        value,
        *held(value, -found.high / null, -found.low / null, LOSS),
        found.p_below(-LOST * found.null),
        found.p,
        found.null,
        *held(found.null, found.null_low, found.null_high, SHARE),
    )


def measured_losses(record: Record, null: RandomInit) -> Losses:
    """Losses of all that was measured, on the images of the null, which are the first of the record."""
    m = null.images
    roles, sites = summary(record)
    finite = {role: values[:m] for role, values in roles.items() if np.isfinite(values).all()}
    named = [(f"{role}/{layer:02d}", site) for role in ROLES for layer, site in enumerate(record.layers(role))]
    return losses(finite, {name: (site, sites[site][:m]) for name, site in named}, null)


def losses(roles: Mapping[str, Floats], layers: Mapping[str, tuple[str, Floats]], null: RandomInit) -> Losses:
    """Losses by role, from [images], and by layer and head, from (site, [images, heads]) of each layer."""
    of_roles = [loss_of(role, values, null.roles[role]) for role, values in roles.items() if role in null.roles]
    of_layers, of_heads = [], []
    for name, (site, heads) in layers.items():
        draws = null.sites.get(site)
        if draws is not None and np.isfinite(heads).all() and np.isfinite(draws).all():
            of_layers.append(loss_of(name, heads.mean(axis=1), draws.mean(axis=2)))
            of_heads += [
                loss_of(f"{name}/{head:02d}", heads[:, head], draws[:, :, head]) for head in range(heads.shape[1])
            ]
    return Losses(tuple(of_roles), tuple(of_layers), tuple(of_heads))
