"""Entropy of attention, exactly: H = -sum p ln p of each row, and its parts by groups of keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from store.errors import GonogoError
from tasks.diagnostics.attention.blocks import Piece, by_blocks
from tasks.diagnostics.attention.calibration import usable
from tasks.diagnostics.attention.calls import AttentionCall, Projected, Scored
from tasks.diagnostics.attention.choose import Backend, Case, applicable, choose, worth_fusing
from tasks.diagnostics.attention.fused import by_masks, by_spans
from tasks.diagnostics.attention.parts import attendable_by_group, grouped, joined, ungrouped
from tasks.diagnostics.attention.rows import BLOCKED, FAINT, Groups, Parts, Rows, members
from tasks.diagnostics.attention.scored import by_scores
from tasks.diagnostics.attention.tensor_layout import TensorLayout, arranged
from tasks.diagnostics.attention.tiles import by_tiles, run_on

if TYPE_CHECKING:
    from torch import Tensor

__all__ = ["BLOCKED", "FAINT", "Groups", "Parts", "Rows", "check_finite", "measure"]


def measure(
    call: AttentionCall,
    samples: int,
    groups: Groups | None = None,
    *,
    queries: Tensor | None = None,
    backend: Backend | None = None,
    check: bool = True,
) -> Rows:
    """Row entropies of a call over `samples` samples, in float32 or better.

    The batch dimension of the rows is that of the call, [samples x windows]; a call of three dimensions is split into
    samples and heads. `groups` tells keys apart, where the batch is that of the samples. `queries`, [samples, rows],
    integers, are the query rows of each sample to measure, or None for all; `backend` is chosen by device and size
    where it is not given. Raises GonogoError when the shapes do not fit and, unless `check` is off, when the scores are
    not finite: `check_finite` asks that of many calls at once, as a GPU has to be waited for.
    """
    import torch

    of = call.q if isinstance(call, Projected) else call.scores
    _check_groups(call, samples, groups)
    with torch.no_grad(), torch.autocast(of.device.type, enabled=False):
        if isinstance(call, Scored):
            rows = by_scores(call, samples, groups, queries)
        else:
            rows = _projected(call.site, arranged(call, samples, queries), groups, backend)
        if check:
            check_finite({call.site: rows.entropy.sum()})
    return rows


def check_finite(entropies: Mapping[str, Tensor]) -> None:
    """Raise GonogoError for the first site whose entropies, summed, are not finite."""
    import torch

    if not entropies:
        return
    finite = torch.isfinite(torch.stack([each.double() for each in entropies.values()])).tolist()
    for site, sound in zip(entropies, finite, strict=True):
        if not sound:
            raise GonogoError(f"{site}: attention scores are not finite; check the weights of this module")


def _projected(site: str, layout: TensorLayout, groups: Groups | None, asked: Backend | None) -> Rows:
    backend = _backend(site, _case(layout, groups, asked), layout, asked)
    if backend != "tiles":
        layout = layout.upcast()
    if groups is None:
        return ungrouped(_found(layout, backend), layout.attendable())
    if backend in ("spans", "blocks") and (runs := groups.runs) is not None:
        layout = replace(layout, q=layout.q.contiguous())  # once, and not for each run
        spans = [layout.between(run.start, run.stop) for run in runs]
        return joined(
            [_found(span, backend) for span in spans], [span.attendable() for span in spans], runs, groups.count
        )
    of = members(groups, layout.q)
    return grouped(_by_group(layout, groups, of, backend), attendable_by_group(layout, of))


def _found(layout: TensorLayout, backend: Backend) -> Piece:
    match backend:
        case "tiles":
            return by_tiles(layout)
        case "spans":
            return by_spans(layout) or by_blocks(layout)
        case "masks":
            return by_masks(layout) or by_blocks(layout)
        case "blocks":
            return by_blocks(layout)


def _by_group(layout: TensorLayout, groups: Groups, of: Tensor, backend: Backend) -> Piece:
    match backend:
        case "tiles":
            return by_tiles(layout, groups)
        case "masks":
            return by_masks(layout, of) or by_blocks(layout, of)
        case _:
            return by_blocks(layout, of)


def _case(layout: TensorLayout, groups: Groups | None, asked: Backend | None) -> Case:
    import torch

    device, queries, keys = layout.q.device.type, layout.q.shape[2], layout.k.shape[2]
    tiles = run_on(device)
    fused = asked in ("spans", "masks") if asked or tiles else worth_fusing(device, queries, keys)
    # whether a mask adds is read from the mask itself, for which a GPU has to be waited for, so only where it matters
    adds = layout.mask is not None and layout.mask.is_floating_point() and (not fused or layout.biased)
    return Case(
        device=device,
        double=layout.q.dtype == torch.float64,
        queries=queries,
        keys=keys,
        mask="none" if layout.mask is None else "adds" if adds else "blocks",
        groups="none" if groups is None else "mixed" if groups.runs is None else "runs",
        tiles=tiles,
    )


def _backend(site: str, case: Case, layout: TensorLayout, asked: Backend | None) -> Backend:
    """The first backend of those that can take a case that is right on this device."""
    if asked is not None and asked not in applicable(case):
        raise GonogoError(f"{site}: the backend {asked!r} cannot take {case}")
    order = choose(case) if asked is None else (asked, "blocks")
    device, width = layout.q.device, layout.q.shape[-1]
    dtypes = {"tiles": layout.q.dtype}
    return next(each for each in order if usable(each, device, dtypes.get(each, layout.upcast_dtype), width))


def _check_groups(call: AttentionCall, samples: int, groups: Groups | None) -> None:
    if groups is None:
        return
    whole = call.q if isinstance(call, Projected) else call.scores
    keys = call.k.shape[-2] if isinstance(call, Projected) else call.scores.shape[-1]
    batch = samples if whole.dim() == 3 else whole.shape[:-3].numel()
    if batch != samples or groups.labels.shape != (samples, keys):
        raise GonogoError(
            f"{call.site}: groups of keys of shape {list(groups.labels.shape)} do not fit a batch of {batch} with "
            f"{keys} keys, over {samples} samples"
        )
