"""What the heads of a layer look at: why a sound model shows what looks like a kind of collapse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.trained.findings import TINY
from tasks.diagnostics.attention.tap import AttentionTap
from tasks.diagnostics.families.model import PADDING, SPECIAL, TEXT, Pass
from tasks.diagnostics.maps.scores import scored_rows
from tasks.diagnostics.maps.site_maps import SiteMaps
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from collections.abc import Mapping

    from torch import Tensor

    from tasks.diagnostics.attention.calls import AttentionCall
    from tasks.diagnostics.families.model import VisionLanguageModel


REACH = 8
"""Places to either side of a row's own that are told apart."""


@dataclass(frozen=True, slots=True)
class Head:
    """One head of a layer."""

    keys: float
    """To how many keys it attends: e^H, without sinks."""
    kl: float
    """KL to uniform, nats, without sinks."""
    follows: float
    """Share of that which follows the input."""
    offset: int
    """The place, counted from the row's own, that takes most attention: -1 is the one before."""
    there: float
    """Share of attention that goes there; 0 where keys are another sequence."""
    special: float
    """Share that goes to special tokens."""


def heads(maps: SiteMaps, mass: Mapping[str, Floats]) -> tuple[Head, ...]:
    """The heads of a site, of what was captured of its maps, and of `near`."""
    follows = maps.input_part / np.maximum(maps.kl, TINY)
    return tuple(
        Head(
            float(np.exp(maps.entropy[head])),
            float(maps.kl[head]),
            float(follows[head]),
            int(mass["by_offset"][:, head].argmax()) - REACH,
            float(mass["by_offset"][:, head].max()),
            float(mass["special"][head]),
        )
        for head in range(len(maps.kl))
    )


def near(model: VisionLanguageModel, work: Pass, sites: set[str]) -> dict[str, dict[str, Floats]]:
    """Site -> shares of attention by where it goes, means over the rows of one pass that are no padding.

    `by_offset`, [2 REACH + 1, heads], from REACH places before the row's own to as many behind it, and `special`,
    [heads].
    """
    found: dict[str, dict[str, Floats]] = {}

    def note(call: AttentionCall) -> None:
        if call.site in sites:
            tokens = work.sequences.get(model.place(call.site).queries)
            found[call.site] = _mass(call, work.samples, None if tokens is None else tokens.kinds)

    with AttentionTap(model.module, note):
        work.run()
    return found


def _mass(call: AttentionCall, samples: int, kinds: Tensor | None) -> dict[str, Floats]:
    import torch

    offsets = range(-REACH, REACH + 1)
    by_offset: Tensor = torch.zeros(len(offsets), 1, dtype=torch.float64)
    to_special = torch.zeros(1, dtype=torch.float64)
    rows = torch.zeros((), dtype=torch.float64)
    for part in scored_rows(call, samples, None):
        weights = part.scores[:, 0].softmax(dim=-1).double()
        n, heads, length, keys = weights.shape
        own = kinds[part.first : part.first + n] if kinds is not None else torch.full((n, length), TEXT)
        weights = weights * (own != PADDING)[:, None, :, None]
        rows += (own != PADDING).sum()
        if length == keys:
            diagonals = [weights.diagonal(at, dim1=-2, dim2=-1).sum(dim=(0, 2)) for at in offsets]
            by_offset = by_offset + torch.stack(diagonals)
            to_special = to_special + (weights * (own == SPECIAL)[:, None, None, :]).sum(dim=(0, 2, 3))
        else:
            by_offset, to_special = by_offset.expand(-1, heads), to_special.expand(heads)
    return {"by_offset": np.asarray((by_offset / rows).numpy()), "special": np.asarray((to_special / rows).numpy())}
