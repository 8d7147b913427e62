"""Entropy of attention that was seen at its softmax, from the scores and what the model made of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.blocking import blocked_softly
from tasks.diagnostics.attention.blocks import BLOCK, LARGE_BLOCK, Piece
from tasks.diagnostics.attention.calls import Scored
from tasks.diagnostics.attention.parts import grouped, ungrouped
from tasks.diagnostics.attention.rows import BLOCKED, LOW, Groups, Rows, Sums
from tasks.diagnostics.attention.tensor_layout import four, of_batch, rows_of

if TYPE_CHECKING:
    import torch
    from torch import Tensor


def by_scores(call: Scored, samples: int, groups: Groups | None = None, queries: Tensor | None = None) -> Rows:
    """Rows of a scored call. The model's own probabilities are used where they are of float32 or better.

    Raises GonogoError when the shapes do not fit.
    """
    import torch

    dtype = torch.promote_types(call.scores.dtype, torch.float32)
    scores, weights, hidden = call.scores, None, blocked_softly(call.scores, call.bias)
    if hidden is not None:  # very sharp scores outweigh such a mask, and the model's own probabilities then ignore it
        scores = scores.masked_fill(hidden, -torch.inf)
    elif call.probabilities is not None and call.probabilities.dtype == dtype:
        weights = four(call.probabilities, samples, call.site)
    scores = four(scores, samples, call.site)
    if queries is not None:
        at = of_batch(queries.to(scores.device), scores.shape[0])
        scores, weights = rows_of(scores, at), None if weights is None else rows_of(weights, at)
    shape = scores.shape[:3]
    # a row is a row, of whichever head
    scores, weights = scores.flatten(1, 2), None if weights is None else weights.flatten(1, 2)
    sums = None if groups is None else Sums(groups, scores.new_empty(0, dtype=dtype))
    found = _Found(scores, dtype, 0 if groups is None else groups.count)
    for block in _blocks(scores):
        found.add(block, scores[block], None if weights is None else weights[block], sums)
    lse, entropy, open_keys = (x.view(shape) for x in (found.lse, found.entropy, found.open_keys))
    if groups is None:
        return ungrouped(Piece(lse, entropy), open_keys)
    mass, surprise, by_group = (x.view(*shape, groups.count) for x in (found.mass, found.surprise, found.open_by_group))
    return grouped(Piece(lse, entropy, mass, surprise), by_group)


class _Found:
    """What is found of [batch, rows, keys], block by block."""

    def __init__(self, scores: Tensor, dtype: torch.dtype, groups: int) -> None:
        import torch

        rows = scores.shape[:2]
        self._dtype = dtype
        self.lse, self.entropy = (scores.new_empty(rows, dtype=dtype) for _ in range(2))
        self.mass, self.surprise = (scores.new_empty(*rows, groups, dtype=dtype) for _ in range(2))
        self.open_keys = scores.new_full(rows, scores.shape[2], dtype=torch.long)
        self.open_by_group = scores.new_empty(*rows, groups, dtype=torch.long)

    def add(self, block: Block, scores: Tensor, weights: Tensor | None, sums: Sums | None) -> None:
        """Measure a block; `weights` are the model's own probabilities."""
        import torch

        s = scores.to(self._dtype)
        top = s.amax(dim=-1, keepdim=True)
        t = (s - top).clamp_min_(LOW)
        p = torch.softmax(t, dim=-1) if weights is None else weights
        log_z = p.amax(dim=-1).log().neg_()
        self.lse[block] = top.squeeze(-1) + log_z
        if sums is None:
            self.entropy[block] = log_z - t.mul_(p).sum(dim=-1)
            if (free := _open(s, t)) is not None:
                self.open_keys[block] = free.sum(dim=-1)
            return
        self.mass[block] = mass = sums.of(p, block[0])
        self.surprise[block] = surprise = log_z[..., None] * mass - sums.of(t.mul_(p), block[0])
        self.entropy[block] = surprise.sum(dim=-1)
        free = _open(s, t)
        self.open_by_group[block] = sums.of(torch.ones_like(t[:, :1]) if free is None else free, block[0])


def _open(scores: Tensor, spare: Tensor) -> Tensor | None:
    """1 where a key is attendable, written over `spare`, which is quicker to sum than booleans; None where all are."""
    import torch

    if scores.device.type == "cpu" and bool(scores.amin() > BLOCKED):  # a GPU would have to wait for the answer
        return None
    return torch.le(scores, BLOCKED, out=spare).neg_().add_(1.0)


Block = tuple[slice, slice]
"""Samples, and rows of them."""


def _blocks(scores: Tensor) -> Iterator[Block]:
    batch, rows, keys = scores.shape
    most = BLOCK.get(scores.device.type, LARGE_BLOCK)
    some, of_rows = max(1, most // (rows * keys)), max(1, most // keys)
    for at in range(0, batch, some):
        for start in range(0, rows, rows if some > 1 else of_rows):
            yield slice(at, at + some), slice(start, start + (rows if some > 1 else of_rows))
