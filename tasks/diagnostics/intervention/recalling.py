"""Blocks of a model that are given the same again need not be run again: those before a changed site, for example.

What a block made is told by what it was given, every tensor compared in full, and not by its place in a pass; so it is
right for towers that are run several times, and for blocks that share their weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.stack import blocks_of

if TYPE_CHECKING:
    from torch import Tensor, nn

    from tasks.diagnostics.families.model import VisionLanguageModel
    from tasks.diagnostics.intervention.steering import Changes
    from tasks.diagnostics.site_layout import SiteLayout

LIMIT_BYTES = 2**29
"""From so much on nothing more is kept, and blocks are run each time."""

_PLAIN = (bool, int, float, str, type(None))


class _Foreign(Exception):
    """Something that cannot be compared, such as a cache of keys."""


@dataclass(frozen=True, slots=True, eq=False)
class _Run:
    given: Any
    made: Any


class BlockMemory:
    """What the blocks around some sites made of what they were given, while attention was changed as in `base`.

    A block must make the same of the same arguments, as those of `VisionLanguageModel.recalls` do. Nothing is recalled
    of another module than this one, such as a re-initialised copy that takes its place for a while.
    """

    def __init__(self, module: nn.Module, sites: Iterable[str], base: Changes, limit: int = LIMIT_BYTES) -> None:
        self._module = module
        self._base = base
        self._limit = limit
        known = tuple(sites)
        self._blocks = {
            block: tuple(site for site in known if site == block or site.startswith(f"{block}."))
            for block in blocks_of(known)
        }
        self._runs: dict[str, list[_Run]] = {}
        self._latest: tuple[Any, Any] = (None, None)
        """What the last block made, and the copy of it that is kept."""
        self._bytes = 0

    def clear(self) -> None:
        """Forget everything."""
        self._runs.clear()
        self._latest, self._bytes = (None, None), 0

    @contextmanager
    def recalling(self, module: nn.Module, changes: Changes, keep: bool = False) -> Iterator[None]:
        """Within, blocks whose own sites are changed as in `base` are not run on what they were given before.

        With `keep`, what they are given now is kept for the next time.
        """
        if module is not self._module:
            yield
            return
        as_before = {
            block: all(changes.get(site, ()) == self._base.get(site, ()) for site in sites)
            for block, sites in self._blocks.items()
        }
        parts: dict[nn.Module, list[str]] = {}
        for block in self._blocks:
            parts.setdefault(module.get_submodule(block), []).append(block)
        replaced: list[tuple[nn.Module, Any]] = []
        try:
            for part, blocks in parts.items():
                if all(as_before[block] for block in blocks):
                    replaced.append((part, vars(part).get("forward")))
                    part.forward = self._recalled(blocks[0], part.forward, keep)
            yield
        finally:
            for part, own in replaced:
                del part.forward
                if own is not None:
                    part.forward = own
            self._latest = (None, None)

    def _recalled(self, block: str, forward: Callable[..., Any], keep: bool) -> Callable[..., Any]:
        runs = self._runs.setdefault(block, [])

        def recalled(*args: Any, **kwargs: Any) -> Any:
            given = (args, kwargs)
            for run in runs:
                if _same(given, run.given):
                    return _copy(run.made)
            if not keep or self._bytes >= self._limit:
                return forward(*args, **kwargs)
            try:
                kept, size = self._kept(given)
            except _Foreign:
                return forward(*args, **kwargs)
            made = forward(*args, **kwargs)
            if not _same(given, kept):  # it writes into what it is given
                return made
            try:
                copy = _copy(made)
            except _Foreign:
                return made
            runs.append(_Run(kept, copy))
            self._latest = (made, copy)
            self._bytes += size + _bytes(copy)
            return made

        return recalled

    def _kept(self, given: Any) -> tuple[Any, int]:
        """A copy, which shares what the block before made, and the bytes that it takes of its own."""
        made, copy = self._latest
        shared = {id(tensor): other for tensor, other in zip(_tensors(made), _tensors(copy), strict=True)}
        kept = _copy(given, shared)
        own = {id(tensor) for tensor in shared.values()}
        return kept, sum(_size(tensor) for tensor in _tensors(kept) if id(tensor) not in own)


def memory_of(model: VisionLanguageModel, layout: SiteLayout, base: Changes) -> BlockMemory:
    """One for a model, whose blocks are all run where it does not say that they may be recalled."""
    sites = [spot.name for spots in layout.roles.values() for spot in spots]
    return BlockMemory(model.module, sites if model.recalls else (), base)


def _copy(value: Any, shared: Mapping[int, Tensor] | None = None) -> Any:
    import torch

    match value:
        case torch.Tensor():
            other = (shared or {}).get(id(value))
            return other if other is not None and torch.equal(other, value) else value.clone()
        case tuple() | list() if type(value) in (tuple, list):
            return type(value)(_copy(each, shared) for each in value)
        case dict() if type(value) is dict:
            return {name: _copy(each, shared) for name, each in value.items()}
        case _ if type(value) in _PLAIN:
            return value
    raise _Foreign


def _same(value: Any, other: Any) -> bool:
    """Whether two are of the same types and equal; a NaN equals nothing."""
    import torch

    if isinstance(value, torch.Tensor) and isinstance(other, torch.Tensor):
        alike = (value.shape, value.dtype, value.device) == (other.shape, other.dtype, other.device)
        return alike and torch.equal(value, other)
    if type(value) is not type(other):
        return False
    if isinstance(value, tuple | list):
        return len(value) == len(other) and all(map(_same, value, other))
    if isinstance(value, dict):
        return value.keys() == other.keys() and all(_same(each, other[name]) for name, each in value.items())
    return type(value) in _PLAIN and bool(value == other)


def _tensors(value: Any) -> Iterator[Tensor]:
    import torch

    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, tuple | list):
        for each in value:
            yield from _tensors(each)
    elif isinstance(value, dict):
        yield from _tensors(list(value.values()))


def _size(tensor: Tensor) -> int:
    return tensor.numel() * tensor.element_size()


def _bytes(value: Any) -> int:
    return sum(map(_size, _tensors(value)))
