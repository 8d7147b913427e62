"""Attention rollout: how much of each token of the input is in each token behind a layer, if all went by attention.

With A the mean over heads of the attention of a layer, and the identity for what residual connections carry past it,
the rollout behind layer l is the product of (A + I) / 2 over the layers 1 to l (Abnar and Zuidema 2020,
arXiv:2005.00928). It knows nothing of values, of feed-forward layers, or of how large what attention adds is.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from store.models import Role
from tasks.diagnostics.families.model import PADDING, Tokens

if TYPE_CHECKING:
    from torch import Tensor

ROLES: tuple[Role, ...] = ("vision", "text", "vision_stream", "text_stream", "fusion")
"""Roles whose layers attend within one sequence."""

MOST_TOKENS = 2048
"""Longest sequence that is rolled out: its matrices hold 16 MiB an input. One of each input of a pass is kept for each
role, and one more while it is multiplied; layers are multiplied as they run, and no maps are kept."""


class Rollout:
    """The rollout of one role over some inputs, layer by layer, in float32."""

    def __init__(self) -> None:
        self.attention: Tensor | None = None
        """[inputs, tokens, tokens], behind the newest layer; each row sums to 1."""
        self._reach: Tensor | None = None
        """[inputs, tokens, tokens], boolean: the tokens that a row could have anything of, as masks allow."""
        self._open: Tensor | None = None
        self._settled = False
        """Whether one more layer with the masks of the last one lets no row reach any further."""

    def add(self, attention: Tensor, attendable: Tensor) -> None:
        """The next layer: its mean over heads, and what any head may attend to, each [inputs, tokens, tokens].

        Rows that may attend to nothing stay what they are. Raises ValueError for inputs of another shape than before.
        """
        import torch

        if self.attention is not None and attention.shape != self.attention.shape:
            raise ValueError(f"tokens and inputs {list(attention.shape)} after {list(self.attention.shape)}")
        eye = torch.eye(attention.shape[-1], dtype=attention.dtype, device=attention.device)
        held = attention.sum(dim=-1, keepdim=True) > 0
        mixed = (attention + eye) / 2
        mixed = mixed.where(held, eye)
        own = attendable | eye.bool()
        if self.attention is None:
            self.attention, self._reach = mixed, own
        else:
            self.attention = mixed @ self.attention
            self._extend(own)
        self._open = own

    def _extend(self, own: Tensor) -> None:
        assert self._reach is not None and self._open is not None
        if not own.equal(self._open):
            self._settled = False
        if not self._settled:
            reach = (own.float() @ self._reach.float()) > 0
            self._settled = reach.equal(self._reach)
            self._reach = reach

    def entropy_norm(self, queries: Tokens | None) -> Tensor:
        """[inputs], float64: entropy of the row that is handed on, as a share of ln(tokens that it could reach).

        Where none is handed on, the mean over all rows that are no padding. Rows that reach themselves alone do not
        count; NaN where no row counts.
        """
        import torch

        assert self.attention is not None and self._reach is not None
        entropy = torch.special.entr(self.attention.double()).sum(dim=-1)
        reach = self._reach.sum(dim=-1)
        rows = reach > 1
        if queries is not None and queries.kinds is not None:
            rows = rows & (queries.kinds != PADDING)
        if queries is not None and queries.readout is not None:
            rows = rows & (torch.arange(rows.shape[1], device=rows.device) == queries.readout[:, None])
        share = (entropy / reach.clamp_min(2).double().log()).where(rows, 0.0)
        count = rows.sum(dim=1)
        found: Tensor = (share.sum(dim=1) / count).where(count > 0, math.nan)
        return found
