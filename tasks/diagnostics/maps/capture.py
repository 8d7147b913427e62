"""Captures the maps of every site over several inputs: sums that are enough for `SiteMaps`, never the maps themselves.

A sink of the tap, given the calls of pass after pass. Rows and keys are told apart by their place in the sequence,
counted from the first position that is no padding, so that inputs can be laid over one another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Self

import numpy as np

from tasks.diagnostics.attention.calls import AttentionCall, Projected
from tasks.diagnostics.families.model import IMAGE, PADDING, Pass, Tokens, VisionLanguageModel
from tasks.diagnostics.maps.scores import scored_rows
from tasks.diagnostics.maps.similarity import TokenSimilarity
from tasks.diagnostics.maps.sinks import Received
from tasks.diagnostics.maps.site_maps import Maps, SiteMaps
from tasks.diagnostics.measures import Floats

if TYPE_CHECKING:
    from torch import Tensor

MOST_ROWS = 64
"""Rows of a site that are looked at: a mean map of all rows would take memory by the square of their number."""

NARROW_KEYS, NARROW_SHARE = 3.5, 1 / 3
"""Attention is narrow where e^H is below so many keys, or H below such a share of that of uniform attention: rows of a
caption have few keys, and in the towers of sound models some three of four (see `benchmarks/validity.md`)."""


class MapCapture:
    """What the maps of a model's sites add up to, over the inputs of all passes that were taken in.

    Sinks are looked for first, in the passes that are watched by `search`; what `of` watches is then reduced without.
    """

    def __init__(self, model: VisionLanguageModel, sites: Iterable[str]) -> None:
        self._model = model
        self._received: dict[str, Received] = {}
        self._sums: dict[str, _Sums] = {}
        self._unseen: dict[str, str] = {}
        self._similarity = TokenSimilarity(model, sites)

    def search(self, work: Pass, every: int = 1) -> PassCapture:
        """Watches a pass for sinks."""
        return PassCapture(self._receive, work, every, nullcontext())

    def of(self, work: Pass, every: int = 1) -> PassCapture:
        """Watches a pass, of which every so many samples is looked at, the first one to begin with."""
        return PassCapture(self._reduce, work, every, self._similarity.of(work))

    def _receive(self, call: AttentionCall, work: PassCapture) -> None:
        if (queries := self._rows(call, work)) is not None:
            received = self._received.setdefault(call.site, Received())
            for scores, counts in work.scores(call, queries, self._keys(call)):
                attendable = scores > -math.inf
                rows = counts[:, None, None] & (attendable.sum(dim=-1) > 1)
                received.add(scores.softmax(dim=-1).where(attendable, 0.0), attendable, rows)

    def _reduce(self, call: AttentionCall, work: PassCapture) -> None:
        if (queries := self._rows(call, work)) is not None:
            received = self._received.get(call.site)
            sums = self._sums.setdefault(call.site, _Sums(None if received is None else received.sinks))
            for scores, counts in work.scores(call, queries, self._keys(call)):
                sums.add(scores, counts, queries.places.tolist())

    def _keys(self, call: AttentionCall) -> str:
        place = self._model.place(call.site)
        return place.keys or place.queries

    def _rows(self, call: AttentionCall, work: PassCapture) -> _QueryRows | None:
        """The rows of a call to look at; None where its maps cannot be laid over one another."""
        site, queries = call.site, self._model.place(call.site).queries
        if queries in work.packed:
            self._unseen[site] = "samples are packed one after another, so that their maps cannot be laid on each other"
        elif site in work.seen:
            self._unseen[site] = "it attends several times in one pass"
            self._sums.pop(site, None)
        if site in self._unseen:
            return None
        work.seen.add(site)
        length = call.q.shape[-2] if isinstance(call, Projected) else call.scores.shape[-2]
        return work.aligned(queries, length)

    def maps(self) -> Maps:
        """What was captured."""
        found = {site: sums.site_maps() for site, sums in self._sums.items()}
        empty = dict.fromkeys((site for site, maps in found.items() if maps is None), "no row of it has two keys")
        seen = {site: maps for site, maps in found.items() if maps is not None}
        return Maps(seen, {**self._unseen, **empty}, self._similarity.by_site())


class PassCapture:
    """A pass under watch: a sink of the tap, and a context in which the pass has to run."""

    def __init__(
        self,
        sink: Callable[[AttentionCall, PassCapture], None],
        work: Pass,
        every: int,
        similarity: AbstractContextManager[None],
    ) -> None:
        self._sink = sink
        self._similarity = similarity
        self.work = work
        self.every = every
        self.seen: set[str] = set()
        self.packed = {name for name, tokens in work.sequences.items() if tokens.lengths is not None}
        self._rows: dict[tuple[str, int], _QueryRows] = {}

    def __enter__(self) -> Self:
        self._similarity.__enter__()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._similarity.__exit__(exc_type, exc, trace)

    def __call__(self, call: AttentionCall) -> None:
        """Take in a call."""
        self._sink(call, self)

    def aligned(self, sequence: str, length: int) -> _QueryRows:
        """The rows to look at of a sequence of queries."""
        key = (sequence, length)
        if key not in self._rows:
            self._rows[key] = _QueryRows.of(self.work.sequences.get(sequence), self.work.samples, length)
        return self._rows[key]

    def scores(self, call: AttentionCall, queries: _QueryRows, keys: str) -> Iterator[tuple[Tensor, Tensor]]:
        """Scores of the samples that are looked at, [samples, windows, heads, rows, keys], and the rows that count.

        `keys` names their sequence, which is moved to the left by the padding before it.
        """
        shift = _shift(self.work.sequences.get(keys))
        for part in scored_rows(call, self.work.samples, queries.positions):
            first = -part.first % self.every
            at = range(part.first + first, part.first + part.scores.shape[0], self.every)
            if at:
                moved = None if shift is None else shift[list(at)]
                scores = _left(part.scores[first :: self.every], moved)
                yield scores, queries.counts[list(at)].to(scores.device)


class _QueryRows:
    """Rows of a sequence, the same places of every sample."""

    def __init__(self, places: Tensor, positions: Tensor, counts: Tensor) -> None:
        self.places = places
        """[rows], counted from the first position that is no padding."""
        self.positions = positions
        """[samples, rows], where they are in the sequence."""
        self.counts = counts
        """[samples, rows], boolean: a row that is there, and no padding."""

    @classmethod
    def of(cls, tokens: Tokens | None, samples: int, length: int) -> _QueryRows:
        import torch

        kinds = None if tokens is None or tokens.kinds is None or tokens.kinds.shape[-1] != length else tokens.kinds
        places = _places(kinds, length)
        shift = None if tokens is None else _shift(tokens)
        if kinds is None:
            positions = places.expand(samples, -1)
            return cls(places, positions, torch.ones_like(positions, dtype=torch.bool))
        places = places.to(kinds.device)
        positions = places.expand(samples, -1) if shift is None else places + shift[:, None]
        inside = positions < length
        positions = positions.clamp_max(length - 1)
        return cls(places, positions, inside & (kinds.gather(1, positions) != PADDING))


def _places(kinds: Tensor | None, length: int) -> Tensor:
    """Up to MOST_ROWS places, evenly over the sequence; half of them for what is no image, where there is both."""
    import torch

    if length <= MOST_ROWS:
        return torch.arange(length)
    others = torch.zeros(length, dtype=torch.bool)
    if kinds is not None:
        others = ((kinds != IMAGE) & (kinds != PADDING)).any(dim=0).cpu()
    if not others.any() or others.all():
        return _evenly(torch.arange(length), MOST_ROWS)
    half = _evenly(others.nonzero().flatten(), MOST_ROWS // 2)
    return torch.cat([half, _evenly((~others).nonzero().flatten(), MOST_ROWS - len(half))]).sort().values


def _evenly(places: Tensor, most: int) -> Tensor:
    import torch

    if len(places) <= most:
        return places
    return places[torch.linspace(0, len(places) - 1, most).round().long()]


def _shift(tokens: Tokens | None) -> Tensor | None:
    if tokens is None or tokens.kinds is None:
        return None
    first = (tokens.kinds != PADDING).int().argmax(dim=1)
    return first if bool(first.any()) else None


class _Sums:
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

    def add(self, scores: Tensor, counts: Tensor, places: list[int]) -> None:
        """Take in scores, [samples, windows, heads, rows, keys], of rows at some places, with the rows that count."""
        import torch

        attendable = scores > -torch.inf
        rows = counts[:, None, None] & (attendable.sum(dim=-1) > 1)
        weights = scores.softmax(dim=-1).where(attendable, 0.0)
        sink = _fitted(self._sinks, scores)
        # sinks are shared by heads or not, which is a part of how heads differ
        raw, _, raw_keys, _ = _described(scores, attendable)
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
        for name, value in (("raw_count", both), ("raw", raw_kl), ("across", across)):
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
        raw, across = (float(sums[name].where(both, 0.0).sum()) / max(rows, 1.0) for name in ("raw", "across"))
        entropy, reach = mean(sums["entropy"]), mean(sums["reach"])
        return SiteMaps(
            inputs=self._inputs,
            keys=float(mean(sums["keys"]).mean()),
            reach=reach,
            narrow=float(mean(sums["narrow"]).mean()),
            entropy=entropy,
            fixed_part=np.maximum(fixed, 0.0),
            sink=torch.cat(self._sink).mean(dim=0).numpy(),
            raw=max(raw, 0.0),
            between_heads=max(across, 0.0),
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


def _left(scores: Tensor, shift: Tensor | None) -> Tensor:
    """Keys moved to the left by the padding before them, whose place is taken by what may not be attended to."""
    import torch

    if shift is None:
        return scores
    keys = scores.shape[-1]
    at = torch.arange(keys, device=scores.device) + shift.to(scores.device)[:, None]
    shape = (len(scores), 1, 1, 1, keys)
    moved = scores.gather(-1, at.clamp_max(keys - 1).view(shape).expand_as(scores))
    return moved.masked_fill((at >= keys).view(shape), -torch.inf)
