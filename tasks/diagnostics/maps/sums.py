"""Sums over inputs at one site, by window, head and row: enough for `SiteMaps`, without keeping any map."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from tasks.diagnostics.maps.site_maps import SiteMaps
from tasks.diagnostics.maps.values import weighed_entropy
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from torch import Tensor

NARROW_KEYS, NARROW_SHARE = 3.5, 1 / 3
"""Attention is narrow where e^H is below so many keys, or H below such a share of that of uniform attention: rows of a
caption have few keys, and in the towers of sound models some three of four (see `benchmarks/validity.md`)."""


class SiteSums:
    """Sums over inputs at one site: by window, head and row."""

    def __init__(self, sinks: Tensor | None) -> None:
        self._sinks = sinks
        """Boolean, [windows, heads, keys]."""
        self._inputs = 0
        self._by_row: dict[str, Tensor] = {}
        self._maps: dict[str, Tensor] = {}
        """`attention` without sinks, and `uniform` attention in its place, [windows, heads, rows, keys]."""
        self._places: list[int] = []
        self._sink: list[Tensor] = []

    def add(self, scores: Tensor, counts: Tensor, places: list[int], norms: Tensor | None = None) -> None:
        """Take in scores, [samples, windows, heads, rows, keys], of rows at some places, with the rows that count.

        `norms`, [samples, windows, heads, keys], are the lengths of the values of keys, where they were seen.
        """
        import torch

        attendable = scores > -torch.inf
        rows = counts[:, None, None] & (attendable.sum(dim=-1) > 1)
        sink = _fitted(self._sinks, scores)
        # sinks are shared by heads or not, which is a part of how heads differ
        raw, weights, raw_keys, _ = _described(scores, attendable)
        across = torch.special.entr(weights.mean(dim=2)).sum(dim=-1) - raw.mean(dim=2)
        attendable = attendable & ~sink[..., None, :]
        entropy, maps, keys, kept = _described(scores.masked_fill(~attendable, -torch.inf), attendable)
        kept = kept & rows
        log_keys = keys.clamp_min(1).to(entropy.dtype).log()
        narrow = torch.minimum(torch.full_like(log_keys, math.log(NARROW_KEYS)), NARROW_SHARE * log_keys)
        of_rows = {"count": kept, "entropy": entropy, "reach": log_keys, "narrow": narrow, "keys": keys}
        sums = {name: value.double().where(kept, 0.0).sum(dim=0) for name, value in of_rows.items()}
        both = rows.any(dim=2)
        raw_log = raw_keys.clamp_min(1).to(raw.dtype).log()
        raw_kl = (raw_log - raw).mean(dim=2)
        whole = raw_log.masked_fill(raw_keys < 2, 1.0)
        rest = torch.special.entr(maps.mean(dim=2)).sum(dim=-1) - entropy.mean(dim=2)
        every = kept.all(dim=2)
        of_both = {"raw_count": both, "raw": raw_kl, "across": across, "norm": (raw / whole).mean(dim=2)}
        weighed = None if norms is None else (weighed_entropy(weights, norms) / whole).mean(dim=2)
        valued = torch.zeros_like(both) if weighed is None else both & weighed.isfinite()
        of_both |= {"rest_count": every, "rest": rest.where(every, 0.0)}
        of_both |= {"valued_count": valued, "valued": (raw_kl if weighed is None else weighed).where(valued, 0.0)}
        for name, value in of_both.items():
            sums[name] = value.double().where(both, 0.0).sum(dim=0)[:, None]
        uniform = attendable / keys.clamp_min(1)[..., None]
        self._join(
            sums,
            {
                "attention": maps.where(kept[..., None], 0.0).sum(dim=0),
                "uniform": uniform.where(kept[..., None], 0.0).sum(dim=0),
            },
            places,
        )
        self._inputs += len(scores)
        taken = (weights * sink[..., None, :]).sum(dim=-1).where(rows, 0.0).sum(dim=(1, 3))
        self._sink.append((taken / rows.sum(dim=(1, 3)).clamp_min(1)).double().cpu())

    def merge(self, other: SiteSums) -> None:
        """Add what another one has, of other inputs at the same site."""
        if other._maps:
            self._join(other._by_row, other._maps, other._places)
        self._inputs += other._inputs
        self._sink += other._sink

    def _join(self, sums: Mapping[str, Tensor], maps: Mapping[str, Tensor], places: list[int]) -> None:
        """Lay new rows over those that are there, by place; sequences may be longer from one pass to the next."""
        if not self._maps:
            self._maps, self._by_row, self._places = dict(maps), dict(sums), places
            return
        union = sorted({*self._places, *places})
        at = {place: row for row, place in enumerate(union)}
        old, new = ([at[place] for place in of] for of in (self._places, places))
        self._by_row = {
            name: _laid(value[..., None], old, len(union), 1)[..., 0]
            + _laid(sums[name][..., None], new, len(union), 1)[..., 0]
            for name, value in self._by_row.items()
        }
        for name, value in maps.items():
            keys = max(self._maps[name].shape[-1], value.shape[-1])
            before = _laid(self._maps[name], old, len(union), keys)
            self._maps[name] = before + _laid(value, new, len(union), keys)
        self._places = union

    def site_maps(self) -> SiteMaps | None:
        """What the sums amount to; None where no row that half of the inputs have has two keys."""
        import torch

        if not self._inputs:
            return None
        sums = self._by_row
        shared = sums["count"] >= self._inputs / 2
        count = sums["count"].where(shared, 0.0)
        of_heads = count.sum(dim=(0, 2))
        if not bool((of_heads > 0).all()):
            return None

        def mean(of_rows: Tensor) -> Floats:
            return np.asarray((of_rows.where(shared, 0.0).sum(dim=(0, 2)) / of_heads).cpu().numpy())

        attention, uniform = (self._maps[name].double() for name in ("attention", "uniform"))
        seen = sums["count"].clamp_min(1)[..., None]
        surprise = torch.special.xlogy(attention, attention) - torch.special.xlogy(attention, uniform)
        fixed = mean((surprise / seen).sum(dim=-1) * sums["count"])
        both = sums["raw_count"] >= self._inputs / 2
        rows = float(sums["raw_count"].where(both, 0.0).sum())
        raw, across, norm, valued, rest = (
            float(sums[name].where(both, 0.0).sum()) for name in ("raw", "across", "norm", "valued", "rest")
        )
        with_values, without_sinks = (
            float(sums[f"{name}_count"].where(both, 0.0).sum()) for name in ("valued", "rest")
        )
        entropy, reach = mean(sums["entropy"]), mean(sums["reach"])
        return SiteMaps(
            inputs=self._inputs,
            keys=float(mean(sums["keys"]).mean()),
            reach=reach,
            narrow=float(mean(sums["narrow"]).mean()),
            entropy=entropy,
            fixed_part=np.maximum(fixed, 0.0),
            sink=torch.cat(self._sink).mean(dim=0).numpy(),
            raw=max(raw / max(rows, 1.0), 0.0),
            between_heads=max(across / max(rows, 1.0), 0.0),
            between_rest=max(rest / max(without_sinks, 1.0), 0.0),
            entropy_norm=norm / max(rows, 1.0),
            value_entropy_norm=valued / with_values if with_values else None,
        )


def _laid(x: Tensor, rows: list[int], whole: int, keys: int) -> Tensor:
    """[windows, heads, rows, keys] put at some rows of `whole` ones with `keys` keys, the others being 0."""
    found = x.new_zeros(*x.shape[:2], whole, keys)
    found[:, :, rows, : x.shape[-1]] = x
    return found


def _fitted(sinks: Tensor | None, scores: Tensor) -> Tensor:
    """[windows, heads, keys], for scores [samples, windows, heads, rows, keys] of sequences of another length."""
    import torch
    from torch.nn.functional import pad

    keys = scores.shape[-1]
    if sinks is None or sinks.shape[0] != scores.shape[1]:
        return torch.zeros(*scores.shape[1:3], keys, dtype=torch.bool, device=scores.device)
    return pad(sinks, (0, max(0, keys - sinks.shape[-1])))[..., :keys]


def _described(scores: Tensor, attendable: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Entropies [..., rows], attention, attendable keys, and whether a row has at least two."""
    logs = scores.log_softmax(dim=-1).where(attendable, 0.0)
    maps = logs.exp().where(attendable, 0.0)
    keys = attendable.sum(dim=-1)
    return -(maps * logs).sum(dim=-1), maps, keys, keys > 1
