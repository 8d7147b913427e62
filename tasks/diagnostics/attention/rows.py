"""What is known of rows of attention, and the groups of keys they may be told apart by."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from torch import Tensor

BLOCKED = -9e3
"""Additive masks block a key with minus infinity, the lowest number of a type, or -10 000; real scores and finite
biases stay far above."""

LOW = -1e30
"""Stands for minus infinity where 0 times it must be 0; the exponential of anything near it is exactly 0."""

FAINT = 1e-30
"""Mass below which what is left of a float32 tells nothing of its distribution."""


class Parts(NamedTuple):
    """The same rows, seen by groups of keys; the last dimension is the group."""

    mass: Tensor
    """[batch, heads, queries, groups], the attention that goes to the group; 0 where nothing is attendable."""
    entropy: Tensor
    """[batch, heads, queries, groups], nats, of the attention within the group; 0 where its mass is below FAINT."""
    attendable: Tensor
    """[batch, heads or 1, queries, groups], how many keys of the group the row may attend to."""


class Rows(NamedTuple):
    """What is known of every row of attention."""

    entropy: Tensor
    """[batch, heads, queries], nats; 0 where no key is attendable."""
    attendable: Tensor
    """[batch, heads or 1, queries], how many keys the row may attend to."""
    parts: Parts | None = None
    """By group of keys, where groups were asked for; H = H(mass) + sum of mass times entropy over the groups."""


class KeySpan(NamedTuple):
    """Keys `start` to `stop - 1`, which are all of one group."""

    group: int
    start: int
    stop: int


MOST_RUNS = 12
"""Runs beyond which keys count as interleaved: each run is a pass of its own."""


@dataclass(frozen=True, eq=False)
class Groups:
    """Which group each key belongs to, such as image, text and special tokens."""

    labels: Tensor
    """[samples, keys], integers of 0 to count - 1."""
    count: int
    """How many groups there are; some may have no key."""

    @cached_property
    def runs(self) -> tuple[KeySpan, ...] | None:
        """The runs of keys of one group, where they are few and the same for all samples; else None.

        Found once, as a GPU has to be waited for.
        """
        labels = self.labels.cpu()
        if not bool((labels == labels[:1]).all()):
            return None
        row = labels[0]
        ends = [*((row[1:] != row[:-1]).nonzero().flatten() + 1).tolist(), len(row)]
        if len(ends) > MOST_RUNS:
            return None
        starts = [0, *ends[:-1]]
        return tuple(KeySpan(int(row[start]), start, stop) for start, stop in zip(starts, ends, strict=True))


class Sums:
    """Sums over the keys of each group: by slices where runs are shared, which is far cheaper, else by a product."""

    def __init__(self, groups: Groups, like: Tensor) -> None:
        self._count = groups.count
        self._runs = groups.runs
        self._members = members(groups, like) if self._runs is None else None

    def of(self, x: Tensor, samples: slice) -> Tensor:
        """[samples, rows, groups] of [samples, rows, keys], for some of the samples."""
        if self._members is not None:
            found: Tensor = x @ self._members[samples]
            return found
        sums = x.new_zeros(*x.shape[:2], self._count)
        for run in self._runs or ():
            sums[..., run.group] += x[..., run.start : run.stop].sum(dim=-1)
        return sums


def members(groups: Groups, like: Tensor) -> Tensor:
    """[samples, keys, groups], 1 where a key belongs to a group, in the dtype and on the device of `like`."""
    import torch

    return torch.nn.functional.one_hot(groups.labels.to(like.device), groups.count).to(like.dtype)
