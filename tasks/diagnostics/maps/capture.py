"""Captures the maps of every site over several inputs: sums that are enough for `SiteMaps`, never the maps themselves.

A sink of the tap, given the calls of pass after pass. Rows and keys are told apart by their place in the sequence,
counted from the first position that is no padding, so that inputs can be laid over one another.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.families.model import Pass, VisionLanguageModel
from tasks.diagnostics.maps.places import QueryRows, left, shift_of
from tasks.diagnostics.maps.rolling import PassRollout, Rollouts
from tasks.diagnostics.maps.scores import scored_rows
from tasks.diagnostics.maps.similarity import TokenSimilarity, WatchedTokens
from tasks.diagnostics.maps.sinks import Received
from tasks.diagnostics.maps.site_maps import Maps
from tasks.diagnostics.maps.sums import SiteSums
from tasks.diagnostics.maps.values import value_norms

if TYPE_CHECKING:
    from torch import Tensor


class MapCapture:
    """What the maps of a model's sites add up to, over the inputs of all passes that were taken in.

    Sinks are looked for first, in the passes that are watched by `search`; what `of` watches is then reduced without.
    Of passes under watch nothing counts until they are kept, as one may end before it is through.
    """

    def __init__(self, model: VisionLanguageModel, sites: Iterable[str]) -> None:
        self._model = model
        self._received: dict[str, Received] = {}
        self._sums: dict[str, SiteSums] = {}
        self._unseen: dict[str, str] = {}
        self._similarity = TokenSimilarity(model, sites)
        self._rollouts = Rollouts(model)

    def search(self, work: Pass, every: int = 1) -> PassCapture:
        """Watches a pass for sinks, and rolls its attention out."""
        return PassCapture(self._receive, work, every, rolled=self._rollouts.of(work, every))

    def of(self, work: Pass, every: int = 1) -> PassCapture:
        """Watches a pass, of which every so many samples is looked at, the first one to begin with."""
        return PassCapture(self._reduce, work, every, self._similarity.of(work), valued=True)

    def _receive(self, call: AttentionCall, work: PassCapture, _: Tensor | None) -> None:
        if work.rolled is not None:
            work.rolled.take(call)
        if (queries := self._rows(call, work)) is not None:
            received = work.received.setdefault(call.site, Received())
            for scores, counts, _at in work.scores(call, queries, self._keys(call)):
                attendable = scores > -math.inf
                rows = counts[:, None, None] & (attendable.sum(dim=-1) > 1)
                received.add(scores.softmax(dim=-1).where(attendable, 0.0), attendable, rows)

    def _reduce(self, call: AttentionCall, work: PassCapture, values: Tensor | None) -> None:
        if (queries := self._rows(call, work)) is not None:
            received = self._received.get(call.site)
            sums = work.sums.setdefault(call.site, SiteSums(None if received is None else received.sinks))
            norms = None if values is None else work.norms(call, values, self._keys(call))
            for scores, counts, at in work.scores(call, queries, self._keys(call)):
                of_keys = None if norms is None else norms[at].to(scores.device)
                sums.add(scores, counts, queries.places.tolist(), of_keys)

    def keep(self, passes: Iterable[PassCapture]) -> None:
        """Let passes count that were watched and have run."""
        for work in passes:
            for site, received in work.received.items():
                self._received.setdefault(site, Received()).merge(received)
            for site, sums in work.sums.items():
                if site not in self._unseen:
                    self._sums.setdefault(site, SiteSums(None)).merge(sums)
            self._similarity.keep(work.tokens)
            if work.rolled is not None:
                self._rollouts.keep(work.rolled)

    def _keys(self, call: AttentionCall) -> str:
        """The sequence of the keys; within a tower it is that of the queries where it is not named."""
        place = self._model.place(call.site)
        return place.keys or ("" if place.role in ("cross", "cross_reverse", "pooling") else place.queries)

    def _rows(self, call: AttentionCall, work: PassCapture) -> QueryRows | None:
        """The rows of a call to look at; None where its maps cannot be laid over one another."""
        site, queries = call.site, self._model.place(call.site).queries
        if queries in work.packed:
            self._unseen[site] = "samples are packed one after another, so that their maps cannot be laid on each other"
        elif site in work.seen:
            self._unseen[site] = "it attends several times in one pass"
            self._sums.pop(site, None)
            work.sums.pop(site, None)
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
        rolled = self._rollouts.by_site()
        return Maps(seen, {**self._unseen, **empty}, self._similarity.by_site(), rolled, dict(self._rollouts.unrolled))


class PassCapture:
    """A pass under watch: a sink of the tap, and a context in which the pass has to run."""

    def __init__(
        self,
        sink: Callable[[AttentionCall, PassCapture, Tensor | None], None],
        work: Pass,
        every: int,
        tokens: WatchedTokens | None = None,
        valued: bool = False,
        rolled: PassRollout | None = None,
    ) -> None:
        self._sink = sink
        self._valued = valued
        self._waits: Scored | None = None
        """A call whose values may still come."""
        self.tokens = tokens
        self.rolled = rolled
        self.work = work
        self.every = every
        self.received: dict[str, Received] = {}
        self.sums: dict[str, SiteSums] = {}
        self.seen: set[str] = set()
        self.packed = {name for name, tokens in work.sequences.items() if tokens.lengths is not None}
        self._rows: dict[tuple[str, int], QueryRows] = {}

    def __enter__(self) -> Self:
        if self.tokens is not None:
            self.tokens.__enter__()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.tokens is not None:
            self.tokens.__exit__(exc_type, exc, trace)
        waits, self._waits = self._waits, None
        if waits is not None and exc_type is None:
            self._sink(waits, self, None)

    def __call__(self, call: AttentionCall) -> None:
        """Take in a call; one that was seen at its softmax waits for its values until the next one."""
        waits, self._waits = self._waits, None
        if waits is not None:
            self._sink(waits, self, None)
        if self._valued and isinstance(call, Scored):
            self._waits = call
        else:
            self._sink(call, self, call.v if isinstance(call, Projected) else None)

    def values(self, call: Scored, values: Tensor) -> None:
        """Take in the values of the call that waits."""
        if self._waits is call:
            self._waits = None
            self._sink(call, self, values)

    def aligned(self, sequence: str, length: int) -> QueryRows:
        """The rows to look at of a sequence of queries."""
        key = (sequence, length)
        if key not in self._rows:
            self._rows[key] = QueryRows.of(self.work.sequences.get(sequence), self.work.samples, length)
        return self._rows[key]

    def norms(self, call: AttentionCall, values: Tensor, keys: str) -> Tensor | None:
        """Norms of the values of a call, [samples, windows, heads, keys], moved as its scores are; None: unknown."""
        whole = call.q if isinstance(call, Projected) else call.scores
        heads = whole.shape[-3] if whole.dim() > 3 else max(1, whole.shape[0] // self.work.samples)
        length = call.k.shape[-2] if isinstance(call, Projected) else call.scores.shape[-1]
        found = value_norms(values, self.work.samples, heads, length, call.site)
        shift = shift_of(self.work.sequences.get(keys))
        return found if found is None else left(found[:, :, :, None], shift)[:, :, :, 0].clamp_min(0.0)

    def scores(self, call: AttentionCall, queries: QueryRows, keys: str) -> Iterator[tuple[Tensor, Tensor, list[int]]]:
        """Scores of the samples that are looked at, [samples, windows, heads, rows, keys], and the rows that count.

        With the numbers of those samples. `keys` names their sequence, which is moved to the left by the padding before
        it.
        """
        shift = shift_of(self.work.sequences.get(keys))
        for part in scored_rows(call, self.work.samples, queries.positions):
            first = -part.first % self.every
            at = range(part.first + first, part.first + part.scores.shape[0], self.every)
            if at:
                moved = None if shift is None else shift[list(at)]
                scores = left(part.scores[first :: self.every], moved)
                yield scores, queries.counts[list(at)].to(scores.device), list(at)
