"""How alike the tokens of one input are behind each block: over-smoothing does not show in attention.

Two numbers of the tokens' directions. `cosine` is the mean cosine of two tokens of one input (Gong et al. 2021,
arXiv:2104.12753). `within` is the share of their variance that lies within inputs: 0 where the tokens of an input are
one and the same. It is the squared relative residual of Dong et al. (2021), arXiv:2103.03404, of directions less their
mean over all inputs, as sound models have a component that all tokens share, and a cosine near 1 for it (Ethayarajh
2019, arXiv:1909.00512).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Any

from tasks.diagnostics.families.model import PADDING, Pass, VisionLanguageModel
from tasks.diagnostics.maps.site_maps import Similarity
from tasks.diagnostics.stack import blocks_of

if TYPE_CHECKING:
    from torch import Tensor
    from torch.utils.hooks import RemovableHandle


class TokenSimilarity:
    """The mean cosines of tokens behind the blocks of a model, over the inputs of all passes that ran within.

    `with similarity.of(work) as watched:` watches one pass, which counts once it is kept. A site without a numbered
    block around it is left out, as is one whose queries are packed, or whose block gives anything but one vector a
    token.
    """

    def __init__(self, model: VisionLanguageModel, sites: Iterable[str]) -> None:
        self._model = model
        self._blocks = blocks_of(sites)
        self._sums: dict[str, _Sums] = {}

    def of(self, work: Pass) -> WatchedTokens:
        """A context manager that watches a pass."""
        return WatchedTokens(self, work)

    @property
    def blocks(self) -> Mapping[str, list[str]]:
        """Block -> its sites."""
        return self._blocks

    def submodule(self, block: str) -> Any:
        """The module of a block, as it is now: a null runs other weights."""
        return self._model.module.get_submodule(block)

    def directions(self, block: str, made: Any, work: Pass) -> tuple[Tensor, Tensor] | None:
        """Directions of the tokens that a block gave, and which count; None where none can be told apart."""
        tokens = made[0] if isinstance(made, tuple | list) and made else made
        return _directions(tokens, self._model, self._blocks[block], work)

    def keep(self, watched: WatchedTokens | None) -> None:
        """Let a pass count that was watched and has run."""
        for block, sums in ({} if watched is None else watched.sums).items():
            self._sums.setdefault(block, _Sums()).merge(sums)

    def by_site(self) -> dict[str, Similarity]:
        """Site -> how alike the tokens behind its block are."""
        found = {block: sums.similarity for block, sums in self._sums.items()}
        return {site: found[block] for block, sites in self._blocks.items() if block in found for site in sites}


class _Sums:
    """Sums over inputs of directions of tokens."""

    def __init__(self) -> None:
        self._cosines: list[Tensor] = []
        self._mean: Tensor | None = None
        """[width], sum over all tokens."""
        self._tokens = 0.0
        self._between = 0.0
        """Sum over inputs of their tokens times the squared length of the mean direction."""

    def add(self, directions: Tensor, counts: Tensor) -> None:
        """Unit vectors, [samples, tokens, width], 0 where a token does not count, [samples, tokens]."""
        n = counts.sum(dim=1).double()
        whole = directions.sum(dim=1).double()
        square = whole.square().sum(dim=-1)
        self._cosines.append(((square - n) / (n * (n - 1)).clamp_min(1)).cpu())
        self._mean = whole.sum(dim=0) if self._mean is None else self._mean + whole.sum(dim=0)
        self._tokens += float(n.sum())
        self._between += float((square / n.clamp_min(1)).sum())

    def merge(self, other: _Sums) -> None:
        """Add what another one has, of other inputs."""
        self._cosines += other._cosines
        if other._mean is not None:
            self._mean = other._mean if self._mean is None else self._mean + other._mean
        self._tokens += other._tokens
        self._between += other._between

    @property
    def similarity(self) -> Similarity:
        import torch

        assert self._mean is not None
        shared = float(self._mean.square().sum()) / self._tokens
        whole, within = self._tokens - shared, self._tokens - self._between
        share = within / whole if whole > 1e-9 * self._tokens else 0.0
        return Similarity(float(torch.cat(self._cosines).mean()), min(1.0, max(0.0, share)))


class WatchedTokens:
    """A pass under watch; the context in which it has to run."""

    def __init__(self, similarity: TokenSimilarity, work: Pass) -> None:
        self._similarity = similarity
        self._work = work
        self.sums: dict[str, _Sums] = {}
        self._hooks: list[RemovableHandle] = []

    def __enter__(self) -> WatchedTokens:
        for block in self._similarity.blocks:
            self._hooks.append(self._similarity.submodule(block).register_forward_hook(self._hook(block)))
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        for hook in self._hooks:
            hook.remove()
        self._hooks.clear()

    def _hook(self, block: str) -> Any:
        def take(_: Any, __: Any, made: Any) -> None:
            if (found := self._similarity.directions(block, made, self._work)) is not None:
                self.sums.setdefault(block, _Sums()).add(*found)

        return take


def _directions(tokens: Any, model: VisionLanguageModel, sites: list[str], work: Pass) -> tuple[Tensor, Tensor] | None:
    """Directions of tokens, [samples, tokens, width], 0 for padding, and which count; None where none can be told."""
    import torch
    from torch.nn.functional import normalize

    if not isinstance(tokens, torch.Tensor) or tokens.dim() < 3:
        return None
    known = work.sequences.get(model.place(sites[0]).queries)
    if known is not None and known.lengths is not None:
        return None
    if tokens.dim() == 3 and tokens.shape[0] != work.samples and tokens.shape[1] == work.samples:
        tokens = tokens.transpose(0, 1)
    if tokens.shape[0] != work.samples:
        return None
    flat = tokens.flatten(1, -2).float()
    counts = torch.ones(flat.shape[:2], dtype=torch.bool, device=flat.device)
    if known is not None and known.kinds is not None:
        if known.kinds.shape != counts.shape:
            return None
        counts = known.kinds != PADDING
    return normalize(flat, dim=-1) * counts[..., None], counts
