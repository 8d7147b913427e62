"""Heads whose attention is not that of re-initialised copies: each beside all heads of its role in all copies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from store.kinds.diagnostics_sites import head_name
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from tasks.diagnostics.nulls.random_init import RandomInit

LEAST = 1e-12
"""Share of entropy from which less is missing counts as so much, so that it has a logarithm."""


def head_p_values(layers: Mapping[str, tuple[str, Floats]], null: RandomInit) -> dict[str, float]:
    """Name of each head -> two-sided p-value of its being one of a further copy, from (site, [images, heads]) by layer.

    The heads of a layer are drawn alike when a model is initialised. So the logarithm of what entropy is missing, on
    the images of the null, is given in standard deviations of the heads of that layer in all copies, and all such
    values of a role are its null: by head there are too few copies for its tails, which are not normal. Roles whose
    copies have too few heads are left out, as is what is not finite.
    """
    from tasks.statistics.tails import FEWEST, two_sided_p

    roles: dict[str, list[tuple[str, Floats, Floats]]] = {}
    for layer, (site, values) in layers.items():
        if (draws := null.sites.get(site)) is not None:
            own, copies = _missing(values[: null.images]), _missing(draws.swapaxes(0, 1))
            if np.isfinite(own).all() and np.isfinite(copies).all() and copies.std() > 0:
                centre, spread = copies.mean(), copies.std(ddof=1)
                found = (layer, (own - centre) / spread, ((copies - centre) / spread).ravel())
                roles.setdefault(layer.partition("/")[0], []).append(found)
    p_values: dict[str, float] = {}
    for of_role in roles.values():
        copies = np.concatenate([drawn for _, _, drawn in of_role])
        if len(copies) >= FEWEST:
            for layer, own, _ in of_role:
                for head, p in enumerate(two_sided_p(own, copies)):
                    p_values[head_name(layer, head)] = float(p)
    return p_values


def _missing(values: Floats) -> Floats:
    """Mean over the first axis, images, of the logarithm of the normalised entropy that is missing."""
    return np.asarray(np.log(np.maximum(1 - values, LEAST)).mean(axis=0))
