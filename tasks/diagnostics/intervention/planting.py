"""What a planted collapse does to the sites of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from store.errors import BadInput
from store.models import Plant
from tasks.diagnostics.site_layout import SiteLayout

if TYPE_CHECKING:
    from tasks.diagnostics.intervention.steering import Changes


def planted(layout: SiteLayout, plant: Plant) -> Changes:
    """What a plant does at which sites. Raises BadInput where the model lacks what it names."""
    from tasks.diagnostics.intervention.steering import Change

    spots = layout.roles.get(plant.tower, ())
    if not spots:
        have = ", ".join(role for role in layout.roles if role != "pooling")
        raise BadInput(
            f"plant {plant}: the model has no {plant.tower} attention; it has {have or 'none'}; name what it has"
        )
    chosen = range(len(spots)) if plant.layers is None else plant.layers
    if max(chosen) >= len(spots):
        raise BadInput(f"plant {plant}: there are {len(spots)} {plant.tower} layers; name any of 0 to {len(spots) - 1}")
    for spot in (spots[layer] for layer in chosen):
        if plant.heads is not None and (spot.heads is None or max(plant.heads) >= spot.heads):
            known = "heads that cannot be told apart; leave heads= out"
            if spot.heads is not None:
                known = f"{spot.heads} heads; name any of 0 to {spot.heads - 1}"
            raise BadInput(f"plant {plant}: {spot.name} has {known}")
    return {spots[layer].name: (Change(plant.heads, plant.scale),) for layer in chosen}
