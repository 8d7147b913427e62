"""What rows and their groups of keys are, put together from what backends find."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tasks.diagnostics.attention.blocks import Piece
from tasks.diagnostics.attention.rows import FAINT, KeySpan, Parts, Rows
from tasks.diagnostics.attention.tensor_layout import TensorLayout, opened

if TYPE_CHECKING:
    from torch import Tensor


def joined(pieces: Sequence[Piece], open_keys: Sequence[Tensor], runs: Sequence[KeySpan], groups: int) -> Rows:
    """Rows from one piece for each run of keys, by the chain rule H = H(mass) + sum of mass times entropy.

    `open_keys` are the attendable keys of each run, [batch or 1, heads or 1, queries]. Source: Shannon (1948), "A
    Mathematical Theory of Communication", section 6.
    """
    import torch

    like = pieces[0].entropy
    whole = pieces[0].lse
    shape = (open_keys[0].shape[0], open_keys[0].shape[1], whole.shape[2])
    lse, entropy = (whole.new_zeros(*whole.shape, groups) for _ in range(2))
    counts = open_keys[0].new_zeros(*shape, groups)
    for group in range(groups):
        its = [at for at, run in enumerate(runs) if run.group == group]
        seen = [open_keys[at].expand(shape) for at in its]
        lse[..., group], entropy[..., group], _ = _merged(
            [pieces[at].lse.masked_fill(open_keys[at] == 0, -torch.inf) for at in its],
            [pieces[at].entropy.masked_fill(open_keys[at] == 0, 0.0) for at in its],
            whole,
        )
        if its:
            counts[..., group] = torch.stack(seen).sum(dim=0)
    _, total, mass = _merged(lse.unbind(-1), entropy.unbind(-1), whole)
    within = entropy.masked_fill_(mass <= FAINT, 0.0).to(like.dtype)
    parts = Parts(mass.to(like.dtype), within, counts.expand(whole.shape[0], -1, -1, -1))
    return Rows(total.to(like.dtype), counts.sum(dim=-1).expand(whole.shape[0], -1, -1), parts)


def ungrouped(piece: Piece, open_keys: Tensor) -> Rows:
    """Rows from a piece over all keys."""
    entropy = piece.entropy.masked_fill(open_keys == 0, 0.0)
    return Rows(entropy, open_keys.expand(entropy.shape[0], -1, -1))


def grouped(piece: Piece, open_keys: Tensor) -> Rows:
    """Rows from a piece by members; `open_keys` are counted by group, [batch or 1, heads or 1, queries, groups]."""
    import torch

    assert piece.mass is not None
    assert piece.surprise is not None
    total = open_keys.sum(dim=-1)
    mass = piece.mass.masked_fill(open_keys == 0, 0.0)
    solid = mass.clamp_min(FAINT)
    within = torch.where(mass > FAINT, (piece.surprise / solid + solid.log()).clamp_min(0.0), 0.0)
    whole = ungrouped(piece, total)
    parts = Parts(mass, within, open_keys.expand(mass.shape[0], -1, -1, -1))
    return Rows(whole.entropy, whole.attendable, parts)


def attendable_by_group(layout: TensorLayout, of: Tensor) -> Tensor:
    """[batch, heads or 1, queries, groups], how many keys of each group a row may attend to.

    `of` are the members, [batch, keys, groups].
    """
    import torch

    queries = layout.q.shape[2]
    if layout.mask is None and not layout.causal:
        return of.sum(dim=1)[:, None, None].expand(-1, 1, queries, -1).long()
    if layout.mask is None:
        last = (torch.arange(1, queries + 1, device=of.device) - layout.first).clamp(0, of.shape[1])
        upto = torch.nn.functional.pad(of.cumsum(dim=1), (0, 0, 1, 0))
        return upto[:, None, last].long()
    found = opened(layout.mask)
    if layout.causal:
        found = found & layout.triangle(0, queries)
    return (found.to(of.dtype) @ of[:, None]).long().expand(-1, -1, queries, -1)


def _merged(lse: Sequence[Tensor], entropy: Sequence[Tensor], like: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Log-sum-exp and entropy of all parts together, and the weight of each, [..., parts]."""
    import torch

    if not lse:
        return torch.full_like(like, -torch.inf), torch.zeros_like(like), like[..., None][..., :0]
    each = torch.stack(list(lse), dim=-1)
    whole = torch.logsumexp(each, dim=-1)
    weights = (each - whole.masked_fill(whole == -torch.inf, 0.0)[..., None]).exp()
    within = (weights * torch.stack(list(entropy), dim=-1)).sum(dim=-1)
    return whole, within + torch.special.entr(weights).sum(dim=-1), weights
