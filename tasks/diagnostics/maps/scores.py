"""Scores of some rows of a call, with what its masks and biases leave attendable."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.blocking import blocked_softly
from tasks.diagnostics.attention.calls import AttentionCall, Scored
from tasks.diagnostics.attention.rows import BLOCKED
from tasks.diagnostics.attention.tensor_layout import TensorLayout, arranged, as_additive, four, of_batch, rows_of

if TYPE_CHECKING:
    from torch import Tensor

MOST = 2**24
"""Scores that are held at once."""


@dataclass(frozen=True, slots=True, eq=False)
class ScoredRows:
    """Scores of one or several samples, float32 or better; minus infinity where a key is not attendable."""

    first: int
    """The first of the samples."""
    scores: Tensor
    """[samples, windows, heads, rows, keys]; a window is a part of a sample that attends within itself."""


def scored_rows(call: AttentionCall, samples: int, rows: Tensor | None) -> Iterator[ScoredRows]:
    """The scores of a call over `samples` samples, a few samples at a time.

    `rows`, [rows], integers, picks query rows, the same of every sample; None: all. Raises GonogoError when the shapes
    do not fit.
    """
    picked = None if rows is None else rows.expand(samples, -1)
    if isinstance(call, Scored):
        yield from _of_scores(call, samples, picked)
    else:
        yield from _of_layout(arranged(call, samples, picked).upcast(), samples)


def _of_scores(call: Scored, samples: int, rows: Tensor | None) -> Iterator[ScoredRows]:
    import torch

    scores = call.scores
    if (hidden := blocked_softly(scores, call.bias)) is not None:
        scores = scores.masked_fill(hidden, -torch.inf)
    scores = four(scores, samples, call.site)
    for part, windows in _parts(scores.shape[0], samples, scores.shape[1:].numel()):
        some = scores[part]
        if rows is not None:
            some = rows_of(some, of_batch(rows.to(some.device), scores.shape[0])[part])
        some = some.to(torch.promote_types(some.dtype, torch.float32))
        yield _grouped(part, windows, some.masked_fill(some <= BLOCKED, -torch.inf))


def _of_layout(layout: TensorLayout, samples: int) -> Iterator[ScoredRows]:
    import torch

    batch, heads, queries, width = layout.q.shape
    served = layout.k.shape[1]
    shut = None if not layout.causal else ~layout.triangle(0, queries)
    for part, windows in _parts(batch, samples, heads * queries * layout.k.shape[2]):
        asked = layout.k[part][:, :, None]
        asker = layout.q[part].reshape(-1, served, heads // served, queries, width)
        scores = (layout.scale * asker @ asked.mT).flatten(1, 2)
        if layout.mask is not None:
            mask = layout.mask[part] if layout.mask.shape[0] > 1 else layout.mask
            scores = scores + as_additive(mask, layout.q)
        if shut is not None:
            scores = scores.masked_fill(shut, -torch.inf)
        yield _grouped(part, windows, scores.masked_fill(scores <= BLOCKED, -torch.inf))


def _parts(batch: int, samples: int, each: int) -> Iterator[tuple[slice, int]]:
    """Runs of a batch of [samples * windows] that hold whole samples, with the windows of each."""
    windows = batch // samples
    some = max(1, MOST // max(1, windows * each))
    return ((slice(at * windows, min(samples, at + some) * windows), windows) for at in range(0, samples, some))


def _grouped(part: slice, windows: int, scores: Tensor) -> ScoredRows:
    return ScoredRows(part.start // windows, scores.reshape(-1, windows, *scores.shape[1:]))
