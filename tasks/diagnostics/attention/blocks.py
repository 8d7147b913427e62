"""Entropy by blocks of scores that stay in the cache: for every size, mask, bias and grouping, in O(block) memory.

With t = s - max(s) and p = softmax(s), the log-sum-exp is max(s) - ln max(p) and the entropy -ln max(p) - sum p t. Both
terms are positive, so that nothing cancels, and the exponential is taken once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from tasks.diagnostics.attention.rows import LOW
from tasks.diagnostics.attention.tensor_layout import TensorLayout, as_additive

if TYPE_CHECKING:
    from torch import Tensor

BLOCK = {"cpu": 2**19}
"""Scores in a block, by device type: on a CPU two blocks fit its cache."""

LARGE_BLOCK = 2**25
"""Scores in a block on any other device, where a launch costs more than memory does."""

STEP = 128
"""Rows of a block under causality, as keys that none of its rows sees are left out."""


class Piece(NamedTuple):
    """What is found of rows over some keys; where none is attendable it means nothing."""

    lse: Tensor
    """[batch, heads, queries], float64, ln of the sum of exponentials of the scores: masses are made of differences."""
    entropy: Tensor
    """[batch, heads, queries], nats."""
    mass: Tensor | None = None
    """[batch, heads, queries, groups], where members were given."""
    surprise: Tensor | None = None
    """[batch, heads, queries, groups], the sum of -p ln p over the keys of a group, where members were given."""


def by_blocks(layout: TensorLayout, members: Tensor | None = None) -> Piece:
    """Entropies of a layout; with `members`, [batch, keys, groups] of 0 and 1, by group as well."""
    import torch

    q, k = layout.q, layout.k
    batch, heads, queries, _ = q.shape
    serves = heads // k.shape[1]
    lse = q.new_full((batch, heads, queries), LOW, dtype=torch.float64)
    entropy = q.new_zeros(batch, heads, queries)
    groups = 0 if members is None else members.shape[-1]
    mass, surprise = (q.new_zeros(batch, heads, queries, groups) for _ in range(2))
    some, of_heads, of_rows = _sizes(layout)
    scores, weights = (q.new_empty(some * of_heads * serves * of_rows * k.shape[2]) for _ in range(2))
    for samples in _slices(batch, some):
        keys = k[samples].contiguous()
        for rows in _slices(queries, of_rows):
            visible = min(k.shape[2], max(0, rows.stop - layout.first)) if layout.causal else k.shape[2]
            if not visible:
                continue
            shared = _Additive(layout, samples, rows, visible)
            for served in _slices(k.shape[1], of_heads):
                asking = slice(served.start * serves, served.stop * serves)
                asked = keys[:, served, :visible].flatten(0, 1)
                asker = q[samples, asking, rows].reshape(asked.shape[0], -1, q.shape[-1])
                shape = (asked.shape[0], asker.shape[1], visible)
                s, p = (x[: shape[0] * shape[1] * visible].view(shape) for x in (scores, weights))
                torch.baddbmm(s, asker, asked.mT, beta=0, alpha=layout.scale, out=s)
                shared.add_to(s, asking, served)
                top = s.amax(dim=-1, keepdim=True)
                torch.softmax(s.sub_(top), dim=-1, out=p)
                log_z = p.amax(dim=-1).log_().neg_()
                place = (samples, asking, rows)
                size = lse[place].shape
                lse[place] = (top.squeeze(-1).double() + log_z).view(size)
                if members is None:
                    entropy[place] = (log_z - s.mul_(p).sum(dim=-1)).view(size)
                    continue
                by_sample = (size[0], -1, visible)
                of = members[samples, :visible]
                m = (p.view(by_sample) @ of).view(*size, groups)
                e = log_z.view(*size, 1) * m - (s.mul_(p).view(by_sample) @ of).view(*size, groups)
                mass[place], surprise[place], entropy[place] = m, e, e.sum(dim=-1)
    return Piece(lse, entropy) if members is None else Piece(lse, entropy, mass, surprise)


class _Additive:
    """What is added to the scores of some rows of some samples: their mask, and what causality blocks."""

    def __init__(self, layout: TensorLayout, samples: slice, rows: slice, visible: int) -> None:
        self._mask = layout.mask
        self._like = layout.q
        self._shape = (samples, rows)
        self._visible = visible
        self._start = 0
        self._blocked: Tensor | None = None
        self._shared: Tensor | None = None
        if layout.causal:
            # the keys up to the first row's own are open to all rows
            self._start = max(0, min(visible, rows.start - layout.first))
            self._blocked = ~layout.triangle(rows.start, rows.stop)[:, self._start : visible]
        if self._mask is not None and self._mask.shape[1] == 1:
            self._shared = self._of(slice(0, 1))

    def _of(self, heads: slice) -> Tensor:
        assert self._mask is not None
        samples, rows = self._shape
        mask = self._mask[samples if self._mask.shape[0] > 1 else slice(0, 1), heads]
        mask = mask[:, :, rows if mask.shape[2] > 1 else slice(0, 1), : self._visible]
        return as_additive(mask, self._like)

    def add_to(self, scores: Tensor, heads: slice, served: slice) -> None:
        """Add it, in place, to [samples * key heads, heads each * rows, keys]."""
        if self._mask is None and self._blocked is None:
            return
        of_heads = served.stop - served.start
        rows = self._shape[1].stop - self._shape[1].start
        whole = scores.view(-1, of_heads, (heads.stop - heads.start) // of_heads, rows, scores.shape[-1])
        if self._mask is not None:
            added = self._shared if self._shared is not None else self._of(heads)
            whole += added.view(
                added.shape[0], *((1, 1) if added.shape[1] == 1 else whole.shape[1:3]), *added.shape[2:]
            )
        if self._blocked is not None:
            whole[..., self._start :].masked_fill_(self._blocked, LOW)


def _sizes(layout: TensorLayout) -> tuple[int, int, int]:
    """Samples, key heads and query rows of a block."""
    batch, served, keys = layout.k.shape[0], layout.k.shape[1], layout.k.shape[2]
    queries, serves = layout.q.shape[2], layout.q.shape[1] // served
    most = BLOCK.get(layout.q.device.type, LARGE_BLOCK)
    per_row = max(1, serves * keys)
    rows = STEP if layout.causal and queries > 2 * STEP else queries
    if served * rows * per_row <= most:
        return min(batch, most // (served * rows * per_row)), served, rows
    if rows * per_row <= most:
        return 1, most // (rows * per_row), rows
    return 1, 1, max(1, most // per_row)


def _slices(whole: int, step: int) -> Iterator[slice]:
    return (slice(at, min(at + step, whole)) for at in range(0, whole, step))
