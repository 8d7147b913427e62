"""A projected call in the one layout that every backend takes: four dimensions, in the dtype of the call."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from store.errors import GonogoError
from tasks.diagnostics.attention.blocking import hardened
from tasks.diagnostics.attention.calls import Projected
from tasks.diagnostics.attention.rows import BLOCKED, LOW

if TYPE_CHECKING:
    import torch
    from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class TensorLayout:
    """Queries and keys whose scores are `scale * q @ k^T + mask`."""

    q: Tensor
    """[batch, heads, queries, width]."""
    k: Tensor
    """[batch, key heads, keys, width]; each key head serves a run of heads."""
    mask: Tensor | None
    """[batch or 1, heads or 1, queries or 1, keys]; boolean, True may be attended to, or floating, added.

    Where `arranged` made it, it blocks a key by minus infinity and by nothing else.
    """
    causal: bool
    """Query i sees the keys 0 to i of the whole call only."""
    scale: float
    first: int = 0
    """Position of the first key in the whole call."""

    def between(self, start: int, stop: int) -> TensorLayout:
        """The same queries over a run of the keys alone."""
        mask = None if self.mask is None else self.mask[..., start:stop]
        return replace(self, k=self.k[:, :, start:stop], mask=mask, first=self.first + start)

    @property
    def upcast_dtype(self) -> torch.dtype:
        """The dtype of the queries, float32 at least."""
        import torch

        return torch.promote_types(self.q.dtype, torch.float32)

    def upcast(self) -> TensorLayout:
        """The same in float32 or better."""
        dtype = self.upcast_dtype
        return self if dtype == self.q.dtype else replace(self, q=self.q.to(dtype), k=self.k.to(dtype))

    @property
    def biased(self) -> bool:
        """Whether an additive mask does more than block: it holds a finite number other than 0. Reads the mask."""
        if self.mask is None or not self.mask.is_floating_point():
            return False
        return bool(((self.mask != 0) & (self.mask > BLOCKED)).any())

    def attendable(self) -> Tensor:
        """[batch or 1, heads or 1, queries], how many keys each row may attend to."""
        import torch

        queries, keys = self.q.shape[-2], self.k.shape[-2]
        if self.mask is None:
            if not self.causal:
                return torch.full((1, 1, queries), keys, device=self.q.device)
            last = torch.arange(1, queries + 1, device=self.q.device) - self.first
            return last.clamp(0, keys)[None, None]
        found = opened(self.mask)
        if self.causal:
            found = found & self.triangle(0, queries)
        return found.sum(dim=-1).expand(-1, -1, queries)

    def triangle(self, start: int, stop: int) -> Tensor:
        """[stop - start, keys], boolean: which keys causality leaves to the queries from `start` to `stop`."""
        import torch

        rows = torch.arange(start, stop, device=self.q.device)
        return torch.arange(self.first, self.first + self.k.shape[-2], device=self.q.device) <= rows[:, None]


def arranged(call: Projected, samples: int, queries: Tensor | None = None) -> TensorLayout:
    """Arrange a call over `samples` samples; `queries`, [samples, rows], integers, picks query rows of each.

    Raises GonogoError when the shapes do not fit.
    """
    import torch

    dtype = torch.promote_types(call.q.dtype, call.k.dtype)
    q, k = (four(x.to(dtype), samples, call.site) for x in (call.q, call.k))
    if k.shape[0] == 1:
        k = k.expand(q.shape[0], -1, -1, -1)
    fits = q.shape[0] == k.shape[0] and q.shape[1] % k.shape[1] == 0
    mask = None if call.mask is None else _four_of_mask(call.mask, call.q.dim(), q, k)
    if mask is not None:
        whole = (q.shape[0], q.shape[1], q.shape[2], k.shape[2])
        fits = fits and all(part in (1, size) for part, size in zip(mask.shape, whole, strict=True))
    if not fits:
        shapes = [list(x.shape) for x in (call.q, call.k, call.mask) if x is not None]
        raise GonogoError(f"{call.site}: queries, keys and mask of shapes {shapes} do not fit each other")
    layout = TensorLayout(q, k, mask, call.causal, call.scale)
    if mask is not None and mask.is_floating_point():
        layout = replace(layout, mask=hardened(mask, layout.triangle(0, q.shape[2]) if call.causal else None))
    return layout if queries is None else _picked(layout, of_batch(queries.to(q.device), q.shape[0]))


def four(x: Tensor, samples: int, site: str) -> Tensor:
    """[..., heads, rows, columns] as [batch, heads, rows, columns]; three dimensions are [samples * heads, ...]."""
    if x.dim() == 4:
        return x
    if x.dim() > 4:
        return x.flatten(0, -4)
    if x.dim() == 2:
        return x[None, None]
    if x.shape[0] % samples:
        raise GonogoError(f"{site}: its batch of {x.shape[0]} cannot be told apart into {samples} samples")
    return x.reshape(samples, -1, *x.shape[1:])


def of_batch(queries: Tensor, batch: int) -> Tensor:
    """[samples, rows] as [batch, rows]: the windows of a sample share its rows."""
    return queries.repeat_interleave(batch // len(queries), dim=0)


def rows_of(x: Tensor, queries: Tensor) -> Tensor:
    """[batch or 1, heads, rows, columns] at some rows of all, [batch, heads, queries, columns]."""
    at = queries[:, None, :, None]
    return x.expand(len(queries), -1, -1, -1).gather(2, at.expand(-1, x.shape[1], -1, x.shape[3]))


def opened(additive: Tensor) -> Tensor:
    """Where a mask, or scores that hold one, leave a key attendable; NaN stays, to be found out."""
    import torch

    return additive if additive.dtype == torch.bool else ~(additive <= BLOCKED)


def as_additive(mask: Tensor, like: Tensor) -> Tensor:
    """A mask to be added in the dtype of `like`, float32 at least, with LOW for whatever is blocked."""
    import torch

    dtype = torch.promote_types(like.dtype, torch.float32)
    if mask.dtype == torch.bool:
        return torch.zeros_like(mask, dtype=dtype).masked_fill_(~mask, LOW)
    return mask.to(dtype).masked_fill(mask <= BLOCKED, LOW)


def _four_of_mask(mask: Tensor, dimensions: int, q: Tensor, k: Tensor) -> Tensor:
    if dimensions == 3 and mask.dim() == 3 and mask.shape[0] == q.shape[0] * q.shape[1]:
        mask = mask.reshape(q.shape[0], q.shape[1], *mask.shape[1:])
    elif mask.dim() > 4:
        mask = mask.flatten(0, -4)
    else:
        mask = mask[(None,) * (4 - mask.dim())]
    for dim in range(3):  # what was expanded is looked at once
        mask = mask.narrow(dim, 0, 1) if mask.stride(dim) == 0 and mask.shape[dim] > 1 else mask
    return mask.expand(-1, -1, -1, k.shape[2]) if mask.shape[-1] == 1 else mask


def _picked(layout: TensorLayout, queries: Tensor) -> TensorLayout:
    mask = layout.mask
    if mask is not None and mask.shape[-2] > 1:
        mask = rows_of(mask, queries)
    if layout.causal:
        seen = layout.triangle(0, layout.q.shape[-2])[queries][:, None]
        if mask is None:
            mask = seen
        else:
            mask = mask & seen if not mask.is_floating_point() else as_additive(mask, layout.q).masked_fill(~seen, LOW)
    return replace(layout, q=rows_of(layout.q, queries), mask=mask, causal=False)
