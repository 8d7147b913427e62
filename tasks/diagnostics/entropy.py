"""Entropy of attention, exactly and eagerly: H = -sum p ln p of each row, and its means over the rows that count."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from store.errors import GonogoError
from tasks.diagnostics.calls import AttentionCall, Projected

if TYPE_CHECKING:
    from torch import Tensor

BLOCKED = -9e3
"""Additive masks block a key with minus infinity, the lowest number of a type, or -10 000; real scores and finite
biases stay far above."""

_MOST_SCORES = 2**25
"""Scores held at once; more samples are taken in turns."""


class Rows(NamedTuple):
    """What is known of every row of attention."""

    entropy: Tensor
    """[..., heads, queries], nats; 0 where no key is attendable."""
    attendable: Tensor
    """[..., heads, queries], how many keys the row may attend to."""


class HeadMeans(NamedTuple):
    """Means over rows, per sample and head: [samples, heads]. NaN where no row counts."""

    entropy: Tensor
    """Nats, over rows with at least one attendable key."""
    entropy_norm: Tensor
    """H / ln(attendable keys), over rows with at least two: with one key H is 0 whatever the model does."""
    uniform: Tensor
    """ln(attendable keys): what uniform attention gives, in nats, over the same rows as `entropy`."""


def measure(call: AttentionCall) -> Rows:
    """Row entropies of a call, in float32 or better. Raises GonogoError when its scores are not finite."""
    import torch

    whole = call.q if isinstance(call, Projected) else call.scores
    keys = call.k.shape[-2] if isinstance(call, Projected) else call.scores.shape[-1]
    per_sample = max(1, whole.shape[:-1].numel() * keys // whole.shape[0])
    turn = max(1, _MOST_SCORES // per_sample)
    with torch.autocast(whole.device.type, enabled=False):
        parts = [row_entropy(*_scores(call, slice(at, at + turn))) for at in range(0, whole.shape[0], turn)]
    rows = Rows(*(torch.cat(part) for part in zip(*parts, strict=True)))
    if not bool(torch.isfinite(rows.entropy).all()):
        raise GonogoError(f"{call.site}: attention scores are not finite; check the weights of this module")
    return rows


def row_entropy(scores: Tensor, attendable: Tensor) -> Rows:
    """Entropy of softmax over the last dimension of `scores`, [..., queries, keys], with 0 ln 0 = 0.

    `attendable` is boolean and of the same shape; keys where it is False have no part in the softmax.
    Source: Shannon (1948), "A Mathematical Theory of Communication", section 6.
    """
    import torch

    count = attendable.sum(dim=-1)
    p = torch.softmax(scores.masked_fill(~attendable, -torch.inf), dim=-1)
    entropy = torch.special.entr(p).sum(dim=-1)
    return Rows(entropy.masked_fill(count == 0, 0.0), count)


def head_means(rows: Rows, samples: int, keep: Tensor | None, site: str) -> HeadMeans:
    """Means over the rows to `keep`, boolean [samples, queries], or over all of them.

    Rows without an attendable key never count: their entropy of 0 would read as collapse. Windows of one sample are
    pooled. Raises GonogoError when the call's shape does not fit the samples.
    """
    entropy, attendable = (_by_sample(x, samples, site) for x in rows)
    counts = attendable > 0
    if keep is not None:
        if keep.shape[-1] != entropy.shape[-1]:
            raise GonogoError(f"{site}: has {entropy.shape[-1]} query rows where {keep.shape[-1]} tokens are known")
        counts = counts & keep[:, None, None, :]
    log_keys = attendable.clamp(min=1).to(entropy.dtype).log()
    return HeadMeans(
        _mean(entropy, counts),
        _mean(entropy / log_keys.where(attendable > 1, 1.0), counts & (attendable > 1)),
        _mean(log_keys, counts),
    )


def _scores(call: AttentionCall, samples: slice) -> tuple[Tensor, Tensor]:
    """Scores of some samples in float32 or better, and which keys are attendable, in the same shape."""
    import torch

    if not isinstance(call, Projected):
        scores = _upcast(call.scores[samples])
        return scores, _open(scores)
    q, k = _upcast(call.q[samples]), _upcast(call.k[samples])
    if q.dim() > 3 and q.shape[-3] != k.shape[-3]:
        k = k.repeat_interleave(q.shape[-3] // k.shape[-3], dim=-3)
    scores = q @ k.transpose(-2, -1) * call.scale
    attendable = torch.ones_like(scores, dtype=torch.bool)
    if call.causal:
        attendable = attendable.tril()
    if call.mask is not None:
        mask = call.mask[samples] if call.mask.dim() == scores.dim() and call.mask.shape[0] > 1 else call.mask
        if mask.dtype == torch.bool:
            attendable = attendable & mask
        else:
            scores = scores + mask
            attendable = attendable & _open(mask)
    return scores, attendable


def _open(additive: Tensor) -> Tensor:
    """Where an additive mask, or scores that hold one, leave a key attendable; NaN stays, to be found out."""
    return ~(additive <= BLOCKED)


def _upcast(x: Tensor) -> Tensor:
    import torch

    return x.to(torch.promote_types(x.dtype, torch.float32))


def _by_sample(x: Tensor, samples: int, site: str) -> Tensor:
    """[..., heads, queries] to [samples, windows, heads, queries]."""
    if x.shape[0] % samples:
        raise GonogoError(f"{site}: its batch of {x.shape[0]} is no multiple of the {samples} samples that were given")
    if x.dim() == 2:
        return x.reshape(samples, 1, -1, x.shape[-1])
    return x.reshape(samples, -1, *x.shape[-2:])


def _mean(x: Tensor, counts: Tensor) -> Tensor:
    """Mean over windows and queries of what counts, in float64."""
    return (x.double() * counts).sum(dim=(1, 3)) / counts.sum(dim=(1, 3))
