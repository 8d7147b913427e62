"""Softmaxes of three dimensions: one is attention where its result weighs values, whatever its module is called."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor, nn

from tasks.diagnostics.attention.calls import Scored

Running = Sequence[nn.Module]
"""Modules whose forward is under way, the innermost last."""


@dataclass(frozen=True, slots=True, eq=False)
class _Kept:
    call: Scored
    weights: Tensor
    running: tuple[nn.Module, ...]
    within: nn.Module | None
    """What called the module of the softmax; when it has ended, nothing is weighed any more."""


class Weighing:
    """Softmaxes that may be attention, [batch, rows, keys], until their results are multiplied with values.

    Token probabilities and routers have three dimensions too, but are multiplied with no batch of matrices.
    """

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def keep(self, call: Scored, running: Running) -> None:
        """A softmax has run; of several in one module the last counts."""
        holders = [module for module in running if type(module) is not nn.Softmax]
        if call.probabilities is not None:
            within = holders[-2] if len(holders) > 1 else holders[-1] if holders else None
            self._kept[call.site] = _Kept(call, call.probabilities, tuple(running), within)

    def found(self, site: str, running: Running, operands: Sequence[Any]) -> Iterator[tuple[Scored, Running]]:
        """The attention that a product of matrices at `site` shows, with the modules that ran at its softmax."""
        if not self._kept:
            return
        self._kept = {name: kept for name, kept in self._kept.items() if kept.within is None or kept.within in running}
        batches = [each for each in tensors(operands) if each.dim() > 2]
        if len(batches) < 2:
            return
        for name, kept in list(self._kept.items()):
            # a cast, or dropout, makes another tensor of them, which is known by its shape in the same module
            if any(same(each, kept.weights) or (site == name and each.shape == kept.weights.shape) for each in batches):
                del self._kept[name]
                yield kept.call, kept.running


def tensors(operands: Sequence[Any]) -> Iterator[Tensor]:
    """The tensors among the operands of a product, those within lists too."""
    for each in operands:
        if isinstance(each, Tensor):
            yield each
        elif isinstance(each, list | tuple):
            yield from tensors(each)


def same(one: Tensor, other: Tensor) -> bool:
    """Whether one tensor is the other, or a view of it."""
    storages = [each.untyped_storage().data_ptr() for each in (one, other) if each.device.type != "meta"]
    return one is other or (len(storages) == 2 and storages[0] == storages[1] != 0)
