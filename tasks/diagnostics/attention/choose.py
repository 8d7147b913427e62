"""Which backend takes a call: by device, size, mask and grouping."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Backend = Literal["tiles", "spans", "masks", "blocks"]
"""By a kernel of our own; by PyTorch's fused kernel over runs of keys, or under masks and mixed groups; by blocks."""

FEW = 256**2
"""Scores of one head below which the launches of a fused kernel cost more than its work."""


@dataclass(frozen=True, slots=True)
class Case:
    """What the choice rests on."""

    device: str
    """Type of the device."""
    double: bool
    queries: int
    keys: int
    mask: Literal["none", "blocks", "adds"] = "none"
    """No mask, one of 0 and minus infinity, or one that adds a finite bias."""
    groups: Literal["none", "runs", "mixed"] = "none"
    """No groups, a few runs that all samples share, or interleaved ones."""
    tiles: bool = False
    """Whether the device runs the kernel of our own."""


def applicable(case: Case) -> tuple[Backend, ...]:
    """The backends that can take a call, without a regard for speed."""
    if case.double:
        return ("blocks",)
    own: tuple[Backend, ...] = ("tiles",) if case.tiles else ()
    if case.mask == "adds":
        return (*own, "blocks")
    if case.mask == "blocks" or case.groups == "mixed":
        return (*own, "masks", "blocks")
    return (*own, "spans", "masks", "blocks")


def choose(case: Case) -> tuple[Backend, ...]:
    """The backends that can take a call, the best first and blocks, which take everything, last."""
    own = case.tiles and case.device == "cuda"
    return applicable(case) if own or worth_fusing(case.device, case.queries, case.keys) else ("blocks",)


def worth_fusing(device: str, queries: int, keys: int) -> bool:
    """Whether PyTorch's fused kernel would be faster than blocks, if it can take the call.

    A CPU always takes blocks: `make bench-diagnostics` shows them faster than its fused kernel at every size.
    """
    return device == "cuda" and queries * keys >= FEW
