"""Entropy through the fused kernel, without a matrix: H = LSE - E[s], and E[s] = scale * q . Attention(Q, K, V = K).

Keys are centred first: softmax ignores the shift, and the difference of two large numbers becomes one of small ones.
Where scores are very sharp they are large all the same, and as both come of roundings of their own, nothing of their
difference is left: such a call is left to `blocks`, which takes both from the same scores.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tasks.diagnostics.attention import kernels
from tasks.diagnostics.attention.blocks import Piece
from tasks.diagnostics.attention.rows import FAINT, LOW
from tasks.diagnostics.attention.tensor_layout import TensorLayout, as_additive

if TYPE_CHECKING:
    from torch import Tensor


SHARP = 64.0
"""Size of a log-sum-exp over centred keys above which its difference from E[s] is off by more than some 2e-5 nat."""


def by_spans(layout: TensorLayout) -> Piece | None:
    """Entropies over a run of keys, full or causal, without a mask: under causality a triangle and a rectangle.

    None where scores are too sharp for it.
    """
    import torch

    queries, keys = layout.q.shape[2], layout.k.shape[2]
    if not layout.causal:
        return _whole(layout.q, layout.k, False, layout.scale)
    start, stop = min(layout.first, queries), min(layout.first + keys, queries)
    lse, entropy = (
        layout.q.new_full(layout.q.shape[:3], LOW, dtype=torch.float64),
        layout.q.new_zeros(layout.q.shape[:3]),
    )
    # beside rows that see no key, those that see their own as the last one, and those that see all
    for rows, seen, causal in ((slice(start, stop), stop - start, True), (slice(stop, queries), keys, False)):
        if rows.start < rows.stop:
            some = _whole(layout.q[:, :, rows], layout.k[:, :, :seen], causal, layout.scale)
            if some is None:
                return None
            lse[:, :, rows], entropy[:, :, rows] = some.lse, some.entropy
    return Piece(lse, entropy)


def by_masks(layout: TensorLayout, members: Tensor | None = None) -> Piece | None:
    """Entropies under masks that block and add nothing; with `members`, [batch, keys, groups], by group as well.

    One call: the values are the keys of each group, 0 elsewhere, and beside them the members themselves. None where
    scores are too sharp for it.
    """
    import torch

    q, scale = layout.q, layout.scale
    centre = layout.k.mean(dim=2, keepdim=True)
    k = layout.k - centre
    of = None if members is None else members[:, None].expand(-1, k.shape[1], -1, -1)
    v = k if of is None else torch.cat([(of[..., None] * k[..., None, :]).flatten(-2), of], dim=-1)
    out, lse = _attend(q, k, v, _mask(layout), layout.causal and layout.mask is None, scale)
    if _sharp(lse):
        return None
    whole = lse.double() + scale * _dot(q, _each(centre, q))
    if of is None:
        return Piece(whole, lse - scale * _dot(q, out))
    groups = of.shape[-1]
    mass = out[..., -groups:].clamp(0, 1)
    scores = scale * (out[..., :-groups].view(*q.shape[:3], groups, -1) * q[..., None, :]).sum(dim=-1)
    surprise = torch.where(mass > FAINT, lse[..., None] * mass - scores, 0.0)
    return Piece(whole, surprise.sum(dim=-1), mass, surprise)


def _whole(q: Tensor, k: Tensor, causal: bool, scale: float) -> Piece | None:
    centre = k.mean(dim=2, keepdim=True)
    k = k - centre
    out, lse = _attend(q, k, k, None, causal, scale)
    if _sharp(lse):
        return None
    return Piece(lse.double() + scale * _dot(q, _each(centre, q)), lse - scale * _dot(q, out))


def _sharp(lse: Tensor) -> bool:
    """Whether any log-sum-exp is large; those of rows without a key, and what is not a number, are not."""
    size = lse.abs()
    return bool(((size > SHARP) & (size < 1e9)).any())


def _attend(q: Tensor, k: Tensor, v: Tensor, mask: Tensor | None, causal: bool, scale: float) -> tuple[Tensor, Tensor]:
    """The kernel, for fewer key heads than heads too: they are then shared by a stride of 0, and not repeated."""
    serves = q.shape[1] // k.shape[1]
    if serves == 1:
        return kernels.attend(q, k, v, mask, causal, scale)
    if mask is not None and mask.shape[:2] != (1, 1):
        k, v = (x.repeat_interleave(serves, dim=1) for x in (k, v))
        return kernels.attend(q, k, v, mask, causal, scale)
    k, v = (x.flatten(0, 1)[:, None].expand(-1, serves, -1, -1) for x in (k, v))
    out, lse = kernels.attend(q.reshape(-1, serves, *q.shape[2:]), k, v, mask, causal, scale)
    return out.reshape(*q.shape[:3], -1), lse.reshape(q.shape[:3])


def _mask(layout: TensorLayout) -> Tensor | None:
    if layout.mask is None:
        return None
    additive = as_additive(layout.mask, layout.q)
    if layout.causal:
        additive = additive.masked_fill(~layout.triangle(0, layout.q.shape[2]), LOW)
    return additive.masked_fill_(additive <= LOW, float("-inf"))


def _each(x: Tensor, q: Tensor) -> Tensor:
    """One of `x` for each head of `q`, where a key head serves several."""
    return x if x.shape[1] in (1, q.shape[1]) else x.repeat_interleave(q.shape[1] // x.shape[1], dim=1)


def _dot(one: Tensor, other: Tensor) -> Tensor:
    return (one * other).sum(dim=-1)
